import type { NetworkDescription } from '../../../runtime/networks/description.ts';
import { initialParameters } from '../../../runtime/networks/initialise.ts';
import type { Optimizer } from '../../../runtime/networks/optimizers.ts';
import { layoutOf } from '../../../runtime/networks/parameters.ts';
import { shuffledRows, uniformNumbers } from '../../../runtime/networks/random.ts';
import type { RateSchedule } from '../../../runtime/networks/rates.ts';

/** A training that `networks.py` repeats in NumPy, from the same weights and with the rows in the same order. */
export interface Scenario {
  readonly name: string;
  readonly description: NetworkDescription;
  readonly optimizer: Optimizer;
  readonly rate: RateSchedule;
  readonly epochs: number;
  readonly batch: number;
  readonly rows: number;
  /** Shape (rows, numbers). */
  readonly numbers: readonly number[];
  readonly truth: readonly number[];
  readonly weights?: readonly number[];
  readonly initial: readonly number[];
  /** For each epoch. */
  readonly orders: readonly (readonly number[])[];
}

/** The seed of every scenario. */
export const SEED = '20260101';

const ROWS = 70;
const NUMBERS = 5;

type Settings = Pick<Scenario, 'optimizer' | 'rate'> & { readonly loss: NetworkDescription['loss']; readonly smoothing?: number; readonly outputs?: number; readonly layers: NetworkDescription['layers']; readonly weighted?: boolean };

const constant: RateSchedule = { kind: 'constant', rate: 0.01, warm_up: 0 };
const plain: NetworkDescription['layers'] = [
  { kind: 'dense', units: 8, activation: 'relu' },
  { kind: 'dense', units: 6, activation: 'tanh' },
];
const normed: NetworkDescription['layers'] = [
  { kind: 'dense', units: 8, activation: 'tanh' },
  { kind: 'batch_norm', momentum: 0.9, epsilon: 1e-3 },
  { kind: 'dense', units: 6, activation: 'sigmoid' },
];
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const SETTINGS: Readonly<Record<string, Settings>> = {
  'sgd, binary': { loss: 'binary', layers: plain, optimizer: { kind: 'sgd', weight_decay: 0 }, rate: { kind: 'constant', rate: 0.1, warm_up: 0 } },
  'momentum with weight decay, several classes': { loss: 'multiclass', outputs: 3, layers: plain, optimizer: { kind: 'momentum', momentum: 0.9, nesterov: false, weight_decay: 0.01 }, rate: { kind: 'step', rate: 0.05, every: 2, factor: 0.5, warm_up: 0 } },
  'nesterov, absolute error': { loss: 'absolute', layers: plain, optimizer: { kind: 'momentum', momentum: 0.9, nesterov: true, weight_decay: 0 }, rate: constant },
  'rmsprop, huber': { loss: 'huber', layers: plain, optimizer: { kind: 'rmsprop', decay: 0.9, epsilon: 1e-8, weight_decay: 0 }, rate: { kind: 'exponential', rate: 0.005, factor: 0.8, warm_up: 1 } },
  'adam, batch normalisation, weights': { loss: 'binary', layers: normed, optimizer: { kind: 'adam', ...moments, weight_decay: 0.001 }, rate: { kind: 'cosine', rate: 0.01, final: 0.001, warm_up: 1 }, weighted: true },
  'adam, slopes bounded, labels of two classes smoothed': { loss: 'binary', smoothing: 0.1, layers: plain, optimizer: { kind: 'adam', ...moments, weight_decay: 0, clip_value: 0.02 }, rate: { kind: 'one_cycle', rate: 0.05, rise: 0.3, div_factor: 25, final_div_factor: 1e4 } },
  'momentum, gradients shortened, labels of several classes smoothed': { loss: 'multiclass', smoothing: 0.2, outputs: 3, layers: plain, optimizer: { kind: 'momentum', momentum: 0.9, nesterov: false, weight_decay: 0.01, clip_norm: 0.1 }, rate: { kind: 'one_cycle', rate: 0.1, rise: 0.5, div_factor: 10, final_div_factor: 100 } },
  'adamw, squared error': { loss: 'squared', layers: normed, optimizer: { kind: 'adamw', ...moments, weight_decay: 0.05 }, rate: constant },
};

/** The scenarios, the same on every machine. */
export const scenarios: readonly Scenario[] = Object.entries(SETTINGS).map(([name, { loss, smoothing, outputs = 1, layers, weighted = false, optimizer, rate }]) => {
  const draw = uniformNumbers(SEED, name);
  const description: NetworkDescription = { inputs: { numbers: NUMBERS, categories: [] }, layers, outputs, loss, ...(smoothing === undefined ? {} : { smoothing }) };
  const numbers = Array.from({ length: ROWS * NUMBERS }, () => Math.fround(4 * draw() - 2));
  const truth = Array.from({ length: ROWS }, (_, row) => {
    const score = (numbers[row * NUMBERS] ?? 0) + (numbers[row * NUMBERS + 1] ?? 0) ** 2 - 1 + 0.3 * draw();
    return loss === 'binary' ? Number(score > 0) : loss === 'multiclass' ? Number(score > 0) + Number(score > 1) : Math.fround(score / 2);
  });
  return {
    ...{ name, description, optimizer, rate, epochs: 4, batch: 16, rows: ROWS, numbers, truth },
    ...(weighted ? { weights: Array.from({ length: ROWS }, () => Math.fround(0.2 + 3 * draw())) } : {}),
    initial: [...initialParameters(layoutOf(description), SEED)],
    orders: Array.from({ length: 4 }, (_, epoch) => [...shuffledRows(ROWS, SEED, epoch)]),
  };
});
