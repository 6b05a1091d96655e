import type { RunContext } from '../../compiler/kinds/run.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import { inputOf } from '../../runtime/data/load-table.ts';
import { computeMetrics } from '../metrics/compute-metrics.ts';
import { compensatedSum } from '../metrics/sum.ts';
import { foldSlot } from '../splits/fold-slot.ts';
import { prepareScoring, type EvaluateParams, type Scored } from './score-model.ts';

/** What a report holds of a model in one fold. */
export interface FoldScores {
  /** From 1. */
  readonly fold: number;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Scores a model in each fold: every fit on the rows that it was not fitted on. */
export async function scoreFolds(context: RunContext, { params, model, folds }: { readonly params: EvaluateParams; readonly model: number; readonly folds: number }): Promise<Scored> {
  const scored: FoldScores[] = [];
  const warnings = new Map<string, number[]>();
  for (let fold = 1; fold <= folds; fold++) {
    const artifact: ModelArtifact = inputOf(context, foldSlot(model, fold), 'model');
    const request = await prepareScoring(context, { params, artifact, part: 'test' });
    const result = computeMetrics(request);
    scored.push({ fold, rows: request.scores.rows, metrics: result.metrics });
    for (const warning of result.warnings) warnings.set(warning, [...(warnings.get(warning) ?? []), fold]);
  }
  return {
    rows: scored.reduce((sum, { rows }) => sum + rows, 0),
    ...summariseFolds(scored, params.metrics),
    folds: scored.map(({ fold, rows, metrics }) => ({ fold, rows, metrics })),
    warnings: [...warnings].map(([warning, where]) => `in ${where.length === folds ? 'every fold' : `${where.length === 1 ? 'fold' : 'folds'} ${where.join(', ')}`}: ${warning}`),
  };
}

/**
 * The mean of each metric over the folds, each counting once, and its standard deviation, that of a sample (n − 1). Null
 * where a fold has none: a mean over other folds for each model would compare what cannot be compared.
 */
export function summariseFolds(folds: readonly Pick<FoldScores, 'metrics'>[], names: readonly string[]): Record<'metrics' | 'deviations', Readonly<Record<string, number | null>>> {
  const found = names.map((name) => [name, folds.map(({ metrics }) => metrics[name] ?? null)] as const);
  const each = (figure: (values: readonly number[]) => number) =>
    Object.fromEntries(found.map(([name, values]) => [name, values.every((value) => value !== null) ? figure(values) : null]));
  return { metrics: each(meanOf), deviations: each(deviationOf) };
}

function meanOf(values: readonly number[]): number {
  const sum = compensatedSum();
  for (const value of values) sum.add(value);
  return sum.total() / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const sum = compensatedSum();
  for (const value of values) sum.add((value - mean) ** 2);
  return Math.sqrt(sum.total() / (values.length - 1));
}
