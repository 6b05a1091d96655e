import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HIDDEN, type AttentionLayer } from '../../../networks/description.ts';
import { asMatrix, type AppliedLayer, type LayerPass } from './layer-pass.ts';

/** A product with a kernel over the last axis, and a bias. */
interface Linear {
  readonly output: Tensor;
  readonly back: (gradient: Tensor2D) => { readonly own: readonly Tensor[]; readonly ofInput: Tensor };
}

/** Self attention: heads are further rows, so that a product of all of them is one operation. */
export function applyAttention(pass: LayerPass, { num_heads: heads, key_dim: size }: AttentionLayer, input: Tensor): AppliedLayer {
  const { tf, rows } = pass;
  const steps = input.shape[1] as number;
  const seen = asMatrix(tf, input);
  const toHeads = (values: Tensor): Tensor => tf.reshape(tf.transpose(tf.reshape(values, [rows, steps, heads, size]), [0, 2, 1, 3]), [rows * heads, steps, size]);
  const fromHeads = (values: Tensor): Tensor2D => tf.reshape(tf.transpose(tf.reshape(values, [rows, heads, steps, size]), [0, 2, 1, 3]), [rows * steps, heads * size]);
  const turned = (values: Tensor): Tensor => tf.transpose(values, [0, 2, 1]);
  const made = Array.from({ length: 3 }, () => applyLinear(pass, seen));
  const [queries, keys, values] = made.map(({ output }) => toHeads(output)) as [Tensor, Tensor, Tensor];
  const scale = 1 / Math.sqrt(size);
  const shares = tf.softmax(hide(pass, tf.mul(tf.matMul(queries, turned(keys)), scale)));
  const last = applyLinear(pass, fromHeads(tf.matMul(shares, values)));
  return {
    output: tf.reshape(last.output, input.shape),
    back: (gradient) => {
      const { own, ofInput } = last.back(asMatrix(tf, gradient));
      const ofAnswers = toHeads(ofInput);
      const ofShares = tf.matMul(ofAnswers, turned(values));
      const ofScores = tf.mul(tf.mul(shares, tf.sub(ofShares, tf.sum(tf.mul(ofShares, shares), 2, true))), scale);
      const gradients = [tf.matMul(ofScores, keys), tf.matMul(turned(ofScores), queries), tf.matMul(turned(shares), ofAnswers)];
      const found = gradients.map((one, index) => (made[index] as Linear).back(fromHeads(one)));
      return { own: [...found.flatMap((one) => one.own), ...own], ofInput: tf.reshape(tf.addN(found.map((one) => one.ofInput)), input.shape) };
    },
  };
}

/** Makes the share of a step that does not count exactly 0, as Keras does it; scores have shape (rows · heads, steps, steps). */
function hide({ tf, rows, present }: LayerPass, scores: Tensor): Tensor {
  if (present === undefined) return scores;
  const steps = scores.shape[2] as number;
  const hidden = tf.reshape(tf.mul(tf.sub(present, 1), HIDDEN), [rows, 1, 1, steps]);
  return tf.reshape(tf.add(tf.reshape(scores, [rows, -1, steps, steps]), hidden), scores.shape);
}

function applyLinear({ tf, array, sumRows }: LayerPass, input: Tensor2D): Linear {
  const [kernel, bias] = [array(), array()];
  return {
    output: tf.add(tf.matMul(input, kernel), bias),
    back: (gradient) => ({ own: [tf.matMul(tf.transpose(input), gradient), sumRows(gradient)], ofInput: tf.matMul(gradient, tf.transpose(kernel)) }),
  };
}
