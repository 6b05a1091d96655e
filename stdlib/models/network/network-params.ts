import type { JsonObject } from '../../../compiler/json.ts';
import { boolean, byColumn, call, described, either, integer, list, number, record, word, type ParamSchema, type RecordSchema } from '../../../compiler/kinds/schema.ts';
import { hasClasses, type Task } from '../../../compiler/types.ts';
import type { Augmentation } from '../../../runtime/networks/augment.ts';
import type { Layer, Loss } from '../../../runtime/networks/description.ts';
import type { Optimizer } from '../../../runtime/networks/optimizers.ts';
import type { RateSchedule } from '../../../runtime/networks/rates.ts';
import { metrics, metricsOf, usualMetric } from '../../metrics/registry.ts';
import { weightParams } from '../row-weights.ts';
import { completeLayer, layerOf, layerSchema, type Call } from './layer-params.ts';

const share = number({ min: 0, below: 1 });
const positive = number({ above: 0 });
const warmUp = described(number({ min: 0 }), 'Epochs over which the rate rises evenly from 0.');

const rate = either(
  positive,
  call('constant', { rate: positive, warm_up: warmUp }, ['rate']),
  call('cosine', { rate: positive, final: number({ min: 0 }), warm_up: warmUp }, ['rate']),
  call('step', { rate: positive, every: integer({ min: 1 }), factor: number({ above: 0, max: 1 }), warm_up: warmUp }, ['rate', 'every']),
  call('exponential', { rate: positive, factor: number({ above: 0, max: 1 }), warm_up: warmUp }, ['rate', 'factor']),
  call('one_cycle', { rate: positive, rise: number({ above: 0, below: 1 }), div_factor: number({ min: 1 }), final_div_factor: number({ min: 1 }) }, ['rate']),
  call('on_plateau', { rate: positive, patience: integer({ min: 1 }), factor: number({ above: 0, below: 1 }), min_delta: number({ min: 0 }), final: number({ min: 0 }), warm_up: warmUp }, ['rate']),
);

/** What every optimizer takes. */
const common: Readonly<Record<string, ParamSchema>> = {
  weight_decay: number({ min: 0 }),
  clip_norm: described(positive, 'A longer gradient, of all weights together, is shortened to this.'),
  clip_value: described(positive, 'Each slope is brought within plus and minus this.'),
};
const adamArguments: Readonly<Record<string, ParamSchema>> = { rate, beta1: share, beta2: share, epsilon: positive, ...common };

/** What the parameters of training are unless they are given. */
interface TrainingDefaults {
  readonly optimizer: Call;
  readonly epochs: number;
  readonly batch: number;
}

/** The parameters of how a network is trained. */
export function trainingParams({ optimizer, epochs, batch }: TrainingDefaults): Readonly<Record<string, ParamSchema>> {
  return {
    optimizer: described(
      either(
        call('sgd', { rate, ...common }),
        call('momentum', { rate, momentum: share, nesterov: boolean(), ...common }),
        call('rmsprop', { rate, decay: share, epsilon: positive, ...common }),
        call('adam', adamArguments),
        call('adamw', adamArguments),
      ),
      'How parameters follow their gradients. `rate` is a number, or `constant(rate)`, `cosine(rate, final)` over all epochs, `step(rate, every, factor)` by epochs, `exponential(rate, factor)` by the epoch, `on_plateau(rate, patience, factor, min_delta, final)` whenever as many epochs have brought no better log_loss or rmse of the validation part, by which the model is then chosen; each takes `warm_up` epochs. `one_cycle(rate, rise, div_factor, final_div_factor)` rises over the share `rise` of all steps and falls over the others. `clip_norm` shortens gradients, of all weights together, and `clip_value` bounds each slope. `weight_decay` draws weights, not biases, to zero: of `adamw` apart from the gradient, 0.01 unless it says otherwise.',
      optimizer,
    ),
    loss: described(word('squared', 'absolute', 'huber'), 'Of a regression, what is minimised of its error in standard deviations; by default its square. Classes have the cross entropy.'),
    label_smoothing: described(number({ above: 0, below: 1 }), 'Of classes, the share of certainty that the loss spreads over all of them, so that the network does not become too sure.'),
    epochs: described(integer({ min: 1 }), 'How often training goes through all training rows, at most.', epochs),
    batch: described(integer({ min: 1 }), 'Rows of one step.', batch),
    embed: described(
      byColumn(integer({ min: 1, max: 1024 })),
      'How many numbers are learned for each level of a category. By default of native ones 1.6 · levels^0.56 (the rule of fastai), at most 50 and no more than levels; one-hot categories stay columns.',
    ),
    early_stopping: described(
      record(
        {
          patience: described(integer({ min: 1 }), 'Training ends when this many epochs have brought nothing better.'),
          on: described(word(...metrics.map(({ name }) => name)), 'The metric of the validation part that is followed; by default log_loss or rmse.'),
          min_delta: described(number({ min: 0 }), 'What counts as better.', 0),
        },
        ['patience'],
      ),
      'Ends training by the validation part, and keeps the weights of the best epoch. The model is then chosen by that part.',
    ),
    device: described(word('auto', 'cpu', 'gpu'), 'What it has to be trained on: networks run on the engine and backend that `mlp.lock` pins, and where that computes on something else, it is an error. `auto`, and nothing, take what there is.'),
    workers,
    ...weightParams,
    stream: described(integer({ min: 0 }), 'Makes equal models differ: another stream of random numbers.', 0),
  };
}

const workers = described(
  integer({ min: 1, max: 64 }),
  'Data parallel training: each batch is cut into so many slices, whose gradients are computed side by side, each on a thread of its own, and added in their order. That is the gradient of the whole batch but for rounding, so the number is part of what the model is; `batch_norm` normalises over its slice.',
  1,
);

/** What is done to images while a network is trained. */
export const augmentParam: ParamSchema = described(
  list(
    either(
      call('random_flip', { direction: word('horizontal', 'vertical', 'both') }),
      call('random_crop', { padding: integer({ min: 1 }) }, ['padding']),
      call('random_rotation', { factor: number({ above: 0, max: 0.5 }) }, ['factor']),
    ),
    { min: 1 },
  ),
  'How images are changed each time that training sees them, so that there seem to be more: `random_flip(direction)`, half of them `horizontal` unless it says otherwise; `random_crop(padding)`, moved by at most so many pixels each way; `random_rotation(factor)`, turned by at most that share of a full turn either way. Beyond its edges an image is mirrored. Predictions see images as they are.',
);

/** Which steps of a sequence count. */
export const maskingParam: ParamSchema = described(
  boolean(),
  'Of sequences, whether steps of which all numbers are missing do not count, such as those that `short: pad` of `sequences` puts before the first rows: recurrent layers go past them with the state that they have, `attention` and `global_average_pool` leave them out, and `batch_norm` takes its means without them. Otherwise they are steps whose numbers are the mean.',
);

/** The parameters of the kind. */
export const networkParams: RecordSchema = record(
  {
    layers: described(
      list(layerSchema),
      'The layers between the features and the answer: `dense(units, activation)` (relu unless it says otherwise), `dropout(rate)`, `batch_norm(momentum, epsilon)`. Of an image or a sequence, until `flatten`, a recurrent layer, `global_average_pool` or `global_max_pool` makes it one row of numbers: `conv2d(filters, size, activation)` or `conv1d`, with `stride` and `padding: same`, `max_pool(size)`, `average_pool(size)`; of a sequence `lstm(units)` or `gru(units)`, which give their last step, or with `sequence: true` every one; `bidirectional(lstm(units))` goes both ways, and `attention(num_heads, key_dim)` lets each step ask all others. `residual([…])` adds what its layers make to what they see. `layer_norm(epsilon)` normalises a row by itself. The last one, with a unit for each class, or one, is implied.',
    ),
    augment: augmentParam,
    masking: maskingParam,
    ...trainingParams({ optimizer: { $call: 'adam' }, epochs: 20, batch: 128 }),
  },
  ['layers'],
);

const DEFAULTS: Readonly<Record<string, JsonObject>> = {
  sgd: { rate: 1e-2, weight_decay: 0 },
  momentum: { rate: 1e-2, momentum: 0.9, nesterov: false, weight_decay: 0 },
  rmsprop: { rate: 1e-3, decay: 0.9, epsilon: 1e-8, weight_decay: 0 },
  adam: { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
  adamw: { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 },
  random_flip: { direction: 'horizontal' },
  constant: { warm_up: 0 },
  cosine: { final: 0, warm_up: 0 },
  step: { factor: 0.1, warm_up: 0 },
  exponential: { warm_up: 0 },
  one_cycle: { rise: 0.3, div_factor: 25, final_div_factor: 1e4 },
  on_plateau: { patience: 10, factor: 0.1, min_delta: 0, final: 0, warm_up: 0 },
};

/** The metrics that training can follow for a task; the first is the default. */
export function followedMetrics(task: Task): string[] {
  const main = usualMetric(task);
  return [main, ...metricsOf(task).filter((name) => name !== main)];
}

/** Parameters with all that they leave open filled in, so that a default which is written out is the same as one which is not. */
export function completeParams(params: JsonObject, task: Task): JsonObject {
  const optimizer = filled(params['optimizer'] as Call);
  const written = optimizer['rate'] as number | Call;
  const stopping = params['early_stopping'] as JsonObject | undefined;
  const augment = params['augment'] as readonly Call[] | undefined;
  const { masking, workers: slices, ...others } = params;
  return {
    ...others,
    ...(masking === true ? { masking } : {}),
    ...(slices === 1 ? {} : { workers: slices }),
    layers: (params['layers'] as readonly Call[]).map(completeLayer),
    optimizer: { ...optimizer, rate: filled(typeof written === 'number' ? { $call: 'constant', rate: written } : written) },
    ...(augment === undefined ? {} : { augment: augment.map(filled) }),
    ...(!hasClasses(task) ? { loss: params['loss'] ?? 'squared' } : {}),
    ...(stopping === undefined ? {} : { early_stopping: { min_delta: 0, on: usualMetric(task), ...stopping } }),
  };
}

function filled(call: Call): Call {
  return { ...DEFAULTS[call.$call], ...call };
}

/** Complete parameters as training takes them. */
export interface NetworkSettings {
  readonly layers: readonly Layer[];
  readonly optimizer: Optimizer;
  readonly rate: RateSchedule;
  /** Of a regression. */
  readonly loss: Extract<Loss, 'squared' | 'absolute' | 'huber'> | undefined;
  /** Of classes. */
  readonly smoothing: number | undefined;
  readonly epochs: number;
  readonly batch: number;
  /** Threads that share a batch. */
  readonly workers: number;
  readonly embed: Readonly<Record<string, number>>;
  /** Whether steps of a sequence of which all numbers are missing do not count. */
  readonly masking: boolean;
  /** Of images, in this order. */
  readonly augment: readonly Augmentation[];
  readonly stopping: { readonly patience: number; readonly on: string; readonly min_delta: number } | undefined;
}

/** Reads complete parameters. */
export function settingsOf(params: JsonObject): NetworkSettings {
  const { rate: schedule, ...optimizer } = params['optimizer'] as Call;
  return {
    layers: (params['layers'] as readonly Call[]).map(layerOf),
    optimizer: named<Optimizer>(optimizer),
    rate: named<RateSchedule>(schedule as Call),
    loss: params['loss'] as NetworkSettings['loss'],
    smoothing: params['label_smoothing'] as number | undefined,
    epochs: params['epochs'] as number,
    batch: params['batch'] as number,
    workers: Number(params['workers'] ?? 1),
    masking: params['masking'] === true,
    augment: ((params['augment'] ?? []) as readonly Call[]).map((step) => named<Augmentation>(step)),
    embed: (params['embed'] ?? {}) as NetworkSettings['embed'],
    stopping: params['early_stopping'] as NetworkSettings['stopping'],
  };
}

/** `$call` says in JSON what `kind` says in the types. */
function named<T>({ $call, ...rest }: Call): T {
  return { kind: $call, ...rest } as T;
}
