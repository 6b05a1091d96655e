import type { BatchNormLayer, ConvolutionLayer, DenseLayer, GlobalPoolLayer, LayerNormLayer, PoolLayer, Shape } from '../../networks/description.ts';
import { windowsOf, type LayerPlace, type Windows } from '../../networks/shapes.ts';
import { addActivation } from './activations.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';
import { addRecurrent } from './recurrent.ts';

/** Means and variances of columns or channels, of shape (columns). */
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
export function addLayer(builder: GraphBuilder, { layer, sees, gives }: Omit<LayerPlace, 'joins'>, input: Output, parts: LayerParts): AddedLayer {
  switch (layer.kind) {
    case 'dense': {
      const output = addDense(builder, layer, sees.length === 1 ? input : shaped(builder, input, sees.slice(-1)), parts);
      return { output: sees.length === 1 ? output : shaped(builder, output, gives) };
    }
    case 'conv1d':
    case 'conv2d':
      return { output: shaped(builder, addConvolution(builder, { layer, sees }, input, parts), gives) };
    case 'max_pool':
    case 'average_pool':
      return { output: shaped(builder, addPool(builder, { layer, sees }, input), gives) };
    case 'global_max_pool':
    case 'global_average_pool':
      return { output: shaped(builder, addPool(builder, { layer: asPool(layer, sees), sees }, input), gives) };
    case 'lstm':
    case 'gru':
      return { output: addRecurrent(builder, { layer, sees }, input, parts.parameters) };
    case 'layer_norm':
      return { output: addLayerNorm(builder, { layer, sees }, input, parts) };
    case 'flatten':
      return { output: shaped(builder, input, gives) };
    case 'dropout':
      return { output: parts.mask === undefined ? input : builder.add('Mul', [input, parts.mask]) };
    case 'batch_norm':
      return addBatchNorm(builder, layer, { input, axes: sees.map((_, axis) => axis) }, parts);
  }
}

/** Rows, or what the first axis is besides, each of a shape. */
function shaped(builder: GraphBuilder, values: Output, shape: Shape): Output {
  return builder.add('Reshape', [values, builder.integers([-1, ...shape])]);
}

function vector(builder: GraphBuilder, row: Output | undefined): Output {
  return builder.add('Reshape', [row as Output, builder.integers([-1])]);
}

function addDense(builder: GraphBuilder, { activation }: DenseLayer, input: Output, { parameters: [kernel, bias] }: LayerParts): Output {
  const product = builder.add('MatMul', [input, kernel as Output]);
  return addActivation(builder, activation, builder.add('BiasAdd', [product, vector(builder, bias)]));
}

interface Windowed<L> {
  readonly layer: L;
  readonly sees: Shape;
}

/** A convolution of images; a sequence is one of width 1. */
function addConvolution(builder: GraphBuilder, { layer, sees }: Windowed<ConvolutionLayer>, input: Output, { parameters: [kernel, bias] }: LayerParts): Output {
  const windows = windowsOf(layer, sees);
  const filters = builder.add('Reshape', [kernel as Output, builder.integers([...sizesOf(windows), sees.at(-1) as number, layer.filters])]);
  const product = builder.add('Conv2D', [asImage(builder, input, sees), filters], {
    strides: { kind: 'ints', value: stridesOf(windows) },
    padding: { kind: 'text', value: layer.padding === 'same' ? 'SAME' : 'VALID' },
  });
  return addActivation(builder, layer.activation, builder.add('BiasAdd', [product, vector(builder, bias)]));
}

function addPool(builder: GraphBuilder, { layer, sees }: Windowed<PoolLayer>, input: Output): Output {
  const windows = windowsOf(layer, sees);
  return builder.add(layer.kind === 'max_pool' ? 'MaxPool' : 'AvgPool', [asImage(builder, input, sees)], {
    ksize: { kind: 'ints', value: [1, ...sizesOf(windows), 1] },
    strides: { kind: 'ints', value: stridesOf(windows) },
    padding: { kind: 'text', value: 'VALID' },
  });
}

/** One window that is as large as what it sees. */
function asPool({ kind }: GlobalPoolLayer, sees: Shape): PoolLayer {
  const size = sees.slice(0, -1);
  return { kind: kind === 'global_max_pool' ? 'max_pool' : 'average_pool', size, stride: size };
}

function asImage(builder: GraphBuilder, input: Output, sees: Shape): Output {
  return sees.length === 3 ? input : shaped(builder, input, [sees[0] as number, 1, sees[1] as number]);
}

function sizesOf([height, width]: readonly Windows[]): readonly number[] {
  return [height?.size ?? 1, width?.size ?? 1];
}

function stridesOf([height, width]: readonly Windows[]): readonly number[] {
  return [1, height?.stride ?? 1, width?.stride ?? 1, 1];
}

/** Each row of the last axis by its own moments. */
function addLayerNorm(builder: GraphBuilder, { layer, sees }: Windowed<LayerNormLayer>, input: Output, { parameters: [scale, shift] }: LayerParts): Output {
  const meanOf = (values: Output): Output => builder.add('Mean', [values, builder.integers([sees.length])], { keep_dims: { kind: 'bool', value: true } });
  const centred = builder.add('Sub', [input, meanOf(input)]);
  const factor = builder.add('Rsqrt', [builder.add('AddV2', [meanOf(builder.add('Square', [centred])), builder.number(layer.epsilon)])]);
  const normal = builder.add('Mul', [centred, factor]);
  return builder.add('AddV2', [builder.add('Mul', [normal, vector(builder, scale)]), vector(builder, shift)]);
}

interface Normalised {
  readonly input: Output;
  /** All axes but the last. */
  readonly axes: readonly number[];
}

function addBatchNorm(builder: GraphBuilder, { epsilon }: BatchNormLayer, { input, axes }: Normalised, { parameters: [scale, shift], running }: LayerParts): AddedLayer {
  const { mean, variance } = running ?? momentsOf(builder, { input, axes });
  const factor = builder.add('Rsqrt', [builder.add('AddV2', [variance, builder.number(epsilon)])]);
  const normal = builder.add('Mul', [builder.add('Sub', [input, mean]), factor]);
  const output = builder.add('AddV2', [builder.add('Mul', [normal, vector(builder, scale)]), vector(builder, shift)]);
  return running === undefined ? { output, moments: { mean, variance } } : { output };
}

function momentsOf(builder: GraphBuilder, { input, axes }: Normalised): Moments {
  const rows = builder.integers(axes);
  const mean = builder.add('Mean', [input, rows]);
  return { mean, variance: builder.add('Mean', [builder.add('Square', [builder.add('Sub', [input, mean])]), rows]) };
}
