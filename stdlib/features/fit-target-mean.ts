import { foldsOfRows, type Salt } from '../../runtime/data/hash.ts';
import type { Codes, Target } from '../../runtime/data/matrix.ts';
import { groupsOf } from './category-groups.ts';
import type { UnfinishedCategory } from './fit-categories.ts';
import type { FittedTargetMean, FoldTotals } from './fitted.ts';
import type { Encoding } from './prepare-params.ts';

/** The training rows that the target's means are taken over; arrays have shape (training rows). */
export interface TargetMeanData {
  readonly category: UnfinishedCategory;
  readonly encode: Extract<Encoding, { $call: 'target_mean' }>;
  /** Raw codes of the column, of the training rows. */
  readonly codes: Codes;
  /** The target of the training rows: the last of two classes is 1. */
  readonly target: Target;
  /** Positions of the training rows in the table. */
  readonly rows: Uint32Array;
  readonly salt: Salt;
}

/** Sums the target by level and fold, in the order of the rows. */
export function fitTargetMean({ category, encode, codes, target, rows, salt }: TargetMeanData): FittedTargetMean {
  const { smoothing = 0, folds: count = 2 } = encode;
  const groups = groupsOf(category);
  const size = category.levels.length + 1;
  const folds = foldsOfRows(rows, count, salt);
  const counts = new Float64Array(count * size);
  const sums = new Float64Array(count * size);
  for (let i = 0; i < rows.length; i++) {
    const cell = (folds[i] as number) * size + (groups[codes[i] as number] as number);
    const value = target.kind === 'classes' ? (target.codes[i] === target.classes.length - 1 ? 1 : 0) : (target.values[i] as number);
    counts[cell] = (counts[cell] as number) + 1;
    sums[cell] = (sums[cell] as number) + value;
  }
  const totals = Array.from({ length: count }, (_, fold): FoldTotals => {
    const slice = (values: Float64Array): number[] => Array.from(values.subarray(fold * size, (fold + 1) * size));
    return { counts: slice(counts), sums: slice(sums) };
  });
  const { mean, sums: all } = addFolds(totals, size);
  return { kind: 'target_mean', smoothing, mean, sums: all, folds: totals };
}

/** Totals of several folds, and the mean of all their rows. */
export function addFolds(folds: readonly FoldTotals[], size: number): FoldTotals & { readonly mean: number } {
  const add = (pick: (fold: FoldTotals) => readonly number[]): number[] =>
    Array.from({ length: size }, (_, level) => folds.reduce((sum, fold) => sum + (pick(fold)[level] ?? 0), 0));
  const counts = add((fold) => fold.counts);
  const sums = add((fold) => fold.sums);
  const rows = counts.reduce((a, b) => a + b, 0);
  return { counts, sums, mean: rows === 0 ? 0 : sums.reduce((a, b) => a + b, 0) / rows };
}

/** The encoding of each level, and last of a missing value: its mean drawn towards the mean of all. */
export function smoothedMeans({ counts, sums, mean }: FoldTotals & { readonly mean: number }, smoothing: number): Float64Array {
  return Float64Array.from(counts, (count, level) => (count === 0 ? mean : ((sums[level] ?? 0) + smoothing * mean) / (count + smoothing)));
}
