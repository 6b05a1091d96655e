import { orderFloats } from '../../../runtime/data/sort-floats.ts';
import { compensatedSum } from '../../metrics/sum.ts';
import type { Standard } from './linear-model.ts';

/**
 * The median as if each row were there as often as its weight says: the middle value, or the mean of the two middle
 * ones. Zero for no values.
 */
export function weightedMedian(values: Float64Array, weights: Float64Array | undefined): number {
  if (values.length === 0) return 0;
  if (weights !== undefined) return medianByWeight(values, weights);
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function medianByWeight(values: Float64Array, weights: Float64Array): number {
  const order = orderFloats(values).filter((row) => weights[row]! > 0);
  let half = 0;
  for (const row of order) half += weights[row]!;
  half /= 2;
  let below = 0;
  for (let at = 0; at < order.length; at++) {
    const row = order[at]!;
    below += weights[row]!;
    if (below === half && at + 1 < order.length) return (values[row]! + values[order[at + 1]!]!) / 2;
    if (below >= half) return values[row]!;
  }
  return 0;
}

/** Mean and population standard deviation, as scikit-learn's `StandardScaler` has them. Shape of both: (rows). */
export function standardOf(values: Float64Array, weights: Float64Array | undefined): Standard {
  const first = values[0] ?? 0;
  // A constant column's mean must be that constant to the last bit: what is left of it would be scaled up to noise.
  if (isConstant(values)) return { mean: first, deviation: 1 };
  const mean = weightedMean(values, weights, (value) => value);
  const variance = weightedMean(values, weights, (value) => (value - mean) ** 2);
  return { mean, deviation: variance === 0 ? 1 : Math.sqrt(variance) };
}

function isConstant(values: Float64Array): boolean {
  for (let row = 1; row < values.length; row++) if (values[row] !== values[0]) return false;
  return true;
}

/** The mean of a function of the values. */
export function weightedMean(values: Float64Array, weights: Float64Array | undefined, of: (value: number) => number): number {
  const sum = compensatedSum();
  const total = compensatedSum();
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum.add(weight * of(values[row]!));
    total.add(weight);
  }
  return sum.total() / total.total();
}
