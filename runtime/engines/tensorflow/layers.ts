import type { BatchNormLayer, ConvolutionLayer, DenseLayer, GlobalPoolLayer, LayerNormLayer, PoolLayer, Shape } from '../../networks/description.ts';
import { windowsOf, type LayerPlace, type Windows } from '../../networks/shapes.ts';
import { addActivation } from './activations.ts';
import { addAttention } from './attention.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { GraphPass, Moments } from './graph-pass.ts';
import type { Output } from './library.ts';
import { addBidirectional, addRecurrent } from './recurrent.ts';

/** Adds a layer to a graph: what it makes of its input. */
export function addLayer(pass: GraphPass, { layer, sees, gives, inner }: Omit<LayerPlace, 'joins'>, input: Output): Output {
  const { builder } = pass;
  switch (layer.kind) {
    case 'dense': {
      const output = addDense(pass, layer, sees.length === 1 ? input : shaped(builder, input, sees.slice(-1)));
      return sees.length === 1 ? output : shaped(builder, output, gives);
    }
    case 'conv1d':
    case 'conv2d':
      return shaped(builder, addConvolution(pass, { layer, sees }, input), gives);
    case 'max_pool':
    case 'average_pool':
      return shaped(builder, addPool(builder, { layer, sees }, input), gives);
    case 'global_max_pool':
    case 'global_average_pool':
      if (pass.present !== undefined && sees.length === 2) return meanOfPresent(builder, pass.present, { input, axes: [1] });
      return shaped(builder, addPool(builder, { layer: asPool(layer, sees), sees }, input), gives);
    case 'lstm':
    case 'gru':
      return addRecurrent(pass, { layer, sees }, input);
    case 'bidirectional':
      return addBidirectional(pass, { layer, sees }, input);
    case 'attention':
      return addAttention(pass, { layer, sees }, input);
    case 'residual':
      return builder.add('AddV2', [input, inner.reduce((values, place) => addLayer(pass, place, values), input)]);
    case 'layer_norm':
      return addLayerNorm(pass, { layer, sees }, input);
    case 'flatten':
      return shaped(builder, input, gives);
    case 'dropout':
      return pass.mask === undefined ? input : builder.add('Mul', [input, pass.mask(sees)]);
    case 'batch_norm':
      return addBatchNorm(pass, layer, { input, axes: sees.map((_, axis) => axis) });
  }
}

/** Rows, or what the first axis is besides, each of a shape. */
function shaped(builder: GraphBuilder, values: Output, shape: Shape): Output {
  return builder.add('Reshape', [values, builder.integers([-1, ...shape])]);
}

function vector(builder: GraphBuilder, row: Output): Output {
  return builder.add('Reshape', [row, builder.integers([-1])]);
}

function addDense({ builder, array }: GraphPass, { activation }: DenseLayer, input: Output): Output {
  const [kernel, bias] = [array(), array()];
  const product = builder.add('MatMul', [input, kernel]);
  return addActivation(builder, activation, builder.add('BiasAdd', [product, vector(builder, bias)]));
}

interface Windowed<L> {
  readonly layer: L;
  readonly sees: Shape;
}

/** A convolution of images; a sequence is one of width 1. */
function addConvolution({ builder, array }: GraphPass, { layer, sees }: Windowed<ConvolutionLayer>, input: Output): Output {
  const [kernel, bias] = [array(), array()];
  const windows = windowsOf(layer, sees);
  const filters = builder.add('Reshape', [kernel, builder.integers([...sizesOf(windows), sees.at(-1) as number, layer.filters])]);
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
function addLayerNorm({ builder, array }: GraphPass, { layer, sees }: Windowed<LayerNormLayer>, input: Output): Output {
  const [scale, shift] = [array(), array()];
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

function addBatchNorm({ builder, array, running, found, present }: GraphPass, { epsilon }: BatchNormLayer, { input, axes }: Normalised): Output {
  const [scale, shift] = [array(), array()];
  const moments = running?.() ?? momentsOf(builder, axes.length === 2 ? present : undefined, { input, axes });
  if (running === undefined) found(moments);
  const { mean, variance } = moments;
  const factor = builder.add('Rsqrt', [builder.add('AddV2', [variance, builder.number(epsilon)])]);
  const normal = builder.add('Mul', [builder.add('Sub', [input, mean]), factor]);
  return builder.add('AddV2', [builder.add('Mul', [normal, vector(builder, scale)]), vector(builder, shift)]);
}

function momentsOf(builder: GraphBuilder, present: Output | undefined, { input, axes }: Normalised): Moments {
  const meanOf = (values: Output): Output => (present === undefined ? builder.add('Mean', [values, builder.integers(axes)]) : meanOfPresent(builder, present, { input: values, axes }));
  const mean = meanOf(input);
  return { mean, variance: meanOf(builder.add('Square', [builder.add('Sub', [input, mean])])) };
}

/** The mean over axes of the steps that count; of none it is 0. */
function meanOfPresent({ add, integers, number }: GraphBuilder, present: Output, { input, axes }: Normalised): Output {
  const counts = add('ExpandDims', [present, integers([-1])]);
  const sumOf = (values: Output): Output => add('Sum', [values, integers(axes)]);
  return add('RealDiv', [sumOf(add('Mul', [input, counts])), add('Maximum', [sumOf(counts), number(1)])]);
}
