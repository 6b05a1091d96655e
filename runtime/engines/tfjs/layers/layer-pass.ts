import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../load-tfjs.ts';

/** One way through a network for a batch; layers take from it what is theirs, one after the other. */
export interface LayerPass {
  readonly tf: Tfjs;
  readonly rows: number;
  /** Whether the layers learn: dropout and batch normalisation do otherwise then. */
  readonly training: boolean;
  /** The next array of the parameters. */
  readonly array: () => Tensor;
  /** Of a sequence with steps that do not count: 1 for each that does, 0 for another, shape (rows, steps). */
  readonly present?: Tensor2D;
  /** The next dropout mask, in a shape. */
  readonly mask: (shape: readonly number[]) => Tensor;
  /** The running means and variances of the next layer that normalises, shape (1, channels) each. */
  readonly running: () => Moments;
  /** Hands over the means and variances that the next layer that normalises finds in the batch. */
  readonly found: (moments: Moments) => void;
  /** Sums of the columns of a matrix, shape (1, columns). */
  readonly sumRows: (values: Tensor2D) => Tensor2D;
}

/** Means and variances, shape (1, channels) each. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** A layer that was applied to a batch, and how to go back through it. */
export interface AppliedLayer {
  readonly output: Tensor;
  /** `onlyOwn`: nothing before it learns. */
  readonly back: (gradient: Tensor, onlyOwn: boolean) => LayerGradient;
}

/** What a layer makes of the gradient by its output. */
export interface LayerGradient {
  /** By what the layer saw; absent where nothing before it learns. */
  readonly ofInput?: Tensor;
  /** By the layer's parameters, in their order. */
  readonly own: readonly Tensor[];
}

/** A tensor as a matrix of its last axis. */
export function asMatrix(tf: Tfjs, values: Tensor): Tensor2D {
  return values.rank === 2 ? (values as Tensor2D) : tf.reshape(values, [-1, values.shape.at(-1) as number]);
}
