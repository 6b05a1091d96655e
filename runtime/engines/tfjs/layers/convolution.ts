import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvolutionLayer } from '../../../networks/description.ts';
import { windowsOf, type Windows } from '../../../networks/shapes.ts';
import type { Tfjs } from '../load-tfjs.ts';
import { activate } from './dense.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/**
 * A convolution. Its gradients are convolutions again: WASM lacks a kernel for that by the filters, and the one that it
 * has for that by the input takes five times as long. A sequence is an image of width 1.
 */
export function applyConvolution(pass: LayerPass, layer: ConvolutionLayer, input: Tensor): AppliedLayer {
  const { tf, sumRows } = pass;
  const [kernel, bias] = [pass.array(), pass.array()];
  const sees = input.shape.slice(1);
  const shape: Windowing = { tf, ...windowingOf(windowsOf(layer, sees)) };
  const image = (sees.length === 3 ? input : tf.reshape(input, [pass.rows, sees[0] as number, 1, sees[1] as number])) as Tensor4D;
  const filters = tf.reshape<Rank.R4>(kernel, [...shape.size, image.shape[3], layer.filters]);
  const z = tf.add(correlate(tf, image, filters, { pads: shape.pads, stride: shape.stride }), bias);
  const { output, slope } = activate(tf, layer.activation, z);
  const given = [pass.rows, ...shape.counts.slice(0, sees.length - 1), layer.filters];
  return {
    output: tf.reshape(output, given),
    back: (gradient, onlyOwn) => {
      const ofZ = slope(tf.reshape(gradient, output.shape)) as Tensor4D;
      const own = [tf.reshape(ofFilters(shape, image, ofZ), kernel.shape), sumRows(asMatrix(tf, ofZ))];
      return onlyOwn ? { own } : { own, ofInput: tf.reshape(ofImage(shape, filters, ofZ), input.shape) };
    },
  };
}

type Two = readonly [number, number];

/** How windows lie over an image: sizes, strides, counts and zeros around it, by height and width. */
interface Windowing {
  readonly tf: Tfjs;
  readonly lengths: Two;
  readonly size: Two;
  readonly stride: Two;
  readonly counts: Two;
  readonly pads: readonly [Two, Two];
}

/** Without a second axis, the width is 1. */
function windowingOf([height, width]: readonly Windows[]): Omit<Windowing, 'tf'> {
  const two = (of: (windows: Windows) => number): Two => [height === undefined ? 1 : of(height), width === undefined ? 1 : of(width)];
  const padsOf = (windows: Windows | undefined): Two => [windows?.before ?? 0, windows?.after ?? 0];
  return {
    lengths: two(({ length }) => length),
    size: two(({ size }) => size),
    stride: two(({ stride }) => stride),
    counts: two(({ count }) => count),
    pads: [padsOf(height), padsOf(width)],
  };
}

interface Correlation {
  readonly pads: readonly [Two, Two];
  readonly stride?: Two;
  /** Between the places of the filters that meet neighbours. */
  readonly dilation?: Two;
}

function correlate(tf: Tfjs, image: Tensor4D, filters: Tensor4D, { pads: [top, left], stride = [1, 1], dilation = [1, 1] }: Correlation): Tensor4D {
  return tf.conv2d(image, filters, [...stride], [[0, 0], [...top], [...left], [0, 0]], 'NHWC', [...dilation]);
}

/** By the filters: the image, with channels for rows and rows for channels, correlated with the gradient, a stride apart. */
function ofFilters({ tf, size, stride, pads }: Windowing, image: Tensor4D, gradient: Tensor4D): Tensor4D {
  const found = correlate(tf, tf.transpose(image, [3, 1, 2, 0]), tf.transpose(gradient, [1, 2, 0, 3]), { pads, dilation: stride });
  // Where strides leave a rest at the end, the gradient could be moved further than the filters are wide.
  const within = tf.slice(found, [0, 0, 0, 0], [found.shape[0], size[0], size[1], found.shape[3]]);
  return tf.transpose(within, [1, 2, 0, 3]);
}

/** By the image: the gradient, a stride apart, correlated with the filters turned round. */
function ofImage({ tf, lengths, size, stride, counts, pads }: Windowing, filters: Tensor4D, gradient: Tensor4D): Tensor4D {
  const turned = tf.transpose(tf.reverse(filters, [0, 1]), [0, 1, 3, 2]);
  const around = (axis: 0 | 1): Two => {
    const before = size[axis] - 1 - pads[axis][0];
    const spread = (counts[axis] - 1) * stride[axis] + 1;
    return [before, lengths[axis] + size[axis] - 1 - spread - before];
  };
  const apart = spreadOut(tf, spreadOut(tf, gradient, 1, stride[0]), 2, stride[1]);
  return correlate(tf, apart, turned, { pads: [around(0), around(1)] });
}

/** Puts `stride` − 1 zeros between neighbours along an axis. */
function spreadOut(tf: Tfjs, values: Tensor4D, axis: 1 | 2, stride: number): Tensor4D {
  if (stride === 1) return values;
  const { shape } = values;
  const before = shape.slice(0, axis + 1);
  const after = shape.slice(axis + 1);
  const inner = after.reduce((product, length) => product * length, 1);
  const rows = before.reduce((product, length) => product * length, 1);
  const wide = tf.pad(tf.reshape(values, [rows, inner]), [[0, 0], [0, (stride - 1) * inner]]);
  const [length, whole] = [shape[axis], [...shape] as [number, number, number, number]];
  whole[axis] = length * stride;
  const spread = tf.reshape<Rank.R4>(wide, whole);
  whole[axis] = (length - 1) * stride + 1;
  return tf.slice(spread, [0, 0, 0, 0], whole);
}
