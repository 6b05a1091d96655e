import { StepError, type Checkpoints } from '../../compiler/kinds/run.ts';
import { isStopped, updateBest, type StoppingRule } from '../data/early-stopping.ts';
import { augmentImages, type Augmentation } from './augment.ts';
import type { NetworkDescription } from './description.ts';
import type { ForwardRequest, NetworkEngine } from './engine.ts';
import { initialParameters, initialStatistics } from './initialise.ts';
import { applyOptimizer, slotCount, type Optimizer } from './optimizers.ts';
import { layoutOf, type Layout } from './parameters.ts';
import { dropoutMask, shuffledRows, uniformNumbers } from './random.ts';
import { rateAt, type RateSchedule } from './rates.ts';
import { addEmbeddingGradient, expandInputs, pickArrays, type InputRequest, type NetworkRows } from './rows.ts';
import { everyPlace, numbersAt, placesOf, sizeOf } from './shapes.ts';
import { decodeState, encodeState, type Curve, type TrainingState, type Weights } from './training-state.ts';

/** Rows with their truth: codes of classes, or standardised numbers. */
export interface LabelledRows {
  readonly rows: NetworkRows;
  readonly truth: ArrayLike<number>;
  /** How much each row counts; only their proportions matter. */
  readonly weights?: Float32Array;
}

/** Everything that training takes. */
export interface TrainNetworkRequest {
  readonly engine: NetworkEngine;
  readonly description: NetworkDescription;
  readonly train: LabelledRows;
  readonly validate: NetworkRows;
  readonly optimizer: Optimizer;
  readonly rate: RateSchedule;
  /** What is done to images whenever training sees them. */
  readonly augment?: readonly Augmentation[];
  readonly epochs: number;
  /** Rows of a step; the last one of an epoch has what is left. */
  readonly batch: number;
  readonly seed: string;
  /** Metrics of the validation rows from outputs, by name. */
  readonly evaluate: (outputs: Float32Array) => Readonly<Record<string, number>>;
  /** The one of these metrics, the smaller the better, that a rate follows which falls on a plateau. */
  readonly followed: string;
  /** What to call the loss of the training rows, and how to say it. */
  readonly trainingMetric: { readonly name: string; readonly of: (meanLoss: number) => number };
  readonly stopping?: StoppingRule & { readonly metric: string };
  readonly checkpoint: Checkpoints;
  readonly onEpoch?: (progress: { readonly epoch: number; readonly metrics: Readonly<Record<string, number>> }) => void;
}

/** A trained network, and how it came about. */
export interface TrainedNetwork extends Weights {
  /** Epochs that were trained. */
  readonly epochs: number;
  /** The epoch, from 1, whose weights these are: the best one under early stopping, else the last. */
  readonly bestEpoch: number;
  readonly curve: Curve;
}

/** Rows that are predicted at once, and numbers that a layer may see or give of them. */
const [MOST_AT_ONCE, NUMBERS_AT_ONCE] = [4096, 2 ** 22];

/**
 * Trains a network. Initial weights, the order of rows and dropout masks follow from the seed and the number of the
 * epoch alone, and the checkpoint after every epoch has all the rest: a run that was killed and goes on gives the same bytes
 * as one that was not.
 *
 * Throws a StepError when the loss is no longer a number.
 */
export async function trainNetwork(request: TrainNetworkRequest): Promise<TrainedNetwork> {
  const { stopping, epochs } = request;
  const layout = layoutOf(request.description);
  const saved = await request.checkpoint.load();
  let state = (saved && decodeState(saved)) ?? firstState(request, layout);
  while (state.epoch < epochs && (stopping === undefined || state.best === undefined || !isStopped(state.best, state.epoch, stopping))) {
    state = trainEpoch(request, layout, state);
    if (state.epoch < epochs) await request.checkpoint.save(encodeState(state));
    request.onEpoch?.({ epoch: state.epoch, metrics: lastValues(state.curve) });
  }
  const { parameters, statistics, round } = state.best ?? { ...state, round: state.epoch };
  return { parameters, statistics, epochs: state.epoch, bestEpoch: round, curve: state.curve };
}

function firstState({ optimizer, seed }: TrainNetworkRequest, layout: Layout): TrainingState {
  return {
    epoch: 0,
    curve: { train: {}, validate: {} },
    parameters: initialParameters(layout, seed),
    statistics: initialStatistics(layout),
    slots: Array.from({ length: slotCount(optimizer) }, () => new Float32Array(layout.size)),
  };
}

/** Takes the state's arrays further in place; the state before is not to be used again. */
function trainEpoch(request: TrainNetworkRequest, layout: Layout, state: TrainingState): TrainingState {
  const { trainingMetric, stopping } = request;
  const meanLoss = runSteps(request, layout, state);
  const outputs = forwardAll(request.engine, { description: request.description, layout, weights: state, rows: request.validate });
  const metrics = request.evaluate(outputs);
  const curve: Curve = {
    train: appended(state.curve.train, { [trainingMetric.name]: trainingMetric.of(meanLoss) }),
    validate: appended(state.curve.validate, metrics),
  };
  const epoch = state.epoch + 1;
  if (stopping === undefined) return { ...state, epoch, curve };
  const before = state.best;
  const value = metrics[stopping.metric];
  if (value === undefined) throw new Error(`early stopping on ${stopping.metric} needs that metric`);
  const best = updateBest(before, value, epoch, stopping);
  const weights = best.round === epoch ? { parameters: state.parameters.slice(), statistics: state.statistics.slice() } : (before as Weights);
  return { ...state, epoch, curve, best: { value: best.value, round: best.round, parameters: weights.parameters, statistics: weights.statistics } };
}

function appended(curves: Curve['train'], values: Readonly<Record<string, number>>): Curve['train'] {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [...(curves[name] ?? []), value]]));
}

function lastValues({ train, validate }: Curve): Record<string, number> {
  const last = (curves: Curve['train'], prefix: string) => Object.entries(curves).map(([name, values]) => [prefix + name, values.at(-1) ?? NaN] as const);
  return Object.fromEntries([...last(validate, ''), ...last(train, 'train_')]);
}

/** The steps of one epoch; the mean loss over its rows, each as the network was when it came. */
function runSteps(request: TrainNetworkRequest, layout: Layout, state: TrainingState): number {
  const { description, train, batch, seed, epochs } = request;
  const { rows } = train.rows;
  const order = shuffledRows(rows, seed, state.epoch);
  const draw = uniformNumbers(seed, `dropout ${state.epoch}`);
  const drawChange = uniformNumbers(seed, `augment ${state.epoch}`);
  const weights = train.weights && scaledWeights(train.weights);
  const stepsPerEpoch = countSteps(layout, rows, batch);
  const losses = state.curve.validate[request.followed] ?? [];
  const rateOf = (step: number): number => rateAt(request.rate, { step, stepsPerEpoch, epochs, losses });
  let [sum, total] = [0, 0];
  for (let index = 0; index < stepsPerEpoch; index++) {
    const picked = order.subarray(index * batch, (index + 1) * batch);
    const step = state.epoch * stepsPerEpoch + index;
    const rate = rateOf(step);
    const result = request.engine.differentiate({
      parameters: state.parameters,
      rows: picked.length,
      ...changed(request, seenOf({ description, layout, parameters: state.parameters, rows: train.rows, picked }), drawChange),
      masks: masksOf(description, picked.length, draw),
      truth: pickNumbers(train.truth, picked),
      ...(weights === undefined ? {} : { weights: pickNumbers(weights, picked) }),
    });
    if (!Number.isFinite(result.sum)) throw diverged(state.epoch, index, rate);
    [sum, total] = [sum + result.sum, total + result.weight];
    addEmbeddingGradient({ description, layout, rows: train.rows, picked }, result.ofInputs, result.gradient);
    applyOptimizer(request.optimizer, layout, { parameters: state.parameters, gradient: result.gradient, slots: state.slots, rate, step });
    updateStatistics(layout, state.statistics, result.statistics);
  }
  if (!state.parameters.every(Number.isFinite)) throw diverged(state.epoch, stepsPerEpoch - 1, rateOf((state.epoch + 1) * stepsPerEpoch - 1));
  return sum / total;
}

/** (`Float32Array.from` with a function takes ten times as long.) */
function pickNumbers(values: ArrayLike<number>, picked: Uint32Array): Float32Array {
  const numbers = new Float32Array(picked.length);
  for (let at = 0; at < picked.length; at++) numbers[at] = values[picked[at] as number] as number;
  return numbers;
}

/** The last batch of an epoch is left out when it would be one row and layers normalise: a row is its own mean. */
function countSteps({ statisticsSize }: Layout, rows: number, batch: number): number {
  const alone = rows > batch && rows % batch === 1 && statisticsSize > 0;
  return Math.ceil(rows / batch) - (alone ? 1 : 0);
}

function diverged(epoch: number, step: number, rate: number): StepError {
  return new StepError(
    `the loss is no longer a finite number: in epoch ${epoch + 1}, step ${step + 1}, at a learning rate of ${Number(rate.toPrecision(3))}`,
    'try a tenth of the rate, a `warm_up`, or `batch_norm` between the layers; and look for extreme values in the features with `mlp show`',
  );
}

/** Weights whose mean is 1: a step is as large as without weights. */
function scaledWeights(weights: Float32Array): Float32Array {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return weights.map((weight) => (weight * weights.length) / sum);
}

function masksOf(description: NetworkDescription, rows: number, draw: () => number): Float32Array[] {
  return everyPlace(placesOf(description)).flatMap(({ layer, sees }) => (layer.kind === 'dropout' ? [dropoutMask(rows * sizeOf(sees), layer.rate, draw)] : []));
}

/** What an engine is given of rows to learn from: their images changed, where that is asked for. */
function changed({ description: { inputs }, augment = [] }: TrainNetworkRequest, seen: ReturnType<typeof seenOf>, draw: () => number): ReturnType<typeof seenOf> {
  if (augment.length > 0 && seen.array !== undefined && inputs.array !== undefined) augmentImages(seen.array, { shape: inputs.array, steps: augment, draw });
  return seen;
}

/** What an engine is given of rows. */
function seenOf(request: InputRequest): Pick<ForwardRequest, 'inputs' | 'array' | 'present'> {
  return { inputs: expandInputs(request), ...pickArrays(request) };
}

function updateStatistics({ statistics }: Layout, running: Float32Array, batch: Float32Array): void {
  for (const { momentum, offset, width } of statistics) {
    for (let at = offset; at < offset + 2 * width; at++) running[at] = momentum * (running[at] as number) + (1 - momentum) * (batch[at] as number);
  }
}

/** A network with its weights, and the rows to answer for. */
export interface ForwardAllRequest {
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly weights: Weights;
  readonly rows: NetworkRows;
}

/** The outputs of a network for any number of rows, in pieces of bounded memory. */
export function forwardAll(engine: NetworkEngine, { description, layout, weights: { parameters, statistics }, rows }: ForwardAllRequest): Float32Array {
  const outputs = new Float32Array(rows.rows * description.outputs);
  const widest = Math.max(...everyPlace(placesOf(description)).map(numbersAt));
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / widest)));
  for (let start = 0; start < rows.rows; start += atOnce) {
    const count = Math.min(atOnce, rows.rows - start);
    const picked = Uint32Array.from({ length: count }, (_, at) => start + at);
    const seen = seenOf({ description, layout, parameters, rows, picked });
    outputs.set(engine.forward({ parameters, statistics, rows: count, ...seen }), start * description.outputs);
  }
  return outputs;
}
