import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { allLayers, inputWidth, type BatchNormLayer, type DenseLayer, type Layer, type NetworkDescription } from '../../networks/description.ts';
import type { BatchGradient, ForwardRequest, NetworkEngine, TrainingBatch } from '../../networks/engine.ts';
import { computeLoss } from '../../networks/losses.ts';
import { layoutOf, viewOf, type Layout, type ParameterSpec, type StatisticsSpec } from '../../networks/parameters.ts';
import { activationOps } from './activations.ts';
import type { Tfjs } from './load-tfjs.ts';

/**
 * A network on TensorFlow.js. Gradients are computed by hand and not by its tape: its own matrix products with a
 * transposed factor take ten times as long on WASM as transposing first does, and so do its sums over rows beside a
 * product with a row of ones.
 */
export function openTfjsNetwork(tf: Tfjs, description: NetworkDescription): NetworkEngine {
  const layout = layoutOf(description);
  const network: Network = { tf, description, layout, layers: allLayers(description) };
  return {
    differentiate: (batch) => scoped(tf, () => differentiate(network, batch)),
    forward: (request) => scoped(tf, () => forward(network, request)),
  };
}

interface Network {
  readonly tf: Tfjs;
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly layers: readonly Layer[];
}

/** Lets go of every tensor that `compute` makes. */
function scoped<T>(tf: Tfjs, compute: () => T): T {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}

/** A layer that was applied to a batch in training, and how to go back through it. */
interface Applied {
  readonly output: Tensor2D;
  readonly back: (gradient: Tensor2D, onlyOwn: boolean) => Backward;
}

interface Backward {
  /** By what the layer saw; absent where nothing before it learns. */
  readonly ofInput?: Tensor2D;
  /** By the layer's parameters, in their order. */
  readonly own: readonly Tensor2D[];
}

function differentiate({ tf, description, layout, layers }: Network, batch: TrainingBatch): BatchGradient {
  const statistics = new Float32Array(layout.statisticsSize);
  const ones = tf.ones<Rank.R2>([1, batch.rows]);
  const masks = [...batch.masks];
  let values = tf.tensor2d(batch.inputs, [batch.rows, inputWidth(description.inputs)]);
  const applied = layers.map((layer, index): Applied => {
    const parameters = parametersOf(tf, layout, index, batch.parameters);
    const one = applyLayer({ tf, ones, rows: batch.rows }, layer, values, { parameters, mask: layer.kind === 'dropout' ? masks.shift() : undefined, onStatistics: (found) => storeStatistics(layout, index, statistics, found) });
    values = one.output;
    return one;
  });
  const loss = computeLoss({ loss: batch.loss, outputs: values.dataSync<'float32'>(), truth: batch.truth, ...(batch.weights === undefined ? {} : { weights: batch.weights }) });
  const gradient = new Float32Array(layout.size);
  const learnsInputs = description.inputs.categories.some(({ kind }) => kind === 'embedding');
  const first = learnsInputs ? -1 : layers.findIndex((layer) => layer.kind !== 'dropout');
  let back: Tensor2D | undefined = tf.tensor2d(loss.gradient, [batch.rows, description.outputs]);
  for (let index = layers.length - 1; index >= 0 && back !== undefined; index--) {
    const { ofInput, own }: Backward = (applied[index] as Applied).back(back, index === first);
    const specs = specsOf(layout, index);
    own.forEach((tensor, at) => viewOf(gradient, specs[at] as ParameterSpec).set(tensor.dataSync()));
    back = ofInput;
  }
  return { sum: loss.sum, weight: loss.weight, gradient, ofInputs: learnsInputs && back !== undefined ? back.dataSync<'float32'>() : new Float32Array(), statistics };
}

interface Batch {
  readonly tf: Tfjs;
  readonly rows: number;
  /** Shape (1, rows): its product with a matrix is the sum over rows. */
  readonly ones: Tensor2D;
}

interface LayerState {
  readonly parameters: readonly Tensor2D[];
  readonly mask: Float32Array | undefined;
  readonly onStatistics: (found: { readonly mean: Tensor2D; readonly variance: Tensor2D }) => void;
}

function applyLayer(batch: Batch, layer: Layer, input: Tensor2D, state: LayerState): Applied {
  switch (layer.kind) {
    case 'dense':
      return applyDense(batch, layer, input, state.parameters);
    case 'batch_norm':
      return applyBatchNorm(batch, layer, input, state);
    case 'dropout': {
      const { tf } = batch;
      const mask = tf.tensor2d(state.mask as Float32Array, input.shape);
      return { output: tf.mul(input, mask), back: (gradient) => ({ ofInput: tf.mul(gradient, mask), own: [] }) };
    }
  }
}

function applyDense({ tf, ones }: Batch, layer: DenseLayer, input: Tensor2D, [kernel, bias]: readonly Tensor2D[]): Applied {
  const z = tf.add<Tensor2D>(tf.matMul(input, kernel as Tensor2D), bias as Tensor2D);
  const ops = layer.activation === 'linear' ? undefined : activationOps[layer.activation];
  const y = ops === undefined ? z : ops.apply(tf, z);
  return {
    output: y,
    back: (gradient, onlyOwn) => {
      const ofZ = ops === undefined ? gradient : tf.mul<Tensor2D>(gradient, ops.slope(tf, { z, y }));
      const own: Tensor2D[] = [tf.matMul(tf.transpose(input), ofZ), tf.matMul(ones, ofZ)];
      return onlyOwn ? { own } : { own, ofInput: tf.matMul(ofZ, tf.transpose(kernel as Tensor2D)) };
    },
  };
}

function applyBatchNorm({ tf, ones, rows }: Batch, { epsilon }: BatchNormLayer, input: Tensor2D, { parameters: [scale, shift], onStatistics }: LayerState): Applied {
  const meanOf = (values: Tensor2D): Tensor2D => tf.mul(tf.matMul(ones, values), 1 / rows);
  const mean = meanOf(input);
  const centred = tf.sub<Tensor2D>(input, mean);
  const variance = meanOf(tf.square(centred));
  onStatistics({ mean, variance });
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normal = tf.mul<Tensor2D>(centred, inverse);
  return {
    output: tf.add(tf.mul(normal, scale as Tensor2D), shift as Tensor2D),
    back: (gradient, onlyOwn) => {
      const own: Tensor2D[] = [tf.matMul(ones, tf.mul(gradient, normal)), tf.matMul(ones, gradient)];
      if (onlyOwn) return { own };
      // Ioffe and Szegedy 2015, with the gradients by mean and variance put in.
      const spread = tf.sub(tf.sub(gradient, meanOf(gradient)), tf.mul(normal, meanOf(tf.mul(gradient, normal))));
      return { own, ofInput: tf.mul(spread, tf.mul(inverse, scale as Tensor2D)) };
    },
  };
}

function forward({ tf, description, layout, layers }: Network, { parameters, statistics, rows, inputs }: ForwardRequest): Float32Array {
  let values = tf.tensor2d(inputs, [rows, inputWidth(description.inputs)]);
  layers.forEach((layer, index) => {
    if (layer.kind === 'dropout') return;
    const [first, second] = parametersOf(tf, layout, index, parameters) as [Tensor2D, Tensor2D];
    if (layer.kind === 'dense') {
      const z = tf.add<Tensor2D>(tf.matMul(values, first), second);
      values = layer.activation === 'linear' ? z : activationOps[layer.activation].apply(tf, z);
    } else {
      const { width, offset } = statisticsOf(layout, index);
      const mean = tf.tensor2d(statistics.subarray(offset, offset + width), [1, width]);
      const variance = tf.tensor2d(statistics.subarray(offset + width, offset + 2 * width), [1, width]);
      const factor = tf.mul(first, tf.rsqrt(tf.add(variance, layer.epsilon)));
      values = tf.add(tf.mul(tf.sub(values, mean), factor), second);
    }
  });
  return values.dataSync<'float32'>();
}

function specsOf({ parameters }: Layout, index: number): ParameterSpec[] {
  return parameters.filter(({ owner }) => 'layer' in owner && owner.layer === index);
}

function parametersOf(tf: Tfjs, layout: Layout, index: number, parameters: Float32Array): Tensor2D[] {
  return specsOf(layout, index).map((spec) => tf.tensor2d(viewOf(parameters, spec), [...spec.shape]));
}

function statisticsOf({ statistics }: Layout, index: number): StatisticsSpec {
  return statistics.find(({ layer }) => layer === index) as StatisticsSpec;
}

function storeStatistics(layout: Layout, index: number, buffer: Float32Array, { mean, variance }: { readonly mean: Tensor2D; readonly variance: Tensor2D }): void {
  const { offset, width } = statisticsOf(layout, index);
  buffer.set(mean.dataSync(), offset);
  buffer.set(variance.dataSync(), offset + width);
}
