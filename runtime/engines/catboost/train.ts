import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../../compiler/json.ts';
import { StepError } from '../../../compiler/kinds/run.ts';
import { matrixColumns, pickColumns, type Column, type ColumnArray } from '../../data/columns.ts';
import { matrixOf, queriesOf, rowCount, type TrainerRows } from '../../data/matrix.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../trainers/checkpoint.ts';
import { checkClasses, undefinedMetric, type Evaluation } from '../../trainers/evaluation.ts';
import { followRounds, roundMetrics, type Rounds } from '../../trainers/rounds.ts';
import { followedMetrics, oneHotThreshold, stoppingOf, type FeatureImportance, type TrainedModel, type TrainRequest } from '../../trainers/training.ts';
import { flatOrder } from './conditions.ts';
import { canonicalModel, countSplits, missingCategory, type CatboostModel } from './model.ts';
import { CATBOOST_THREADS, OBJECTIVE_PARAMETERS } from './parameters.ts';
import { speakCatboost, type CatboostEvent, type CatboostMetrics } from './speak.ts';

/** What training with CatBoost takes beside what every training does. */
export interface CatboostRequest extends TrainRequest {
  /** A folder that may be made, and outlives nothing. */
  readonly scratch: string;
  /** Seconds between checkpoints. They change nothing of the model. */
  readonly snapshotSeconds?: number;
}

/** Metrics of which more is better. */
const MAXIMIZED = /^(?:AUC|PRAUC|Accuracy|R2|NDCG|MAP|MRR)(?::|$)/;

const CHECKPOINT = 'mlp-catboost-checkpoint-1';

const SNAPSHOT_SECONDS = 30;

/**
 * Trains gradient boosted trees in CatBoost's own Python. A training that was killed goes on from CatBoost's last
 * snapshot, which holds all that it needs: the model has the bytes of one that was not killed.
 *
 * Throws a StepError for what CatBoost refuses.
 */
export async function trainCatboost(request: CatboostRequest): Promise<TrainedModel> {
  checkRows(request);
  const { library: place, train, validate, scratch } = request;
  const snapshot = join(scratch, 'snapshot');
  await mkdir(scratch, { recursive: true });
  try {
    await restoreSnapshot(request, snapshot);
    const training = followTraining(request, snapshot);
    await speakCatboost({
      place,
      task: { task: 'train', best: request.earlyStopping !== undefined, parameters: catboostParameters(request, scratch), train: describePart(train), validate: validate === undefined ? null : describePart(validate) },
      data: validate === undefined ? partData(train) : bothParts(train, validate),
      onEvent: training.onEvent,
    });
    return training.finish();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function checkRows(request: TrainRequest): void {
  const { train, validate } = request;
  if (rowCount(train) === 0) throw new StepError('CatBoost: there are no rows to train on');
  if (matrixOf(train).features.length === 0) throw new StepError('CatBoost: there are no features to train on');
  if (train.target.kind === 'numbers' && !train.target.values.every(Number.isFinite)) {
    throw new StepError('CatBoost: the target is infinite or not a number in some training rows', 'filter these rows in SQL');
  }
  if (validate !== undefined) checkClasses('CatBoost', validate.target, followedMetrics(request).find((name) => name === 'AUC' || name === 'PRAUC'));
}

/** The parameters under CatBoost's own names, with what is not the author's to say. */
function catboostParameters(request: CatboostRequest, scratch: string): Readonly<Record<string, Json>> {
  const { parameters, train, rounds, seed, snapshotSeconds = SNAPSHOT_SECONDS } = request;
  const { objective, num_class: classes, monotone_constraints: monotone, ...rest } = parameters;
  const metric = request.earlyStopping?.metric ?? followedMetrics(request)[0];
  const more = followedMetrics(request).filter((name) => name !== metric);
  const oneHot = oneHotThreshold(train);
  const setting = OBJECTIVE_PARAMETERS[String(objective)];
  const settings = setting === undefined ? '' : `:${setting.name}=${Number(rest[setting.name] ?? setting.preset)}`;
  const ofObjectives = Object.values(OBJECTIVE_PARAMETERS).map(({ name }) => name);
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !ofObjectives.includes(name)));
  return {
    ...(oneHot === undefined ? {} : { one_hot_max_size: oneHot }),
    ...own,
    ...(monotone === undefined ? {} : { monotone_constraints: flatDirections(train, String(monotone)) }),
    ...(classes === undefined ? {} : { classes_count: classes }),
    loss_function: `${String(objective)}${settings}`,
    ...(metric === undefined ? {} : { eval_metric: metric, custom_metric: more }),
    iterations: rounds,
    random_seed: seed(0),
    thread_count: own['thread_count'] ?? CATBOOST_THREADS,
    logging_level: 'Silent',
    allow_writing_files: true,
    train_dir: scratch,
    save_snapshot: true,
    snapshot_file: join(scratch, 'snapshot'),
    snapshot_interval: snapshotSeconds,
  };
}

/** Directions in CatBoost's order of the features. */
function flatDirections(train: TrainerRows, directions: string): number[] {
  const given = JSON.parse(directions) as number[];
  return flatOrder(matrixOf(train).features).map((place) => given[place] ?? 0);
}

function describePart(rows: TrainerRows): Json {
  const { features } = matrixOf(rows);
  return {
    rows: rowCount(rows),
    numbers: features.flatMap((feature) => (feature.kind === 'numeric' ? [feature.name] : [])),
    categories: features.flatMap((feature) => (feature.kind === 'category' ? [{ name: feature.name, levels: [...feature.levels, missingCategory(feature.levels)] }] : [])),
    weighted: rows.weights !== undefined,
    ranked: queriesOf(rows.target) !== undefined,
  };
}

/**
 * The arrays of a part in the order in which they are read: numbers, categories, truth, weights, queries. Each is made when
 * its turn comes: there are never all of them at once.
 */
function* partData(rows: TrainerRows): Generator<Uint8Array> {
  const { target, weights } = rows;
  for (const type of ['q', 'c'] as const) for (const column of eachColumn(rows)) if (column.type === type) yield bytesOf(column.type === 'q' ? floats(column.values) : knownCodes(column));
  yield bytesOf(floats(target.kind === 'classes' ? target.codes : target.values));
  if (weights !== undefined) yield bytesOf(weights);
  const queries = queriesOf(target);
  if (queries !== undefined) yield bytesOf(queries);
}

function* bothParts(train: TrainerRows, validate: TrainerRows): Generator<Uint8Array> {
  yield* partData(train);
  yield* partData(validate);
}

/** The features of all rows, one after the other. */
function* eachColumn(rows: TrainerRows): Generator<Column> {
  for (const column of matrixColumns(matrixOf(rows))) yield* 'groups' in rows ? pickColumns([column], rows.groups) : [column];
}

function floats(values: ColumnArray): Float32Array {
  return values instanceof Float32Array ? values : new Float32Array(values);
}

/** Codes in which what is missing is one more level. */
function knownCodes({ values, highest }: Extract<Column, { type: 'c' }>): Uint32Array {
  const codes = new Uint32Array(values);
  for (let row = 0; row < codes.length; row++) if ((codes[row] as number) > highest) codes[row] = highest + 1;
  return codes;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function restoreSnapshot({ checkpoint }: TrainRequest, snapshot: string): Promise<void> {
  const saved = await checkpoint.load();
  const state = saved && decodeCheckpoint(CHECKPOINT, saved);
  if (state !== undefined) await writeFile(snapshot, state.booster);
}

interface Training {
  readonly onEvent: (event: CatboostEvent) => Promise<number | undefined>;
  readonly finish: () => TrainedModel;
}

/** Follows what CatBoost says of its rounds, tells it when to stop, and keeps its snapshots. */
function followTraining(request: CatboostRequest, snapshot: string): Training {
  const rounds = followRounds(stoppingOf(request, MAXIMIZED).stopping);
  let stopped = false;
  let kept = 0;
  let trained: TrainedModel | undefined;
  const follow = ({ first, metrics }: Extract<CatboostEvent, { event: 'round' | 'fitted' }>): Evaluation => {
    const values = readMetrics(metrics, followedMetrics(request));
    // A snapshot may have rounds after the one that ends training.
    for (const one of values.slice(rounds.round() - first)) if (!stopped) stopped = rounds.push(one, rounds.round() + 1);
    return values.at(-1) ?? {};
  };
  return {
    onEvent: async (event) => {
      switch (event.event) {
        case 'round': {
          const metrics = roundMetrics(follow(event));
          kept = await keepSnapshot(request, snapshot, kept);
          request.onRound?.({ round: rounds.round(), rounds: request.rounds, metrics });
          return stopped ? 0 : 1;
        }
        case 'fitted':
          follow(event);
          return rounds.best()?.size ?? rounds.round();
        case 'trained':
          trained = trainedModel(request, rounds, event);
          return undefined;
        default:
          return undefined;
      }
    },
    finish: () => {
      if (trained === undefined) throw new Error('CatBoost has ended without a model');
      return trained;
    },
  };
}

/** CatBoost's names of our parts. */
const PARTS: Readonly<Record<string, string>> = { train: 'learn', validate: 'validation' };

/** The values of metrics round by round. Of training rows CatBoost does not have them all. */
function readMetrics(metrics: CatboostMetrics, followed: readonly string[]): Evaluation[] {
  const length = Math.max(0, ...Object.values(metrics).flatMap((of) => Object.values(of).map((values) => values.length)));
  return Array.from({ length }, (_, round) =>
    Object.fromEntries(
      Object.entries(PARTS).flatMap(([part, name]) => {
        const values = followed.flatMap((metric) => (metrics[name]?.[metric] === undefined ? [] : [[metric, valueAt(metrics[name][metric], round, { metric, part })] as const]));
        return values.length === 0 ? [] : [[part, Object.fromEntries(values)]];
      }),
    ),
  );
}

function valueAt(values: readonly (number | null)[], round: number, { metric, part }: { readonly metric: string; readonly part: string }): number {
  const value = values[round];
  if (typeof value !== 'number') throw undefinedMetric('CatBoost', metric, part);
  return value;
}

/** Keeps CatBoost's snapshot where it is newer than `kept`. CatBoost waits meanwhile: the file is whole. */
async function keepSnapshot({ checkpoint }: TrainRequest, snapshot: string, kept: number): Promise<number> {
  const made = await stat(snapshot).then(({ mtimeMs }) => mtimeMs, () => kept);
  if (made <= kept) return kept;
  await checkpoint.save(encodeCheckpoint(CHECKPOINT, { round: 0, curve: {}, booster: await readFile(snapshot) }));
  return made;
}

function trainedModel(request: TrainRequest, rounds: Rounds, { model: text, importance: said }: Extract<CatboostEvent, { event: 'trained' }>): TrainedModel {
  const model = canonicalModel(text);
  const splits = countSplits(JSON.parse(model) as CatboostModel);
  const { features } = matrixOf(request.train);
  const importance: FeatureImportance[] = [];
  flatOrder(features).forEach((place, flat) => {
    importance[place] = { feature: features[place]?.name ?? '', gain: said[flat] ?? 0, weight: splits[flat] ?? 0 };
  });
  return { model: new TextEncoder().encode(model), rounds: rounds.round(), bestRound: rounds.best()?.round ?? rounds.round(), curve: rounds.curve, importance };
}
