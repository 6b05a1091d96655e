import type { Task } from '../../compiler/types.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import type { CalibrationBin } from './calibration.ts';
import { countClasses } from './confusion.ts';
import type { Confusion } from './confusion.ts';
import { evaluateClasses } from './evaluation.ts';
import type { ClassEvaluation, Judging } from './evaluation.ts';
import type { Metric, MetricValue } from './metric.ts';
import { rankQueries, type RankingScores } from './ranked-queries.ts';
import { findMetric } from './registry.ts';
import { compensatedSum } from './sum.ts';
import type { Floats } from '../../runtime/data/sort-floats.ts';

/** What `computeMetrics` is given. */
export interface MetricsRequest extends Judging {
  readonly scores: Scores;
  readonly task: Task;
  /** Names of metrics that the task has. */
  readonly metrics: readonly string[];
  /** Shape (rows), not negative; of a ranking, shape (queries) in the order in which they are met. A row of weight 2 counts as two rows. */
  readonly weights?: Floats;
}

/** The figures of one part in a report, as `show --json` prints them. */
export interface MetricsResult {
  /** `null` where a metric is not defined; the reason is among the warnings. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** For classifications, by label. */
  readonly classes?: Readonly<Record<string, ClassFigures>>;
  /** For classifications; rows of the matrix are the truth. */
  readonly confusion?: Confusion;
  /** For classifications: how often what was predicted came true, by bins of the probability. */
  readonly calibration?: readonly CalibrationBin[];
  readonly warnings: readonly string[];
}

/** The figures of one class; `null` where one is not defined. */
export interface ClassFigures {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly support: number;
}

/** Computes metrics of a model's scores. Deterministic: the same scores give the same digits. */
export function computeMetrics(request: MetricsRequest): MetricsResult {
  const { scores, weights } = request;
  const flaw = findFlaw(scores, weights);
  if (flaw !== undefined) return nothing(request, flaw);
  const judged = judge(request)(weights);
  const figures = collect(request, judged.value);
  if (judged.evaluation === undefined) return figures;
  const { confusion, calibration } = judged.evaluation;
  return { ...figures, classes: classFigures(judged.evaluation), confusion: confusion(), calibration: calibration() };
}

/** Scores under some weights: the value of any metric, and for classifications what several of them share. */
export interface Judged {
  readonly value: (metric: Metric) => MetricValue;
  readonly evaluation?: ClassEvaluation;
}

/** Prepares scores in which every number is finite for their metrics under any weights. */
export function judge({ scores, task, threshold, edges }: Omit<MetricsRequest, 'metrics' | 'weights'>): (weights: Floats | undefined) => Judged {
  const { target, rows, values } = scores;
  if (target.kind === 'numbers' && target.queries !== undefined) return judgeQueries({ queries: target.queries, relevance: target.values, values }, task);
  if (target.kind === 'numbers') {
    return (weights) => ({
      value: (metric) => (metric.of === 'numbers' ? metric.compute({ rows, truth: target.values, values, weights }) : unfit(metric, task)),
    });
  }
  const evaluate = evaluateClasses(scores, target.codes, target.classes, { threshold, edges });
  return (weights) => {
    const evaluation = evaluate(weights);
    return { value: (metric) => (metric.of === 'classes' ? metric.compute(evaluation) : unfit(metric, task)), evaluation };
  };
}

/** What a metric is of a query does not depend on weights: it is computed once. */
function judgeQueries(scores: RankingScores, task: Task): (weights: Floats | undefined) => Judged {
  const ranked = rankQueries(scores);
  const known = new Map<string, (number | undefined)[]>();
  return (weights) => ({
    value: (metric) => {
      if (metric.of !== 'queries') return unfit(metric, task);
      const values = known.get(metric.name) ?? ranked.map(metric.compute);
      known.set(metric.name, values);
      return meanOfQueries(values, weights);
    },
  });
}

function meanOfQueries(values: readonly (number | undefined)[], weights: Floats | undefined): MetricValue {
  const [sum, total] = [compensatedSum(), compensatedSum()];
  let silent = 0;
  values.forEach((value, query) => {
    if (value === undefined) silent++;
    else {
      const weight = weights?.[query] ?? 1;
      sum.add(weight * value);
      total.add(weight);
    }
  });
  if (total.total() === 0) return { undefined: 'no query has a relevant row' };
  const warning = `${silent.toLocaleString('en')} of ${values.length.toLocaleString('en')} queries have no relevant row, and are left out`;
  return { value: sum.total() / total.total(), ...(silent === 0 ? {} : { warning }) };
}

function collect({ metrics }: MetricsRequest, compute: (metric: Metric) => MetricValue): MetricsResult {
  const values: Record<string, number | null> = {};
  const warnings = new Map<string, string[]>();
  const warn = (name: string, reason: string): void => void warnings.set(reason, [...(warnings.get(reason) ?? []), `\`${name}\``]);
  for (const name of metrics) {
    const metric = findMetric(name);
    if (metric === undefined) throw new RangeError(`no metric is called ${name}`);
    const result = compute(metric);
    if ('undefined' in result) {
      values[name] = null;
      warn(name, ` not defined: ${result.undefined}`);
    } else if (!Number.isFinite(result.value)) {
      values[name] = null;
      warn(name, ' not defined: it is too large for a number');
    } else {
      values[name] = result.value;
      if (result.warning !== undefined) warn(name, `: ${result.warning}`);
    }
  }
  // Several metrics may lack the same thing: that is said once.
  const said = [...warnings].map(([reason, names]) => {
    const verb = reason.startsWith(':') ? '' : names.length === 1 ? ' is' : ' are';
    return `${names.join(', ')}${verb}${reason}`;
  });
  return { metrics: values, warnings: said };
}

function unfit(metric: Metric, task: Task): never {
  throw new RangeError(`${metric.name} is no metric of a ${task} task`);
}

function classFigures(evaluation: ClassEvaluation): Record<string, ClassFigures> {
  const counts = countClasses(evaluation.confusion());
  return Object.fromEntries(
    evaluation.classes.map((label, klass) => {
      const { precision, recall, f1, support } = counts[klass]!;
      return [label, { precision, recall, f1, support }];
    }),
  );
}

/** Why no metric at all is defined for these scores. */
export function findFlaw({ rows, values, target }: Scores, weights: Floats | undefined): string | undefined {
  if (rows === 0) return 'there are no rows';
  const strange = countStrange(values);
  if (strange > 0) return `${strange} of ${values.length} predicted values are not finite numbers`;
  if (target.kind === 'numbers' && countStrange(target.values) > 0) return 'the target is not a finite number in some rows';
  if (weights !== undefined && !weights.some((weight) => weight > 0)) return 'no row has a positive weight';
  return undefined;
}

function countStrange(values: Floats): number {
  let count = 0;
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) count++;
  return count;
}

function nothing({ metrics }: MetricsRequest, reason: string): MetricsResult {
  const values = Object.fromEntries(metrics.map((name) => [name, null]));
  return { metrics: values, warnings: [`no metric is defined: ${reason}`] };
}
