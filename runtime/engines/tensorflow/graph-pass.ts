import type { Shape } from '../../networks/description.ts';
import type { GraphBuilder } from './graph-builder.ts';
import type { Output } from './library.ts';

/** One way through a network as a graph; layers take from it what is theirs, one after the other. */
export interface GraphPass {
  readonly builder: GraphBuilder;
  /** The next array of the parameters. */
  readonly array: () => Output;
  /** Of a sequence with steps that do not count: 1 for each that does, 0 for another, shape (rows, steps). */
  readonly present?: Output;
  /** In training, the next dropout mask, for rows of a shape. */
  readonly mask?: (shape: Shape) => Output;
  /** After training, the running moments of the next layer that normalises; in training moments are the batch's. */
  readonly running?: () => Moments;
  /** Hands over the moments that the next layer that normalises finds in the batch. */
  readonly found: (moments: Moments) => void;
}

/** Means and variances of columns or channels, of shape (columns). */
export interface Moments {
  readonly mean: Output;
  readonly variance: Output;
}
