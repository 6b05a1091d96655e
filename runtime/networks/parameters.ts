import type { Activation, Layer, NetworkDescription, RecurrentLayer, Shape } from './description.ts';
import { everyPlace, placesOf, placesThrough, sizeOf, windowsOf } from './shapes.ts';

/**
 * One array of the parameters of a network. All of them lie in one buffer, one after the other, in row-major order:
 * first the embeddings, by category, then those of the layers.
 */
export interface ParameterSpec {
  /** Whose it is: a category's embedding, or a layer's by its place, the implied last one and layers within it included. */
  readonly owner: { readonly category: number } | { readonly layer: number };
  readonly role: 'embedding' | 'kernel' | 'recurrent' | 'bias' | 'scale' | 'shift';
  /** A kernel's last axis is that of units; what is one for each column or channel has the shape (1, columns). */
  readonly shape: Shape;
  /** Training starts from uniform numbers within ± this; else from 0, and scales from 1. */
  readonly limit?: number;
  /** From which place to which training starts from 1. */
  readonly ones?: readonly [number, number];
  /** Where it begins in the buffer. */
  readonly offset: number;
  readonly length: number;
}

/** Where the running statistics of a layer that normalises lie: `width` means, then as many variances. */
export interface StatisticsSpec {
  /** The place of the layer, or of the one that it is within. */
  readonly layer: number;
  readonly width: number;
  /** How much of the running statistics stays at each step. */
  readonly momentum: number;
  readonly offset: number;
}

/** How the buffers of a network are laid out. */
export interface Layout {
  readonly parameters: readonly ParameterSpec[];
  /** Numbers in the buffer of parameters. */
  readonly size: number;
  readonly statistics: readonly StatisticsSpec[];
  /** Numbers in the buffer of running statistics. */
  readonly statisticsSize: number;
}

type ArraySpec = Pick<ParameterSpec, 'role' | 'shape' | 'limit' | 'ones'>;

const EMBEDDING_LIMIT = 0.05;

/** Lays out the parameters and running statistics of a network. */
export function layoutOf(description: NetworkDescription): Layout {
  const parameters: ParameterSpec[] = [];
  const statistics: StatisticsSpec[] = [];
  let size = 0;
  let statisticsSize = 0;
  const add = (owner: ParameterSpec['owner'], array: ArraySpec): void => {
    const length = sizeOf(array.shape);
    parameters.push({ owner, ...array, offset: size, length });
    size += length;
  };
  description.inputs.categories.forEach(({ kind, levels, size: width }, category) => {
    if (kind === 'embedding') add({ category }, { role: 'embedding', shape: [levels, width], limit: EMBEDDING_LIMIT });
  });
  placesOf(description).forEach((place, index) => {
    for (const array of arraysOf(place.layer, place.sees)) add({ layer: index }, array);
    for (const { layer, sees } of everyPlace([place])) {
      if (layer.kind !== 'batch_norm') continue;
      const width = sees.at(-1) as number;
      statistics.push({ layer: index, width, momentum: layer.momentum, offset: statisticsSize });
      statisticsSize += 2 * width;
    }
  });
  return { parameters, size, statistics, statisticsSize };
}

/** The arrays of a layer that sees a shape, those of layers within it included, in their order. */
export function arraysOf(layer: Layer, sees: Shape): ArraySpec[] {
  const channels = sees.at(-1) as number;
  switch (layer.kind) {
    case 'dense':
      return [kernelOf([channels, layer.units], layer.activation), { role: 'bias', shape: [1, layer.units] }];
    case 'conv1d':
    case 'conv2d':
      return [kernelOf([...windowsOf(layer, sees).map(({ size }) => size), channels, layer.filters], layer.activation), { role: 'bias', shape: [1, layer.filters] }];
    case 'lstm':
    case 'gru':
      return recurrentArrays(layer, channels);
    case 'bidirectional':
      return [...recurrentArrays(layer.layer, channels), ...recurrentArrays(layer.layer, channels)];
    case 'attention': {
      const width = layer.num_heads * layer.key_dim;
      return [...Array.from({ length: 3 }, () => linearArrays(channels, width)).flat(), ...linearArrays(width, channels)];
    }
    case 'residual':
      return placesThrough(layer.layers, sees).flatMap((place) => arraysOf(place.layer, place.sees));
    case 'batch_norm':
    case 'layer_norm':
      return [
        { role: 'scale', shape: [1, channels] },
        { role: 'shift', shape: [1, channels] },
      ];
    case 'dropout':
    case 'flatten':
    case 'max_pool':
    case 'average_pool':
    case 'global_max_pool':
    case 'global_average_pool':
      return [];
  }
}

const RECTIFIERS: readonly Activation[] = ['relu', 'leaky_relu', 'elu', 'selu', 'gelu', 'swish', 'softplus'];

/** Uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), or ±√(6 / inputs) before rectifiers (He et al. 2015). */
function kernelOf(shape: Shape, activation: Activation): ArraySpec {
  const inputs = sizeOf(shape.slice(0, -1));
  const outputs = sizeOf(shape.slice(0, -2)) * (shape.at(-1) as number);
  return { role: 'kernel', shape, limit: Math.sqrt(6 / (RECTIFIERS.includes(activation) ? inputs : inputs + outputs)) };
}

function linearArrays(inputs: number, outputs: number): ArraySpec[] {
  return [kernelOf([inputs, outputs], 'linear'), { role: 'bias', shape: [1, outputs] }];
}

/** An LSTM begins with its forget gates open (Jozefowicz et al. 2015). */
function recurrentArrays({ kind, units }: RecurrentLayer, channels: number): ArraySpec[] {
  const width = (kind === 'lstm' ? 4 : 3) * units;
  return [
    kernelOf([channels, width], 'sigmoid'),
    { role: 'recurrent', shape: [units, width], limit: 1 / Math.sqrt(units) },
    { role: 'bias', shape: [1, width], ...(kind === 'lstm' ? { ones: [units, 2 * units] } : {}) },
  ];
}

/** How many parameters a layer learns that sees a shape. */
export function parameterCount(layer: Layer, sees: Shape): number {
  return arraysOf(layer, sees).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The part of a buffer that an array lies in: the same memory. */
export function viewOf(buffer: Float32Array, { offset, length }: Pick<ParameterSpec, 'offset' | 'length'>): Float32Array {
  return buffer.subarray(offset, offset + length);
}
