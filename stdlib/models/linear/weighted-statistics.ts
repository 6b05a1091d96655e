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
  const some = values.slice();
  const middle = some.length >> 1;
  const upper = selectSmallest(some, middle);
  // What was selected divides the array: what is left of it is no larger.
  return some.length % 2 === 1 ? upper : (some.subarray(0, middle).reduce((most, value) => Math.max(most, value), -Infinity) + upper) / 2;
}

/** The value that would stand at a place if the values were sorted, by Hoare's selection (1961); they change places. */
function selectSmallest(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = middleOfThree(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      [values[left], values[right]] = [values[right]!, values[left]!];
      left++;
      right--;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place]!;
}

function middleOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
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
  if (weights === undefined) {
    for (let row = 0; row < values.length; row++) sum.add(of(values[row]!));
    return sum.total() / values.length;
  }
  const total = compensatedSum();
  for (let row = 0; row < values.length; row++) {
    sum.add(weights[row]! * of(values[row]!));
    total.add(weights[row]!);
  }
  return sum.total() / total.total();
}
