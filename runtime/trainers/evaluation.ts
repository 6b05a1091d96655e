import { StepError } from '../../compiler/kinds/run.ts';
import type { Target } from '../data/matrix.ts';

/** Values after a round, by part, then by the engine's name of the metric. */
export type Evaluation = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A metric that is not a number: training cannot follow it. */
export function undefinedMetric(engine: string, metric: string, part: string): StepError {
  const hint = /^auc/i.test(metric)
    ? `\`${metric}\` needs rows of every class in the \`${part}\` part: split with \`stratify: true\`, or stop on another metric`
    : 'a smaller learning rate, or targets and weights within the range of the objective, may keep it finite';
  return new StepError(`${engine}: the metric \`${metric}\` is not a number on the \`${part}\` part`, hint);
}

/** A metric that compares classes needs rows of each to validate on; of one alone, engines say 0, 1 or nothing. */
export function checkClasses(engine: string, target: Target, metric: string | undefined): void {
  if (metric === undefined || target.kind !== 'classes' || new Set(target.codes).size > 1) return;
  throw undefinedMetric(engine, metric, 'validate');
}
