import type { Kind } from '../../compiler/kinds/kind.ts';
import { exampleOnPenguins } from '../example.ts';
import { inferNetwork } from './network/infer-network.ts';
import { networkKind } from './network/network-kind.ts';
import { networkParams } from './network/network-params.ts';

/** Neural networks: dense, convolutional and recurrent. */
export const network: Kind = networkKind({
  name: 'network',
  version: 1,
  doc: 'A neural network, for two classes, several, or a number: dense layers over columns, convolutions and pools over images, recurrent layers over sequences (an `array` of `prepare`), which numbers and categories join where the array has become flat. Missing numbers become the median with an indicator beside them and numbers are standardised, all of it in the model itself; one-hot categories are columns, native ones are learned embeddings; the target of a regression is standardised too. It runs on TensorFlow where `mlp.lock` pins that for the platform, and else on TensorFlow.js, on the backend that the lock pins. Initial weights, the order of rows and dropout follow from the seed. Exported, it is a folder that `tf.loadLayersModel` opens, with `preprocessing.json`, which says how the columns of `mlp export … x.test` become its inputs.',
  example: exampleOnPenguins(`model net = network(x) {
  layers: [dense(32, relu), batch_norm, dropout(0.2), dense(16, relu)]
  optimizer: adamw(rate: cosine(3e-3, warm_up: 2), weight_decay: 0.01)
  epochs: 60
  batch: 32
  early_stopping { patience: 10 }
}`),
  params: networkParams,
  infer: inferNetwork,
});
