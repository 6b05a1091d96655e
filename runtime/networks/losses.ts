import type { Loss, NetworkDescription } from './description.ts';

/** Outputs of a network for some rows, with their truth. */
export interface LossRequest extends Pick<NetworkDescription, 'loss' | 'smoothing'> {
  /** Shape (rows, outputs): logits, or standardised numbers. */
  readonly outputs: Float32Array;
  /** Shape (rows): codes of classes, or standardised numbers. */
  readonly truth: ArrayLike<number>;
  /** Shape (rows). */
  readonly weights?: Float32Array;
}

/** The loss of some rows, and its gradient. */
export interface LossResult {
  /** Summed over the rows, each times its weight. */
  readonly sum: number;
  /** The weights' sum, or the number of rows. */
  readonly weight: number;
  /** Of the mean loss (`sum / rows`) by the outputs, in their shape. */
  readonly gradient: Float32Array;
}

/**
 * The loss of outputs, in double precision. The mean is over rows and not over weights, so that weights whose mean is 1
 * leave the size of a step as it is.
 */
export function computeLoss({ loss, smoothing = 0, outputs, truth, weights }: LossRequest): LossResult {
  const rows = truth.length;
  const width = rows === 0 ? 1 : outputs.length / rows;
  const gradient = new Float32Array(outputs.length);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : (weights[row] as number);
    const share = weight / rows;
    total += weight;
    const wanted = truth[row] as number;
    if (loss === 'multiclass') sum += weight * softmaxRow({ outputs, gradient, at: row * width, width, smoothing }, wanted, share);
    else sum += weight * scalarRow(loss, { outputs, gradient, at: row }, loss === 'binary' ? (1 - smoothing) * wanted + smoothing / 2 : wanted, share);
  }
  return { sum, weight: total, gradient };
}

interface Row {
  readonly outputs: Float32Array;
  readonly gradient: Float32Array;
  readonly at: number;
}

function scalarRow(loss: Exclude<Loss, 'multiclass'>, { outputs, gradient, at }: Row, truth: number, share: number): number {
  const output = outputs[at] as number;
  if (loss === 'binary') {
    const small = Math.exp(-Math.abs(output));
    const probability = (output >= 0 ? 1 : small) / (1 + small);
    gradient[at] = share * (probability - truth);
    // ln(1 + e^z) − truth · z, without overflow.
    return Math.log1p(small) + Math.max(output, 0) - truth * output;
  }
  const error = output - truth;
  const size = Math.abs(error);
  if (loss === 'squared' || (loss === 'huber' && size <= 1)) {
    gradient[at] = share * error;
    return (error * error) / 2;
  }
  gradient[at] = share * Math.sign(error);
  return loss === 'absolute' ? size : size - 0.5;
}

function softmaxRow({ outputs, gradient, at, width, smoothing }: Row & { readonly width: number; readonly smoothing: number }, truth: number, share: number): number {
  let highest = -Infinity;
  for (let i = at; i < at + width; i++) highest = Math.max(highest, outputs[i] as number);
  let sum = 0;
  for (let i = at; i < at + width; i++) sum += Math.exp((outputs[i] as number) - highest);
  const spread = smoothing / width;
  let wanted = 0;
  for (let i = at; i < at + width; i++) {
    const part = spread + (i - at === truth ? 1 - smoothing : 0);
    // (What is infinite times nothing would be no number.)
    if (part > 0) wanted += part * (outputs[i] as number);
    gradient[i] = share * (Math.exp((outputs[i] as number) - highest) / sum - part);
  }
  return Math.log(sum) + highest - wanted;
}

/** Turns outputs into what a model says, in the layout of `Scores.values`; a regression's are standardised ones still. */
export function outputsToValues(loss: Loss, outputs: Float32Array, width: number): Float32Array {
  if (loss === 'binary') return outputs.map((output) => 1 / (1 + Math.exp(-output)));
  if (loss !== 'multiclass') return outputs;
  const values = new Float32Array(outputs.length);
  for (let start = 0; start < outputs.length; start += width) {
    let highest = -Infinity;
    for (let i = start; i < start + width; i++) highest = Math.max(highest, outputs[i] as number);
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += Math.exp((outputs[i] as number) - highest);
    for (let i = start; i < start + width; i++) values[i] = Math.exp((outputs[i] as number) - highest) / sum;
  }
  return values;
}
