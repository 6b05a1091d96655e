import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { BatchNormLayer } from '../../../networks/description.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/** Normalises each channel over all else: by the batch's own moments in training, by the running ones afterwards. */
export function applyBatchNorm(pass: LayerPass, { epsilon }: BatchNormLayer, input: Tensor): AppliedLayer {
  const { tf, sumRows } = pass;
  const [scale, shift] = [pass.array(), pass.array()];
  const values = asMatrix(tf, input);
  if (!pass.training) {
    const { mean, variance } = pass.running();
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    return { output: tf.reshape(tf.add(tf.mul(tf.sub(values, mean), factor), shift), input.shape), back: () => ({ own: [] }) };
  }
  const { counted, count } = countedOf(pass, input);
  const meanOf = (matrix: Tensor2D): Tensor2D => tf.div(sumRows(counted(matrix)), count);
  const mean = meanOf(values);
  const centred = tf.sub<Tensor2D>(values, mean);
  const variance = meanOf(tf.square(centred));
  pass.found({ mean, variance });
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normal = tf.mul<Tensor2D>(centred, inverse);
  return {
    output: tf.reshape(tf.add(tf.mul(normal, scale), shift), input.shape),
    back: (given, onlyOwn) => {
      const gradient = asMatrix(tf, given);
      const own = [sumRows(tf.mul(gradient, normal)), sumRows(gradient)];
      if (onlyOwn) return { own };
      // Ioffe and Szegedy 2015, with the gradients by mean and variance put in.
      const spread = tf.sub(tf.sub(gradient, meanOf(gradient)), tf.mul(normal, meanOf(tf.mul(gradient, normal))));
      return { own, ofInput: tf.reshape(counted(tf.mul(spread, tf.mul(inverse, scale))), input.shape) };
    },
  };
}

/** How many rows of channels count, and what makes the others 0. */
function countedOf({ tf, present }: LayerPass, input: Tensor): { readonly counted: (values: Tensor2D) => Tensor2D; readonly count: Tensor | number } {
  const rows = input.size / (input.shape.at(-1) as number);
  if (present === undefined || input.rank !== 3) return { counted: (values) => values, count: rows };
  const counts = tf.reshape(present, [rows, 1]);
  return { counted: (values) => tf.mul(values, counts), count: tf.maximum(tf.sum(counts), 1) };
}
