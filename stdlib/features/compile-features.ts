import { allocateCodes } from '../../runtime/engines/duckdb/read-columns.ts';
import { missingCode, type Codes } from '../../runtime/data/matrix.ts';
import { groupsOf } from './category-groups.ts';
import { addFolds, smoothedMeans } from './fit-target-mean.ts';
import type { FittedCategory, FittedFeatures, FittedNumber, FittedOneHot, FittedTargetMean } from './fitted.ts';

/** A fitted feature made ready to be applied: numbers by a function, categories by tables over raw codes. */
export type CompiledFeature = CompiledNumber | CompiledLevels | CompiledMeans;

/** A number that stays one. */
export interface CompiledNumber {
  readonly kind: 'number';
  readonly fitted: FittedNumber;
  /** Imputes, then scales. NaN is missing, before and after. */
  readonly apply: (value: number) => number;
}

/** A category that stays one. */
export interface CompiledLevels {
  readonly kind: 'levels';
  readonly fitted: FittedCategory;
  readonly levels: readonly string[];
  readonly oneHot: boolean;
  /** By raw code: an index into `levels`, or the array's missing code. */
  readonly table: Codes;
}

/** A category that becomes a number. */
export interface CompiledMeans {
  readonly kind: 'means';
  readonly fitted: FittedCategory;
  /** By raw code; NaN is missing. */
  readonly table: Float64Array;
  /** For training rows, by fold: made without the fold's own rows. */
  readonly folds?: readonly Float64Array[];
}

/** Compiles fitted features, in their order. */
export function compileFeatures({ features }: FittedFeatures): CompiledFeature[] {
  return features.map((fitted) => (fitted.kind === 'number' ? compileNumber(fitted) : compileCategory(fitted)));
}

function compileNumber(fitted: FittedNumber): CompiledNumber {
  const { impute = NaN, scale } = fitted;
  const fill = (value: number): number => (Number.isNaN(value) ? impute : value);
  switch (scale?.kind) {
    case undefined:
      return { kind: 'number', fitted, apply: fill };
    case 'standard':
      return { kind: 'number', fitted, apply: (value) => (fill(value) - scale.mean) / scale.std };
    case 'min_max':
      return { kind: 'number', fitted, apply: (value) => (fill(value) - scale.min) / scale.range };
  }
}

function compileCategory(fitted: FittedCategory): CompiledLevels | CompiledMeans {
  const { encoding, levels } = fitted;
  const groups = groupsOf(fitted);
  const size = levels.length;
  switch (encoding.kind) {
    case 'native':
      return { kind: 'levels', fitted, levels, oneHot: false, table: codesOf(groups, (group) => group, size) };
    case 'one_hot':
      return compileOneHot(fitted, encoding, groups);
    case 'ordinal':
      return { kind: 'means', fitted, table: Float64Array.from(groups, (group) => (group < 0 || group === size ? NaN : group)) };
    case 'target_mean':
      return compileTargetMean(fitted, encoding, groups);
  }
}

function compileOneHot(fitted: FittedCategory, { min_count, other }: FittedOneHot, groups: Int32Array): CompiledLevels {
  const { counts } = fitted;
  const kept = fitted.levels.filter((_, level) => (counts[level] ?? 0) >= min_count);
  const levels = other === undefined ? kept : [...kept, other];
  const rest = other === undefined ? -1 : kept.length;
  let next = 0;
  const places = fitted.levels.map((_, level) => ((counts[level] ?? 0) >= min_count ? next++ : rest));
  // A missing value is none of the levels; one never seen is as rare as a value can be.
  const table = codesOf(groups, (group) => (group < 0 ? rest : (places[group] ?? -1)), levels.length);
  return { kind: 'levels', fitted, levels, oneHot: true, table };
}

/** A table of codes below `size`; what is negative or beyond becomes missing. */
function codesOf(groups: Int32Array, place: (group: number) => number, size: number): Codes {
  const codes = allocateCodes(groups.length, size);
  const missing = missingCode(codes);
  for (let raw = 0; raw < groups.length; raw++) {
    const code = place(groups[raw] as number);
    codes[raw] = code < 0 || code >= size ? missing : code;
  }
  return codes;
}

function compileTargetMean(fitted: FittedCategory, encoding: FittedTargetMean, groups: Int32Array): CompiledMeans {
  const { smoothing, folds } = encoding;
  const size = fitted.levels.length + 1;
  const tableOf = (of: FittedTargetMean['folds']): Float64Array => {
    const totals = addFolds(of, size);
    const means = smoothedMeans(totals, smoothing);
    return Float64Array.from(groups, (group) => (group < 0 ? totals.mean : (means[group] as number)));
  };
  return { kind: 'means', fitted, table: tableOf(folds), folds: folds.map((_, out) => tableOf(folds.filter((_fold, i) => i !== out))) };
}
