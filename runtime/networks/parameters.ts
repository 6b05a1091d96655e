import { allLayers, inputWidth, widthAfter, type Layer, type NetworkDescription } from './description.ts';

/**
 * One array of the parameters of a network. All of them lie in one buffer, one after the other, in row-major order:
 * first the embeddings, by category, then those of the layers.
 */
export interface ParameterSpec {
  /** Whose it is: a category's embedding, or a layer's by its place, the implied last one included. */
  readonly owner: { readonly category: number } | { readonly layer: number };
  readonly role: 'embedding' | 'kernel' | 'bias' | 'scale' | 'shift';
  readonly shape: readonly [number, number];
  /** Where it begins in the buffer. */
  readonly offset: number;
  readonly length: number;
}

/** Where the running statistics of a layer that normalises lie: `width` means, then as many variances. */
export interface StatisticsSpec {
  readonly layer: number;
  readonly width: number;
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

type Array2 = Pick<ParameterSpec, 'role' | 'shape'>;

/** Lays out the parameters and running statistics of a network. */
export function layoutOf(description: NetworkDescription): Layout {
  const parameters: ParameterSpec[] = [];
  const statistics: StatisticsSpec[] = [];
  let size = 0;
  let statisticsSize = 0;
  const add = (owner: ParameterSpec['owner'], { role, shape }: Array2): void => {
    const length = shape[0] * shape[1];
    parameters.push({ owner, role, shape, offset: size, length });
    size += length;
  };
  description.inputs.categories.forEach(({ kind, levels, size: width }, category) => {
    if (kind === 'embedding') add({ category }, { role: 'embedding', shape: [levels, width] });
  });
  let width = inputWidth(description.inputs);
  allLayers(description).forEach((layer, index) => {
    for (const array of arraysOf(layer, width)) add({ layer: index }, array);
    if (layer.kind === 'batch_norm') {
      statistics.push({ layer: index, width, offset: statisticsSize });
      statisticsSize += 2 * width;
    }
    width = widthAfter(layer, width);
  });
  return { parameters, size, statistics, statisticsSize };
}

function arraysOf(layer: Layer, width: number): Array2[] {
  switch (layer.kind) {
    case 'dense':
      return [
        { role: 'kernel', shape: [width, layer.units] },
        { role: 'bias', shape: [1, layer.units] },
      ];
    case 'batch_norm':
      return [
        { role: 'scale', shape: [1, width] },
        { role: 'shift', shape: [1, width] },
      ];
    case 'dropout':
      return [];
  }
}

/** How many parameters a layer learns that sees `width` columns. */
export function parameterCount(layer: Layer, width: number): number {
  return arraysOf(layer, width).reduce((sum, { shape }) => sum + shape[0] * shape[1], 0);
}

/** The part of a buffer that an array lies in: the same memory. */
export function viewOf(buffer: Float32Array, { offset, length }: Pick<ParameterSpec, 'offset' | 'length'>): Float32Array {
  return buffer.subarray(offset, offset + length);
}
