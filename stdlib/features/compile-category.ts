import { allocateCodes, type TextArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { foldsOfRows } from '../../runtime/data/hash.ts';
import { missingCode, type Codes, type Feature } from '../../runtime/data/matrix.ts';
import { groupsOf } from './category-groups.ts';
import type { CompiledFeature } from './compiled-feature.ts';
import { addFolds, smoothedMeans } from './fit-target-mean.ts';
import type { FittedCategory, FittedHash, FittedOneHot, FittedTargetMean } from './fitted.ts';
import { bucketOf } from './hash-text.ts';

/** Compiles a category: a table over raw codes says what each becomes. */
export function compileCategory(fitted: FittedCategory): CompiledFeature {
  const { encoding, levels, counts, missing } = fitted;
  const groups = groupsOf(fitted);
  const size = levels.length;
  switch (encoding.kind) {
    case 'native':
      return { fitted, apply: applyLevels(fitted, { levels, oneHot: false, table: codesOf(groups, (group) => group, size) }) };
    case 'one_hot':
      return { fitted, apply: applyLevels(fitted, compileOneHot(fitted, encoding, groups)) };
    case 'ordinal':
      return { fitted, apply: applyTable(fitted, Float64Array.from(groups, (group) => (group < 0 || group === size ? NaN : group))) };
    case 'frequency': {
      const rows = counts.reduce((sum, count) => sum + count, missing);
      const share = (group: number): number => (group < 0 ? 0 : (counts[group] ?? missing) / rows);
      return { fitted, apply: applyTable(fitted, Float64Array.from(groups, share)) };
    }
    case 'target_mean':
      return { fitted, apply: applyTargetMean(fitted, encoding, groups) };
  }
}

interface Levels {
  readonly levels: readonly string[];
  readonly oneHot: boolean;
  /** By raw code: an index into `levels`, or the array's missing code. */
  readonly table: Codes;
}

function compileOneHot({ counts, levels: all }: FittedCategory, { min_count, other }: FittedOneHot, groups: Int32Array): Levels {
  const kept = all.filter((_, level) => (counts[level] ?? 0) >= min_count);
  const levels = other === undefined ? kept : [...kept, other];
  const rest = other === undefined ? -1 : kept.length;
  let next = 0;
  const places = all.map((_, level) => ((counts[level] ?? 0) >= min_count ? next++ : rest));
  // A missing value is none of the levels; one never seen is as rare as a value can be.
  return { levels, oneHot: true, table: codesOf(groups, (group) => (group < 0 ? rest : (places[group] ?? -1)), levels.length) };
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

function applyLevels({ column: name }: FittedCategory, { levels, oneHot, table }: Levels): CompiledFeature['apply'] {
  return (raw) => {
    const codes = new (table.constructor as new (length: number) => Codes)(raw.length);
    for (let i = 0; i < codes.length; i++) codes[i] = table[raw[i] as number] as number;
    return [{ kind: 'category', name, codes, levels, oneHot }];
  };
}

/** By raw code, a number; NaN is missing. */
function applyTable({ column: name }: FittedCategory, table: Float64Array): CompiledFeature['apply'] {
  return (raw) => {
    const values = new Float64Array(raw.length);
    for (let i = 0; i < values.length; i++) values[i] = table[raw[i] as number] as number;
    return [{ kind: 'numeric', name, values }];
  };
}

/** Training rows get means that were made without their own fold. */
function applyTargetMean(fitted: FittedCategory, { smoothing, folds }: FittedTargetMean, groups: Int32Array): CompiledFeature['apply'] {
  const size = fitted.levels.length + 1;
  const tableOf = (of: FittedTargetMean['folds']): Float64Array => {
    const totals = addFolds(of, size);
    const means = smoothedMeans(totals, smoothing);
    return Float64Array.from(groups, (group) => (group < 0 ? totals.mean : (means[group] as number)));
  };
  const apply = applyTable(fitted, tableOf(folds));
  const tables = folds.map((_, out) => tableOf(folds.filter((_fold, i) => i !== out)));
  return (raw, options) => {
    const { training } = options;
    if (training?.salt === undefined) return apply(raw, options);
    const foldOf = foldsOfRows(training.positions, folds.length, training.salt);
    const values = new Float64Array(raw.length);
    for (let i = 0; i < values.length; i++) values[i] = (tables[foldOf[i] as number] as Float64Array)[raw[i] as number] as number;
    return [{ kind: 'numeric', name: fitted.column, values }];
  };
}

/** Compiles a hashed category: its levels are the numbers of the buckets, of which it has one. */
export function compileHash(fitted: FittedHash): CompiledFeature {
  const { column: name, buckets, impute } = fitted;
  const levels = Array.from({ length: buckets }, (_, bucket) => String(bucket));
  return {
    fitted,
    apply: (raw): readonly [Feature] => {
      const codes = allocateCodes(raw.length, buckets);
      const missing = missingCode(codes);
      const known = new Map<string, number>();
      (raw as TextArray).forEach((text, row) => {
        const value = text ?? impute;
        const bucket = value === undefined ? missing : (known.get(value) ?? bucketOf(value, buckets));
        if (value !== undefined) known.set(value, bucket);
        codes[row] = bucket;
      });
      return [{ kind: 'category', name, codes, levels, oneHot: true }];
    },
  };
}
