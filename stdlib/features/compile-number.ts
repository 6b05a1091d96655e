import { allocateCodes, type ColumnArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { missingCode, type Feature } from '../../runtime/data/matrix.ts';
import type { CompiledFeature } from './compiled-feature.ts';
import type { FittedBins, FittedNumber, FittedScale } from './fitted.ts';

type Transform = (value: number) => number;

/** Compiles a number: imputed, clipped, taken the logarithm of, then cut into bins or scaled. NaN is missing, before and after. */
export function compileNumber(fitted: FittedNumber): CompiledFeature {
  const { column: name, bins, scale } = fitted;
  const prepare = compilePreparation(fitted);
  if (bins !== undefined) return { fitted, apply: (raw) => [applyBins(name, bins, { raw: raw as ColumnArray, prepare })] };
  const finish = scale === undefined ? undefined : compileScale(scale);
  const apply: Transform = finish === undefined ? prepare : (value) => finish(prepare(value));
  return { fitted, apply: (raw) => [{ kind: 'numeric', name, values: applyTo(raw as ColumnArray, fitted, apply) }] };
}

/** What comes before bins and scales. */
function compilePreparation({ impute = NaN, clip, log }: FittedNumber): Transform {
  const fill: Transform = (value) => (Number.isNaN(value) ? impute : value);
  if (clip === undefined && log === undefined) return fill;
  const { low = -Infinity, high = Infinity } = clip ?? {};
  const keep: Transform = (value) => (value < low ? low : value > high ? high : value);
  if (log === undefined) return (value) => keep(fill(value));
  if (log === 'signed') return (value) => signedLog(keep(fill(value)));
  // No training row is −1 or less; a new one that is has no logarithm, and is missing.
  return (value) => Math.log1p(keep(keep(value) <= -1 ? impute : fill(value)));
}

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

/** The scale of a number that is not missing; NaN stays NaN. */
function compileScale(scale: FittedScale): Transform {
  switch (scale.kind) {
    case 'standard':
      return (value) => (value - scale.mean) / scale.std;
    case 'min_max':
      return (value) => (value - scale.min) / scale.range;
    case 'robust':
      return (value) => (value - scale.center) / scale.range;
    case 'quantile':
      return (value) => shareBelow(scale.quantiles, value);
  }
}

/** Where a value lies among quantiles, from 0 to 1; of several equal quantiles, in their middle. */
function shareBelow(quantiles: readonly number[], value: number): number {
  if (Number.isNaN(value)) return NaN;
  const last = quantiles.length - 1;
  if (value <= (quantiles[0] as number)) return 0;
  if (value >= (quantiles[last] as number)) return 1;
  const from = countBelow(quantiles, (one) => one < value);
  const to = countBelow(quantiles, (one) => one <= value);
  if (to > from) return (from + to - 1) / 2 / last;
  const [low, high] = [quantiles[from - 1] as number, quantiles[from] as number];
  return (from - 1 + (value - low) / (high - low)) / last;
}

/** How many of sorted numbers are below, as `isBelow` has it: a binary search. */
function countBelow(sorted: readonly number[], isBelow: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(sorted[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function applyTo(raw: ColumnArray, { impute, clip, log, scale }: FittedNumber, apply: Transform): ColumnArray {
  const whole = !(raw instanceof Float32Array || raw instanceof Float64Array);
  const imputes = impute !== undefined && !whole;
  if (scale === undefined && clip === undefined && log === undefined) {
    if (!imputes) return raw;
    if (raw instanceof Float32Array && Math.fround(impute) === impute) return raw.map(apply);
  }
  const made = new Float64Array(raw.length);
  for (let i = 0; i < made.length; i++) made[i] = apply(raw[i] as number);
  return made;
}

interface Binning {
  readonly raw: ColumnArray;
  readonly prepare: Transform;
}

/** As numbers, or as a category whose levels are the bins. Floats of 32 bits hold every number of a bin. */
function applyBins(name: string, { cuts, as }: FittedBins, { raw, prepare }: Binning): Feature {
  const binOf = (value: number): number => countBelow(cuts, (cut) => cut <= value);
  if (as === 'ordinal') {
    const values = new Float32Array(raw.length);
    for (let i = 0; i < values.length; i++) {
      const value = prepare(raw[i] as number);
      values[i] = Number.isNaN(value) ? NaN : binOf(value);
    }
    return { kind: 'numeric', name, values };
  }
  const levels = binNames(cuts);
  const codes = allocateCodes(raw.length, levels.length);
  const missing = missingCode(codes);
  for (let i = 0; i < codes.length; i++) {
    const value = prepare(raw[i] as number);
    codes[i] = Number.isNaN(value) ? missing : binOf(value);
  }
  return { kind: 'category', name, codes, levels, oneHot: as === 'one_hot' };
}

/** What bins are called: as intervals, as pandas writes them. */
export function binNames(cuts: readonly number[]): string[] {
  return Array.from({ length: cuts.length + 1 }, (_, bin) => {
    const [low, high] = [cuts[bin - 1], cuts[bin]];
    return `${low === undefined ? '(-inf' : `[${low}`}, ${high ?? 'inf'})`;
  });
}
