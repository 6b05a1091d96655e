import type { Rank, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { inputWidth, type NetworkDescription } from '../../networks/description.ts';
import type { BatchGradient, ForwardRequest, NetworkEngine, TrainingBatch } from '../../networks/engine.ts';
import { computeLoss } from '../../networks/losses.ts';
import { layoutOf, viewOf, type Layout, type ParameterSpec, type StatisticsSpec } from '../../networks/parameters.ts';
import { placesOf, type LayerPlace } from '../../networks/shapes.ts';
import { applyLayer } from './layers/apply-layer.ts';
import type { AppliedLayer, LayerPass, Moments } from './layers/layer-pass.ts';
import type { Tfjs } from './load-tfjs.ts';

/**
 * A network on TensorFlow.js. Gradients are computed by hand and not by its tape: its own matrix products with a
 * transposed factor take ten times as long on WASM as transposing first does, and so do its sums over rows beside a
 * product with a row of ones.
 */
export function openTfjsNetwork(tf: Tfjs, description: NetworkDescription): NetworkEngine {
  const network: Network = { tf, description, layout: layoutOf(description), places: placesOf(description) };
  return {
    differentiate: (batch) => scoped(tf, () => differentiate(network, batch)),
    forward: (request) => scoped(tf, () => forward(network, request)),
    // Its tensors live no longer than an answer.
    close: () => undefined,
  };
}

interface Network {
  readonly tf: Tfjs;
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly places: readonly LayerPlace[];
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

function differentiate(network: Network, batch: TrainingBatch): BatchGradient {
  const { tf, description, layout, places } = network;
  const statistics = new Float32Array(layout.statisticsSize);
  const applied: AppliedLayer[] = [];
  const outputs = runLayers(network, batch, passOf(network, { ...batch, statistics, training: true }), (one) => applied.push(one));
  const loss = computeLoss({ ...description, outputs: outputs.dataSync<'float32'>(), truth: batch.truth, ...(batch.weights === undefined ? {} : { weights: batch.weights }) });
  const gradient = new Float32Array(layout.size);
  const learnsInputs = description.inputs.categories.some(({ kind }) => kind === 'embedding');
  const first = firstLearning(network, learnsInputs);
  let ofInputs = new Float32Array();
  let back: Tensor | undefined = tf.tensor2d(loss.gradient, [batch.rows, description.outputs]);
  for (let index = places.length - 1; index >= Math.max(first, 0) && back !== undefined; index--) {
    const { joins, gives } = places[index] as LayerPlace;
    if (joins > 0) {
      const [own, beside] = tf.split(back, [gives[0] as number, joins], 1) as [Tensor, Tensor];
      if (learnsInputs) ofInputs = beside.dataSync<'float32'>() as Float32Array<ArrayBuffer>;
      back = own;
    }
    const { ofInput, own } = (applied[index] as AppliedLayer).back(back, index === first);
    const specs = specsOf(layout, index);
    own.forEach((tensor, at) => viewOf(gradient, specs[at] as ParameterSpec).set(tensor.dataSync()));
    back = ofInput;
  }
  if (back !== undefined && learnsInputs && joinsAtOnce(description)) ofInputs = besideArray(network, back).dataSync<'float32'>() as Float32Array<ArrayBuffer>;
  return { sum: loss.sum, weight: loss.weight, gradient, ofInputs, statistics };
}

/** The first layer that has parameters, or beside which columns stand that learn; −1 where these are what the first layer sees. */
function firstLearning({ description, layout, places }: Network, learnsInputs: boolean): number {
  const own = places.findIndex((_, index) => specsOf(layout, index).length > 0);
  if (!learnsInputs) return own;
  return joinsAtOnce(description) ? -1 : Math.min(own, places.findIndex(({ joins }) => joins > 0));
}

function forward(network: Network, request: ForwardRequest): Float32Array {
  return runLayers(network, request, passOf(network, { ...request, masks: [], training: false }), () => undefined).dataSync<'float32'>();
}

/** Whether the first layer sees numbers and categories, and not an array that they join later. */
function joinsAtOnce({ inputs: { array } }: NetworkDescription): boolean {
  return (array?.length ?? 1) === 1;
}

type Seen = Pick<TrainingBatch, 'rows' | 'inputs' | 'array'>;

/** The layers one after the other: the outputs of the last. */
function runLayers({ tf, description, places }: Network, { rows, inputs, array }: Seen, pass: LayerPass, onApplied: (applied: AppliedLayer) => void): Tensor {
  const beside = tf.tensor2d(inputs, [rows, inputWidth(description.inputs)]);
  let values: Tensor = beside;
  if (array !== undefined) {
    const own = tf.tensor(array, [rows, ...(description.inputs.array ?? [])]);
    values = joinsAtOnce(description) ? tf.concat([own, beside], 1) : own;
  }
  for (const { layer, joins } of places) {
    const applied = applyLayer(pass, layer, values);
    onApplied(applied);
    values = joins > 0 ? tf.concat([applied.output, beside], 1) : applied.output;
  }
  return values;
}

/** Of what a flat array and the columns beside it are, the columns. */
function besideArray({ tf, description: { inputs } }: Network, values: Tensor): Tensor {
  const [width = 0] = inputs.array ?? [];
  return width === 0 ? values : tf.slice(values, [0, width], [-1, -1]);
}

interface PassRequest extends Pick<TrainingBatch, 'rows' | 'parameters' | 'masks' | 'present'> {
  readonly training: boolean;
  /** The running ones, or where those of the batch are to be put. */
  readonly statistics: Float32Array;
}

function passOf({ tf, layout }: Network, { rows, parameters, present, masks, training, statistics }: PassRequest): LayerPass {
  const arrays = layout.parameters.filter(({ owner }) => 'layer' in owner)[Symbol.iterator]();
  const moments = layout.statistics[Symbol.iterator]();
  const left = masks[Symbol.iterator]();
  const ones = new Map<number, Tensor2D>();
  const onesOf = (length: number): Tensor2D => {
    const found = ones.get(length) ?? tf.ones<Rank.R2>([1, length]);
    ones.set(length, found);
    return found;
  };
  return {
    ...{ tf, rows, training },
    ...(present === undefined ? {} : { present: tf.tensor2d(present, [rows, present.length / rows]) }),
    array: () => {
      const spec = arrays.next().value as ParameterSpec;
      return tf.tensor(viewOf(parameters, spec), [...spec.shape]);
    },
    mask: (shape) => tf.tensor(left.next().value as Float32Array, [...shape]),
    running: () => momentsAt(tf, statistics, moments.next().value as StatisticsSpec),
    found: ({ mean, variance }) => {
      const { offset, width } = moments.next().value as StatisticsSpec;
      statistics.set(mean.dataSync(), offset);
      statistics.set(variance.dataSync(), offset + width);
    },
    sumRows: (values) => tf.matMul(onesOf(values.shape[0]), values),
  };
}

function momentsAt(tf: Tfjs, statistics: Float32Array, { offset, width }: StatisticsSpec): Moments {
  return {
    mean: tf.tensor2d(statistics.subarray(offset, offset + width), [1, width]),
    variance: tf.tensor2d(statistics.subarray(offset + width, offset + 2 * width), [1, width]),
  };
}

function specsOf({ parameters }: Layout, index: number): ParameterSpec[] {
  return parameters.filter(({ owner }) => 'layer' in owner && owner.layer === index);
}
