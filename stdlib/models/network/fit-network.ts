import { StepError } from '../../../compiler/kinds/run.ts';
import { hasClasses } from '../../../compiler/types.ts';
import type { Labelled, Target } from '../../../runtime/data/matrix.ts';
import type { Loss, NetworkDescription, NetworkInputs } from '../../../runtime/networks/description.ts';
import type { OpenNetwork } from '../../../runtime/networks/engine.ts';
import { layoutOf } from '../../../runtime/networks/parameters.ts';
import { trainNetwork, type LabelledRows, type TrainedNetwork, type TrainNetworkRequest } from '../../../runtime/networks/train-network.ts';
import { computeMetrics } from '../../metrics/compute-metrics.ts';
import { findMetric, usualMetric } from '../../metrics/registry.ts';
import { requireClasses } from '../linear/fit-logistic.ts';
import type { Standard } from '../linear/linear-model.ts';
import { standardOf } from '../linear/weighted-statistics.ts';
import { taskOf } from '../scored-model.ts';
import { MOST_PARAMETERS } from './check-layers.ts';
import { learnInputs, rowsMaker } from './network-inputs.ts';
import type { NetworkAbout, NetworkModel } from './network-model.ts';
import type { NetworkSettings } from './network-params.ts';
import { answersOf } from './predict-network.ts';

/** Everything that fitting a network takes. */
export interface FitNetworkRequest extends Pick<TrainNetworkRequest, 'checkpoint' | 'seed' | 'onEpoch'> {
  readonly open: OpenNetwork;
  readonly train: Labelled;
  readonly validate: Labelled;
  readonly settings: NetworkSettings;
}

/** A fitted network, and how it came about. */
export interface NetworkFit extends Pick<TrainedNetwork, 'epochs' | 'bestEpoch' | 'curve'> {
  readonly model: NetworkModel;
  readonly warnings: readonly string[];
}

/** Fits a network to training rows, and follows it on the validation rows. Throws a StepError for what cannot be learned. */
export async function fitNetwork(request: FitNetworkRequest): Promise<NetworkFit> {
  const { train, validate, settings } = request;
  const about = describe(train, settings);
  const toRows = rowsMaker(about.features, about.description.inputs);
  const engine = request.open(about.description);
  const { epochs, bestEpoch, curve, parameters, statistics } = await trainNetwork({
    ...request,
    engine,
    description: about.description,
    train: labelledRows(train, toRows(train.matrix), about.target),
    validate: toRows(validate.matrix),
    optimizer: settings.optimizer,
    rate: settings.rate,
    epochs: settings.epochs,
    batch: settings.batch,
    augment: settings.augment,
    evaluate: evaluator(about, validate, settings),
    followed: usualMetric(about.task),
    trainingMetric: trainingMetric(about),
    ...(settings.stopping === undefined ? {} : { stopping: stoppingRule(settings.stopping) }),
  }).finally(engine.close);
  return { model: { about, parameters, statistics }, epochs, bestEpoch, curve, warnings: batchWarnings(train, settings) };
}

function describe({ matrix, target }: Labelled, { layers, loss, smoothing, embed, masking }: NetworkSettings): NetworkAbout {
  const task = taskOf(target);
  if (target.kind === 'classes') requireClasses(countsOf(target), target.classes);
  const { features, inputs: seen } = learnInputs(matrix, embed);
  const inputs: NetworkInputs = masking ? { ...seen, masked: true } : seen;
  const outputs = task === 'multiclass' && target.kind === 'classes' ? target.classes.length : 1;
  const description: NetworkDescription = { inputs, layers, outputs, loss: lossOf(task, loss), ...(smoothing === undefined ? {} : { smoothing }) };
  const { size } = layoutOf(description);
  if (size > MOST_PARAMETERS) {
    throw new StepError(`the network would learn ${size.toLocaleString('en')} numbers, of which there may be ${MOST_PARAMETERS.toLocaleString('en')}`, 'give layers fewer units, or categories fewer levels or smaller embeddings');
  }
  return { task, features, description, ...(target.kind === 'classes' ? { classes: target.classes } : { target: standardOfTarget(target.values) }) };
}

function countsOf({ classes, codes }: Extract<Target, { kind: 'classes' }>): number[] {
  const counts = classes.map(() => 0);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function lossOf(task: NetworkAbout['task'], loss: NetworkSettings['loss']): Loss {
  return hasClasses(task) ? task : (loss ?? 'squared');
}

function standardOfTarget(values: Float64Array): Standard {
  const target = standardOf(values, undefined);
  if (!Number.isFinite(target.mean + target.deviation)) throw new StepError('the target has infinite or missing values in training rows', 'filter them in SQL');
  return target;
}

function labelledRows({ target, weights }: Labelled, rows: LabelledRows['rows'], standard: Standard | undefined): LabelledRows {
  const truth = target.kind === 'classes' ? target.codes : Float32Array.from(target.values, (value) => (value - (standard?.mean ?? 0)) / (standard?.deviation ?? 1));
  return { rows, truth, ...(weights === undefined ? {} : { weights }) };
}

/** The main metric of the validation rows, and the one that may stop training. */
function evaluator(about: NetworkAbout, { matrix: { rows }, target }: Labelled, { stopping }: NetworkSettings): TrainNetworkRequest['evaluate'] {
  const { task } = about;
  const followed = [...new Set([...(stopping === undefined ? [] : [stopping.on]), usualMetric(task)])];
  return (outputs) => {
    const values = answersOf(about, outputs);
    if (!values.every(Number.isFinite)) return Object.fromEntries(followed.map((name) => [name, NaN]));
    const { metrics, warnings } = computeMetrics({ scores: { rows, target, values }, task, metrics: followed });
    const missing = stopping !== undefined && metrics[stopping.on] == null;
    if (missing) throw new StepError(`\`${stopping.on}\` of the validation rows cannot stop training: it is not defined (${warnings[0] ?? 'no reason is known'})`, `follow \`${usualMetric(task)}\`, or give the validation part more rows`);
    return Object.fromEntries(followed.flatMap((name) => (metrics[name] == null ? [] : [[name, metrics[name]]])));
  };
}

/** The loss that is minimised, under the name and in the unit of the metric that it is. */
function trainingMetric({ description: { loss, smoothing }, target }: NetworkAbout): TrainNetworkRequest['trainingMetric'] {
  const unit = target?.deviation ?? 1;
  switch (loss) {
    case 'binary':
    case 'multiclass':
      return { name: smoothing === undefined ? 'log_loss' : 'smoothed_log_loss', of: (mean) => mean };
    case 'squared':
      return { name: 'rmse', of: (mean) => Math.sqrt(2 * mean) * unit };
    case 'absolute':
      return { name: 'mae', of: (mean) => mean * unit };
    case 'huber':
      return { name: 'huber', of: (mean) => mean };
  }
}

function stoppingRule({ patience, on, min_delta: minDelta }: NonNullable<NetworkSettings['stopping']>): NonNullable<TrainNetworkRequest['stopping']> {
  return { rounds: patience, metric: on, maximize: findMetric(on)?.direction === 'maximize', minDelta };
}

function batchWarnings({ matrix: { rows } }: Labelled, { batch }: NetworkSettings): string[] {
  return batch <= rows ? [] : [`a batch has ${batch.toLocaleString('en')} rows, and there are only ${rows.toLocaleString('en')} to train on: each epoch is one step`];
}
