import type { Codes, Feature, IntegerArray, Labelled } from '../../../runtime/data/matrix.ts';
import { mergeRows } from '../../../runtime/data/merge-rows.ts';

/** Merging that leaves more than this share of the rows takes longer than it saves. */
const WORTHWHILE = 0.6;

/**
 * Rows that are equal in features and class as one weighted row each, which changes a fit by rounding alone and, where
 * features are discrete, makes it several times faster. The same rows, where that is not worth it or they are weighted.
 */
export function mergeTrainingRows(train: Labelled): Labelled {
  const { matrix, target, weights } = train;
  if (target.kind !== 'classes' || weights !== undefined) return train;
  const columns = [...matrix.features.flatMap(bitsOf), target.codes];
  const merged = mergeRows({ columns, rows: matrix.rows, atMost: WORTHWHILE });
  if (merged === undefined) return train;
  const { first, counts } = merged;
  const features = matrix.features.map((feature): Feature => {
    if (feature.kind === 'category') return { ...feature, codes: pick(feature.codes, first) };
    return { ...feature, values: pick(feature.values, first) };
  });
  return {
    matrix: { rows: first.length, features },
    target: { ...target, codes: pick(target.codes, first) },
    weights: new Float32Array(counts),
  };
}

/** Columns of integers that are equal where the feature's values are. */
function bitsOf(feature: Feature): IntegerArray[] {
  if (feature.kind === 'category') return [feature.codes];
  const { values } = feature;
  if (values instanceof Float32Array) return [new Uint32Array(values.buffer, values.byteOffset, values.length)];
  if (!(values instanceof Float64Array)) return [values];
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  return [0, 1].map((half) => {
    const column = new Uint32Array(values.length);
    for (let row = 0; row < column.length; row++) column[row] = words[2 * row + half]!;
    return column;
  });
}

function pick<A extends Codes | IntegerArray | Float32Array | Float64Array>(values: A, rows: Uint32Array): A {
  const picked = values.slice(0, rows.length);
  for (let at = 0; at < rows.length; at++) picked[at] = values[rows[at]!]!;
  return picked as A;
}
