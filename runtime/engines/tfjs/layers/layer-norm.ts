import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerNormLayer } from '../../../networks/description.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/** Normalises the numbers along the last axis by their own mean and variance. */
export function applyLayerNorm(pass: LayerPass, { epsilon }: LayerNormLayer, input: Tensor): AppliedLayer {
  const { tf, sumRows } = pass;
  const [scale, shift] = [pass.array(), pass.array()];
  const values = asMatrix(tf, input);
  const meanOf = (matrix: Tensor2D): Tensor2D => tf.mean(matrix, 1, true);
  const centred = tf.sub<Tensor2D>(values, meanOf(values));
  const inverse = tf.rsqrt(tf.add(meanOf(tf.square(centred)), epsilon));
  const normal = tf.mul<Tensor2D>(centred, inverse);
  return {
    output: tf.reshape(tf.add(tf.mul(normal, scale), shift), input.shape),
    back: (given, onlyOwn) => {
      const gradient = asMatrix(tf, given);
      const own = [sumRows(tf.mul(gradient, normal)), sumRows(gradient)];
      if (onlyOwn) return { own };
      const scaled = tf.mul<Tensor2D>(gradient, scale);
      const spread = tf.sub(tf.sub(scaled, meanOf(scaled)), tf.mul(normal, meanOf(tf.mul(scaled, normal))));
      return { own, ofInput: tf.reshape(tf.mul(spread, inverse), input.shape) };
    },
  };
}
