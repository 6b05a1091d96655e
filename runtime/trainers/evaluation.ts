import { StepError } from '../../compiler/kinds/run.ts';

/** Values after a round, by part, then by the engine's name of the metric. */
export type Evaluation = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A metric that is not a number: training cannot follow it. */
export function undefinedMetric(engine: string, metric: string, part: string): StepError {
  const hint = /^auc/.test(metric)
    ? `\`${metric}\` needs rows of every class in the \`${part}\` part: split with \`stratify: true\`, or stop on another metric`
    : 'a smaller learning rate, or targets and weights within the range of the objective, may keep it finite';
  return new StepError(`${engine}: the metric \`${metric}\` is not a number on the \`${part}\` part`, hint);
}
