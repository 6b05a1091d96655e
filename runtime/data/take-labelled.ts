import { selectTarget } from './load-target.ts';
import type { Feature, Labelled, Matrix } from './matrix.ts';
import { takeRows } from './take-rows.ts';

/** Some labelled rows, by their places, with all that belongs to each. */
export function takeLabelled({ matrix, target, weights }: Labelled, places: Uint32Array): Labelled {
  return { matrix: takeMatrix(matrix, places), target: selectTarget(target, places), ...(weights === undefined ? {} : { weights: takeRows(weights, places) }) };
}

/** Some rows of a matrix, by their places; one may be there more than once. */
export function takeMatrix({ features }: Matrix, places: Uint32Array): Matrix {
  const take = (feature: Feature): Feature => (feature.kind === 'numeric' ? { ...feature, values: takeRows(feature.values, places) } : { ...feature, codes: takeRows(feature.codes, places) });
  return { rows: places.length, features: features.map(take) };
}
