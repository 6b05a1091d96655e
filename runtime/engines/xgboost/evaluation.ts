import { StepError } from '../../../compiler/kinds/run.ts';
import { rankingOf } from '../../data/ranking-curve.ts';
import type { Codes } from '../../data/matrix.ts';
import type { Handle, XgboostLibrary } from './library.ts';
import type { PreparedRows } from './training-matrix.ts';

/** Values by matrix, then by metric. */
export type Evaluation = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Rows that metrics are followed on: their name, and the matrix that was made of them. */
export interface Followed {
  readonly name: string;
  readonly matrix: Handle;
  readonly rows: Pick<PreparedRows, 'label' | 'weights'>;
}

/** What is computed after each round, and on what. */
export interface EvaluationRequest {
  readonly booster: Handle;
  readonly round: number;
  readonly followed: readonly Followed[];
  /** XGBoost's names of the metrics. */
  readonly metrics: readonly string[];
  /** Whether there are two classes, with one prediction a row. */
  readonly binary: boolean;
}

/**
 * The metrics that XGBoost itself computes in a round. The AUC of two classes is ours: XGBoost's sort takes more time
 * than all else in the evaluation of a round, and on many rows as much as the round.
 */
export function engineMetrics({ metrics, binary }: Pick<EvaluationRequest, 'metrics' | 'binary'>): string[] {
  return binary ? metrics.filter((metric) => metric !== 'auc') : [...metrics];
}

/** Evaluates a round. A metric that is not a number is an error. */
export function evaluateRound(library: XgboostLibrary, request: EvaluationRequest): Evaluation {
  const { booster, round, followed, metrics } = request;
  const names = followed.map(({ name }) => name);
  const byEngine = engineMetrics(request);
  const line = byEngine.length === 0 ? '' : library.evaluate(booster, round, followed.map(({ matrix }) => matrix), names);
  const found = parseEvaluation(line, names);
  if (byEngine.length === metrics.length) return found;
  const inOrder = (values: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).sort(([a], [b]) => metrics.indexOf(a) - metrics.indexOf(b)));
  return Object.fromEntries(followed.map((part) => [part.name, inOrder({ ...found[part.name], auc: binaryAuc(library, booster, part) })]));
}

function binaryAuc(library: XgboostLibrary, booster: Handle, { name, matrix, rows }: Followed): number {
  const values = library.predictMatrix(booster, matrix);
  const { auc } = rankingOf({ truth: rows.label as Codes, values, klass: 1, weights: rows.weights });
  if (!Number.isFinite(auc)) throw undefinedMetric('auc', name);
  return auc;
}

/** Reads XGBoost's line of metrics: `[3]\ttrain-auc:0.71\tvalidate-auc:0.70`. Values that are no number are an error. */
export function parseEvaluation(line: string, matrices: readonly string[]): Evaluation {
  const values: Record<string, Record<string, number>> = Object.fromEntries(matrices.map((name) => [name, {}]));
  for (const item of line.split('\t').slice(1)) {
    const colon = item.lastIndexOf(':');
    const matrix = matrices.find((name) => item.startsWith(`${name}-`));
    if (matrix === undefined || colon < 0) throw new Error(`XGBoost reported metrics in an unknown form: ${line}`);
    const metric = item.slice(matrix.length + 1, colon);
    const value = Number(item.slice(colon + 1).trim() || 'NaN');
    if (!Number.isFinite(value)) throw undefinedMetric(metric, matrix);
    (values[matrix] as Record<string, number>)[metric] = value;
  }
  return values;
}

function undefinedMetric(metric: string, matrix: string): StepError {
  const hint = /^auc/.test(metric)
    ? `\`${metric}\` needs rows of every class in the \`${matrix}\` part: split with \`stratify: true\`, or stop on another metric`
    : 'a smaller `eta`, or targets and weights within the range of the objective, may keep it finite';
  return new StepError(`XGBoost: the metric \`${metric}\` is not a number on the \`${matrix}\` part`, hint);
}
