import { expect, test } from 'vitest';
import type { Feature } from '../../runtime/data/matrix.ts';
import { openCatboostPredictor } from '../../runtime/engines/catboost/predict.ts';
import { addToHash } from '../../runtime/engines/catboost/statistics.ts';
import { chances } from '../support/chances.ts';

const INFO = { params: { loss_function: { type: 'RMSE' } } };

function open(model: object, features: readonly Feature[]) {
  return openCatboostPredictor({ model: new TextEncoder().encode(JSON.stringify({ model_info: INFO, scale_and_bias: [1, [0]], ...model })), features });
}

test.each([1, 6, 8, 9, 16])('trees of %i levels over a number with 300 borders say what their conditions say', (depth) => {
  const random = chances(depth);
  const borders = Array.from({ length: 300 }, (_, k) => k / 4);
  const trees = Array.from({ length: 5 }, () => ({
    splits: Array.from({ length: depth }, () => ({ split_index: Math.floor(random() * borders.length) })),
    leaf_values: Array.from({ length: 2 ** depth }, random),
  }));
  const values = Float64Array.from({ length: 1001 }, (_, row) => (row % 11 === 0 ? NaN : random() * 80 - 2));
  const features: Feature[] = [{ kind: 'numeric', name: 'x', values }];
  const float = { feature_index: 0, flat_feature_index: 0, borders, nan_value_treatment: 'AsTrue' };
  const predictor = open({ features_info: { float_features: [float] }, oblivious_trees: trees }, features);
  const said = predictor.predict({ rows: values.length, features });
  const above = (value: number, split: number): boolean => Number.isNaN(value) || Math.fround(value) > (borders[split] as number);
  const expected = values.map((value) =>
    trees.reduce((sum, { splits, leaf_values: leaves }) => sum + (leaves[splits.reduce((leaf, { split_index: split }, level) => leaf + (above(value, split) ? 2 ** level : 0), 0)] as number), 0),
  );
  expect(said).toEqual(expected);
  for (let row = 0; row < 30; row++) expect(predictor.predictRow([values[row] as number])[0]).toBe(expected[row]);
});

test('combinations of more categories than there are whole numbers are told apart', () => {
  const many = Array.from({ length: 20_000 }, (_, level) => `level ${level}`);
  // Their numbers together pass 2^53: combinations that differ in the first feature alone, or in the last one.
  const rows = [[19_997, 5, 7, 19_998], [19_997, 5, 7, 19_999], [19_996, 5, 7, 19_998], [19_997, 5, 7, 19_998]];
  const features = [0, 1, 2, 3].map((feature): Feature => ({ kind: 'category', name: `c${feature}`, codes: Uint16Array.from(rows, (row) => row[feature] as number), levels: many, oneHot: false }));
  const hashOf = (row: readonly number[]): string => row.reduce((hash, level) => addToHash(hash, level + 1), 0n).toString();
  const counts = [...new Set(rows.map(hashOf))].flatMap((hash, index) => [hash, 10 * index]);
  const statistic = {
    ...{ borders: [1.5, 11.5], ctr_type: 'Counter', identifier: 'counts', prior_numerator: 0, prior_denomerator: 0, shift: 0, scale: 1, target_border_idx: 0 },
    elements: [0, 1, 2, 3].map((feature) => ({ combination_element: 'cat_feature_value', cat_feature_index: feature })),
  };
  const model = {
    features_info: {
      categorical_features: [0, 1, 2, 3].map((feature) => ({ feature_index: feature, flat_feature_index: feature })),
      ctrs: [statistic],
      cat_features_hash: many.map((value, level) => ({ hash: level + 1, value })),
    },
    ctr_data: { counts: { hash_map: counts, hash_stride: 2, counter_denominator: 1 } },
    oblivious_trees: [{ splits: [{ split_index: 0 }, { split_index: 1 }], leaf_values: [0, 1, 2, 3] }],
  };
  expect(open(model, features).predict({ rows: rows.length, features })).toEqual(Float64Array.of(0, 1, 3, 0));
});
