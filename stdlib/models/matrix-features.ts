import type { CategoryFeature, Feature, Matrix, NumericFeature } from '../../runtime/data/matrix.ts';

/** The feature of a name, which is most likely at the place that it had in training. */
export function findFeature({ features }: Matrix, name: string, at: number): Feature {
  const found = features[at]?.name === name ? features[at] : features.find((feature) => feature.name === name);
  if (found === undefined) throw new TypeError(`the matrix has no feature ${name}`);
  return found;
}

/** The values of a feature that was numeric in training. */
export function numbersOf(feature: Feature): NumericFeature['values'] {
  if (feature.kind !== 'numeric') throw new TypeError(`the feature ${feature.name} was numeric in training`);
  return feature.values;
}

/** A feature that was a category in training. */
export function categoriesOf(feature: Feature): CategoryFeature {
  if (feature.kind !== 'category') throw new TypeError(`the feature ${feature.name} was a category in training`);
  return feature;
}
