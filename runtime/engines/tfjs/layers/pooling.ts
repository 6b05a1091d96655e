import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { GlobalPoolLayer, PoolLayer } from '../../../networks/description.ts';
import { windowsOf, type Windows } from '../../../networks/shapes.ts';
import type { AppliedLayer, LayerPass } from './layer-pass.ts';

/**
 * Pooling by windows, in plain loops: WASM has no kernel for its gradients, and what it takes to make them of others is
 * more than this. Of several largest values in a window the first one counts.
 */
export function applyPool({ tf, rows }: LayerPass, layer: PoolLayer, input: Tensor): AppliedLayer {
  const sees = input.shape.slice(1);
  const [height, width = { length: 1, size: 1, stride: 1, count: 1 }] = windowsOf(layer, sees) as [Windows, Windows?];
  const channels = sees.at(-1) as number;
  const pool: Pooling = {
    ...{ rows, channels, height: height.length, width: width.length },
    size: [height.size, width.size],
    stride: [height.stride, width.stride],
    counts: [height.count, width.count],
  };
  const given = [rows, ...pool.counts.slice(0, sees.length - 1), channels];
  const values = input.dataSync<'float32'>();
  if (layer.kind === 'average_pool') return { output: tf.tensor(meansOf(pool, values), given), back: (gradient) => ({ own: [], ofInput: tf.tensor(spreadMeans(pool, gradient.dataSync<'float32'>()), input.shape) }) };
  const { largest, places } = largestOf(pool, values);
  return {
    output: tf.tensor(largest, given),
    back: (gradient) => {
      const slopes = gradient.dataSync<'float32'>();
      const made = new Float32Array(values.length);
      for (let at = 0; at < slopes.length; at++) (made[places[at] as number] as number) += slopes[at] as number;
      return { own: [], ofInput: tf.tensor(made, input.shape) };
    },
  };
}

interface Pooling {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly counts: readonly [number, number];
}

/** Calls back for each window: where its first value lies, and the number of its answer, both of channel 0. */
function forEachWindow({ rows, height, width, channels, stride, counts }: Pooling, visit: (from: number, to: number) => void): void {
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let y = 0; y < counts[0]; y++) {
      for (let x = 0; x < counts[1]; x++, to += channels) visit(((row * height + y * stride[0]) * width + x * stride[1]) * channels, to);
    }
  }
}

function largestOf(pool: Pooling, values: Float32Array): { readonly largest: Float32Array; readonly places: Uint32Array } {
  const { rows, width, channels, size, counts } = pool;
  const length = rows * counts[0] * counts[1] * channels;
  const largest = new Float32Array(length);
  const places = new Uint32Array(length);
  forEachWindow(pool, (from, to) => {
    for (let channel = 0; channel < channels; channel++) {
      let place = from + channel;
      let most = values[place] as number;
      for (let y = 0; y < size[0]; y++) {
        for (let x = 0; x < size[1]; x++) {
          const at = from + (y * width + x) * channels + channel;
          const value = values[at] as number;
          // What is no number stays none, so that training is stopped by it.
          if (value > most || value !== value) [most, place] = [value, at];
        }
      }
      largest[to + channel] = most;
      places[to + channel] = place;
    }
  });
  return { largest, places };
}

function meansOf(pool: Pooling, values: Float32Array): Float32Array {
  const { rows, width, channels, size, counts } = pool;
  const means = new Float32Array(rows * counts[0] * counts[1] * channels);
  const share = 1 / (size[0] * size[1]);
  forEachWindow(pool, (from, to) => {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let y = 0; y < size[0]; y++) for (let x = 0; x < size[1]; x++) sum += values[from + (y * width + x) * channels + channel] as number;
      means[to + channel] = sum * share;
    }
  });
  return means;
}

function spreadMeans(pool: Pooling, gradient: Float32Array): Float32Array {
  const { rows, height, width, channels, size } = pool;
  const made = new Float32Array(rows * height * width * channels);
  const share = 1 / (size[0] * size[1]);
  forEachWindow(pool, (from, to) => {
    for (let channel = 0; channel < channels; channel++) {
      const slope = (gradient[to + channel] as number) * share;
      for (let y = 0; y < size[0]; y++) for (let x = 0; x < size[1]; x++) (made[from + (y * width + x) * channels + channel] as number) += slope;
    }
  });
  return made;
}

/** Pooling over all places of an image or steps of a sequence: one window that is as large as that. */
export function applyGlobalPool(pass: LayerPass, { kind }: GlobalPoolLayer, input: Tensor): AppliedLayer {
  if (pass.present !== undefined && input.rank === 3) return applyMeanOfPresent(pass, pass.present, input);
  const size = input.shape.slice(1, -1);
  const { output, back } = applyPool(pass, { kind: kind === 'global_max_pool' ? 'max_pool' : 'average_pool', size, stride: size }, input);
  const { tf } = pass;
  return { output: tf.reshape(output, [pass.rows, -1]), back };
}

/** The mean of the steps that count; of none it is 0. */
function applyMeanOfPresent({ tf, rows }: LayerPass, present: Tensor2D, input: Tensor): AppliedLayer {
  const shares = tf.expandDims(tf.div(present, tf.maximum(tf.sum(present, 1, true), 1)), 1);
  return {
    output: tf.reshape(tf.matMul(shares, input), [rows, -1]),
    back: (gradient) => ({ own: [], ofInput: tf.matMul(tf.transpose(shares, [0, 2, 1]), tf.expandDims(gradient, 1)) }),
  };
}
