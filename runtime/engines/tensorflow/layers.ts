import type { BatchNormLayer, DenseLayer, Layer } from '../../networks/description.ts';
import { addActivation } from './activations.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';

/** Means and variances of columns, of shape (columns). */
export interface Moments {
  readonly mean: Output;
  readonly variance: Output;
}

/** What a layer has beside what it sees: its parameters in their order, and by what it is done in training or after it. */
export interface LayerParts {
  readonly parameters: readonly Output[];
  /** Of dropout, in training. */
  readonly mask?: Output;
  /** Of a layer that normalises, after training; in training the moments are the batch's. */
  readonly running?: Moments;
}

/** A layer in a graph. */
export interface AddedLayer {
  readonly output: Output;
  /** Of the batch, where the layer normalises by it. */
  readonly moments?: Moments;
}

/** Adds a layer to a graph. */
export function addLayer(builder: GraphBuilder, layer: Layer, input: Output, parts: LayerParts): AddedLayer {
  switch (layer.kind) {
    case 'dense':
      return { output: addDense(builder, layer, input, parts) };
    case 'dropout':
      return { output: parts.mask === undefined ? input : builder.add('Mul', [input, parts.mask]) };
    case 'batch_norm':
      return addBatchNorm(builder, layer, input, parts);
  }
}

function vector(builder: GraphBuilder, row: Output | undefined): Output {
  return builder.add('Reshape', [row as Output, builder.integers([-1])]);
}

function addDense(builder: GraphBuilder, { activation }: DenseLayer, input: Output, { parameters: [kernel, bias] }: LayerParts): Output {
  const product = builder.add('MatMul', [input, kernel as Output]);
  return addActivation(builder, activation, builder.add('BiasAdd', [product, vector(builder, bias)]));
}

function addBatchNorm(builder: GraphBuilder, { epsilon }: BatchNormLayer, input: Output, { parameters: [scale, shift], running }: LayerParts): AddedLayer {
  const { mean, variance } = running ?? momentsOf(builder, input);
  const factor = builder.add('Rsqrt', [builder.add('AddV2', [variance, builder.number(epsilon)])]);
  const normal = builder.add('Mul', [builder.add('Sub', [input, mean]), factor]);
  const output = builder.add('AddV2', [builder.add('Mul', [normal, vector(builder, scale)]), vector(builder, shift)]);
  return running === undefined ? { output, moments: { mean, variance } } : { output };
}

function momentsOf(builder: GraphBuilder, input: Output): Moments {
  const rows = builder.integers([0]);
  const mean = builder.add('Mean', [input, rows]);
  return { mean, variance: builder.add('Mean', [builder.add('Square', [builder.add('Sub', [input, mean])]), rows]) };
}
