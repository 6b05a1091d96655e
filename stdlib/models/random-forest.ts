import type { Kind } from '../../compiler/kinds/kind.ts';
import { exampleOnPenguins } from '../example.ts';
import { forestParams, inferForest, runForest, type ForestOptions } from './forests/forest.ts';

// A bootstrap of n rows has 0.632 n different ones.
const options: ForestOptions = { samples: 0.632, randomThresholds: false };

/** Trees from samples of the rows, averaged. */
export const randomForest: Kind = {
  name: 'random_forest',
  keyword: 'model',
  version: 1,
  doc: 'A random forest: trees grown from samples of the rows, with a sample of the features at each split, averaged. For two classes, several (trees for each, of which the shares are made to add up to 1), or a number. Parameters have scikit-learn’s names; trees are grown by LightGBM, on bins, with missing values and native categories as they are. The exported model (`.txt`) opens in LightGBM, and says shares of classes before they are made to add up to 1.',
  example: exampleOnPenguins(`model forest = random_forest(x) {
  n_estimators: 200
  min_samples_leaf: 2
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
