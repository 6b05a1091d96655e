import type { Tensor } from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE, type Activation } from '../../networks/description.ts';
import type { Tfjs } from './load-tfjs.ts';

/** An activation in TensorFlow.js: its value, and how a gradient by it becomes one by what it was applied to. */
export interface ActivationOps {
  readonly apply: (tf: Tfjs, z: Tensor) => Tensor;
  /** `y` is the activation of `z`. */
  readonly slope: (tf: Tfjs, at: { readonly z: Tensor; readonly y: Tensor }) => Tensor;
}

/** The constants of Klambauer et al. 2017. */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };
/** The normal distribution's share below each value. */
function normalShare(tf: Tfjs, z: Tensor): Tensor {
  return tf.mul(0.5, tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1));
}

/** Every activation but `linear`, which does nothing. */
export const activationOps: Readonly<Record<Exclude<Activation, 'linear'>, ActivationOps>> = {
  relu: { apply: (tf, z) => tf.relu(z), slope: (tf, { y }) => tf.step(y) },
  leaky_relu: { apply: (tf, z) => tf.leakyRelu(z, LEAKY_SLOPE), slope: (tf, { y }) => tf.step(y, LEAKY_SLOPE) },
  // Below zero the slope is y + 1, and above it 1.
  elu: { apply: (tf, z) => tf.elu(z), slope: (tf, { y }) => tf.add(tf.minimum(y, 0), 1) },
  selu: {
    apply: (tf, z) => tf.selu(z),
    slope: (tf, { y }) => tf.add(tf.mul(tf.add(tf.minimum(y, 0), SELU.alpha * SELU.scale), tf.sub(1, tf.step(y))), tf.mul(SELU.scale, tf.step(y))),
  },
  // Hendrycks and Gimpel 2016.
  gelu: {
    apply: (tf, z) => tf.mul(z, normalShare(tf, z)),
    slope: (tf, { z }) => tf.add(normalShare(tf, z), tf.mul(z, tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI)))),
  },
  swish: {
    apply: (tf, z) => tf.mul(z, tf.sigmoid(z)),
    slope: (tf, { z, y }) => {
      const gate = tf.sigmoid(z);
      return tf.add(gate, tf.mul(y, tf.sub(1, gate)));
    },
  },
  softplus: { apply: (tf, z) => tf.softplus(z), slope: (tf, { z }) => tf.sigmoid(z) },
  sigmoid: { apply: (tf, z) => tf.sigmoid(z), slope: (tf, { y }) => tf.mul(y, tf.sub(1, y)) },
  tanh: { apply: (tf, z) => tf.tanh(z), slope: (tf, { y }) => tf.sub(1, tf.square(y)) },
};
