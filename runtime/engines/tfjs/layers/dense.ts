import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation, DenseLayer } from '../../../networks/description.ts';
import { activationOps } from '../activations.ts';
import type { Tfjs } from '../load-tfjs.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/** A product with a kernel over the last axis. */
export function applyDense(pass: LayerPass, layer: DenseLayer, input: Tensor): AppliedLayer {
  const { tf, sumRows } = pass;
  const [kernel, bias] = [pass.array(), pass.array()];
  const values = asMatrix(tf, input);
  const shape = [...input.shape.slice(0, -1), layer.units];
  const { output, slope } = activate(tf, layer.activation, tf.add(tf.matMul(values, kernel), bias));
  return {
    output: tf.reshape(output, shape),
    back: (gradient, onlyOwn) => {
      const ofZ = asMatrix(tf, slope(tf.reshape(gradient, output.shape)));
      const own = [tf.matMul(tf.transpose(values), ofZ), sumRows(ofZ)];
      return onlyOwn ? { own } : { own, ofInput: tf.reshape(tf.matMul(ofZ, tf.transpose(kernel)), input.shape) };
    },
  };
}

/** An activation's value, and how a gradient by it becomes one by what it was applied to. */
export function activate(tf: Tfjs, activation: Activation, z: Tensor): { readonly output: Tensor; readonly slope: (gradient: Tensor) => Tensor } {
  if (activation === 'linear') return { output: z, slope: (gradient) => gradient };
  const ops = activationOps[activation];
  const y = ops.apply(tf, z);
  return { output: y, slope: (gradient) => tf.mul(gradient, ops.slope(tf, { z, y })) };
}
