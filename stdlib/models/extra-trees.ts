import type { Kind } from '../../compiler/kinds/kind.ts';
import { exampleOnPenguins } from '../example.ts';
import { forestParams, inferForest, runForest, type ForestOptions } from './forests/forest.ts';

// LightGBM draws a threshold among all of a feature's bins, not among those that a node has left: of few features hardly any
// would split a small node.
const options: ForestOptions = { samples: 1, randomThresholds: true, features: 'all' };

/** Trees with random thresholds, averaged. */
export const extraTrees: Kind = {
  name: 'extra_trees',
  keyword: 'model',
  version: 1,
  doc: 'Extremely randomised trees: as `random_forest`, but each tree is grown from all rows, and a split looks at one random threshold of each feature that it draws. Faster and smoother, where features are many and noisy. Parameters have scikit-learn’s names; trees are grown by LightGBM.',
  example: exampleOnPenguins(`model shrubs = extra_trees(x) {
  n_estimators: 200
  max_features: 50%
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: forestParams(options),
  engine: 'lightgbm',
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  infer: inferForest,
  run: (context) => runForest(context, options),
};
