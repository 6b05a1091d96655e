import { areaUnderCurve, type ClassCounts } from '../../data/area-under-curve.ts';
import { undefinedMetric, type Evaluation } from '../../trainers/evaluation.ts';
import type { Handle, XgboostLibrary } from './library.ts';

/** Rows that metrics are followed on: their name, and the matrix that was made of them. */
export interface Followed {
  readonly name: string;
  readonly matrix: Handle;
  /** Given where the AUC of two classes is all that is followed: how many rows of either class each row stands for. */
  readonly counts?: ClassCounts;
}

/** What the metrics are after a round. One that is not a number is an error. */
export function evaluateRound(library: XgboostLibrary, booster: Handle, round: number, followed: readonly Followed[]): Evaluation {
  const own = followed.flatMap(({ name, matrix, counts }) => {
    if (counts === undefined) return [];
    const auc = areaUnderCurve(library.predictMatrix(booster, matrix), counts);
    if (!Number.isFinite(auc)) throw undefinedMetric('XGBoost', 'auc', name);
    return [[name, { auc }] as const];
  });
  const others = followed.filter(({ counts }) => counts === undefined);
  if (others.length === 0) return Object.fromEntries(own);
  const names = others.map(({ name }) => name);
  const line = library.evaluate(booster, round, others.map(({ matrix }) => matrix), names);
  return { ...Object.fromEntries(own), ...parseEvaluation(line, names) };
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
    if (!Number.isFinite(value)) throw undefinedMetric('XGBoost', metric, matrix);
    (values[matrix] as Record<string, number>)[metric] = value;
  }
  return values;
}
