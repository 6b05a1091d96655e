import type { Tensor2D } from '@tensorflow/tfjs-core';
import { LEAKY_SLOPE, type Activation } from '../../networks/description.ts';
import type { Tfjs } from './load-tfjs.ts';

/** An activation in TensorFlow.js: its value, and how a gradient by it becomes one by what it was applied to. */
export interface ActivationOps {
  readonly apply: (tf: Tfjs, z: Tensor2D) => Tensor2D;
  /** `y` is the activation of `z`. */
  readonly slope: (tf: Tfjs, at: { readonly z: Tensor2D; readonly y: Tensor2D }) => Tensor2D;
}

/** The constants of Klambauer et al. 2017. */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };
/** √(2 / π), and the cubic coefficient of Hendrycks and Gimpel 2016. */
const GELU = { inner: Math.sqrt(2 / Math.PI), cubic: 0.044715 };

/** tanh's argument in `gelu`. */
function geluInner(tf: Tfjs, z: Tensor2D): Tensor2D {
  return tf.mul(GELU.inner, tf.add(z, tf.mul(GELU.cubic, tf.mul(z, tf.square(z)))));
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
  gelu: {
    apply: (tf, z) => tf.mul(tf.mul(z, 0.5), tf.add(tf.tanh(geluInner(tf, z)), 1)),
    slope: (tf, { z }) => {
      const tanh = tf.tanh(geluInner(tf, z));
      const innerSlope = tf.mul(GELU.inner, tf.add(tf.mul(3 * GELU.cubic, tf.square(z)), 1));
      const bend = tf.mul(tf.mul(tf.mul(z, 0.5), tf.sub(1, tf.square(tanh))), innerSlope);
      return tf.add(tf.mul(tf.add(tanh, 1), 0.5), bend);
    },
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
