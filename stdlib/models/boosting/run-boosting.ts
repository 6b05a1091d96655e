import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../../compiler/kinds/run.ts';
import type { Task } from '../../../compiler/types.ts';
import { matrixOf, type Feature, type Matrix, type Target, type TrainerRows } from '../../../runtime/data/matrix.ts';
import type { Scores } from '../../../runtime/data/scores.ts';
import { takeRows } from '../../../runtime/data/take-rows.ts';
import type { EarlyStopping, TrainedModel, TrainRequest } from '../../../runtime/trainers/training.ts';
import { loadTrainerRows, unseenWarnings } from '../../features/load-features.ts';
import { findMetric } from '../../metrics/registry.ts';
import { weightRows } from '../row-weights.ts';
import { modelResult, SCORED_PARTS, taskOf, type ScoredPart } from '../scored-model.ts';
import { engineParameters, type EarlyStoppingParams } from './boosting-params.ts';
import { engineMetric, followedMetrics, ourMetric, type BoostingTrainer } from './boosting-trainer.ts';
import { orderByQuery } from './order-by-query.ts';

/** An engine, loaded: how it trains, and how its models are asked. */
export interface BoostingEngine {
  readonly train: (request: TrainRequest) => Promise<TrainedModel & { readonly merged?: JsonObject }>;
  readonly open: (request: { readonly library: string; readonly model: Uint8Array; readonly features: readonly Feature[]; readonly threads: number; readonly classes?: number }) => Promise<PartPredictor>;
}

/** What says of rows what a model says of them. */
export interface PartPredictor {
  readonly predict: (matrix: Matrix) => Scores['values'];
  readonly close: () => void;
}

/** Trains a boosted model, and scores it on the parts that it was not fitted on. `load` loads the engine. */
export async function runBoosting(context: RunContext, trainer: BoostingTrainer, load: () => Promise<BoostingEngine>): Promise<RunResult> {
  const engine = await load();
  const library = libraryOf(context, trainer);
  context.progress({ phase: 'reading' });
  const parts = await loadTrainerRows(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  const task = taskOf(parts.train.target);
  const train = orderByQuery(await weightRows(context, parts.train, parts.rowsIndex.train));
  const begun = performance.now();
  context.progress({ phase: 'training' });
  const trained = await sharedOrAlone(context, trainer, engine)(trainRequest(context, trainer, { library, task, train, validate: orderByQuery(parts.validate) }));
  const seconds = (performance.now() - begun) / 1000;
  const predictor = await engine.open({ library, model: trained.model, features: matrixOf(train).features, threads: context.threads, ...classCount(train.target) });
  return scoreParts(predictor, parts, (predict) =>
    modelResult(context, parts, {
      bytes: trained.model,
      summary: summaryOf(trainer, trained),
      warnings: SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part])),
      statistics: { trainingSeconds: seconds },
      predict,
    }),
  );
}

/** How an engine trains: in this process, or with `workers` in as many others, which run its program. */
function sharedOrAlone({ step }: RunContext, { engine: name }: BoostingTrainer, { train }: BoostingEngine): BoostingEngine['train'] {
  const workers = Number(step.params['workers'] ?? 1);
  return workers === 1 ? train : async (request) => (await import('../../../runtime/trainers/workers/train-on-workers.ts')).trainOnWorkers(request, { engine: name, workers, program: process.argv[1] ?? '' });
}

/** Gives `use` what a model says of the parts, for as long as it takes, and closes the model. */
export async function scoreParts<T>(predictor: PartPredictor, parts: Readonly<Record<ScoredPart, TrainerRows>>, use: (predict: (part: ScoredPart) => Scores['values']) => Promise<T>): Promise<T> {
  try {
    return await use(partScorer(predictor, parts));
  } finally {
    predictor.close();
  }
}

/** Where rows are groups of one matrix, those that differ are asked about once, for all parts. */
function partScorer(predictor: PartPredictor, parts: Readonly<Record<ScoredPart, TrainerRows>>): (part: ScoredPart) => Scores['values'] {
  let said: Scores['values'] | undefined;
  return (part) => {
    const rows = parts[part];
    if (!('groups' in rows)) return predictor.predict(rows.matrix);
    said ??= predictor.predict(rows.distinct);
    const width = said.length / rows.distinct.rows;
    if (width === 1) return takeRows(said, rows.groups);
    const values = new (said.constructor as new (length: number) => Scores['values'])(rows.groups.length * width);
    for (const [row, group] of rows.groups.entries()) values.set(said.subarray(group * width, (group + 1) * width), row * width);
    return values;
  };
}

/** Where an engine's library lies, which the plan had fetched. */
export function libraryOf({ engines }: Pick<RunContext, 'engines'>, { engine, label }: Pick<BoostingTrainer, 'engine' | 'label'>): string {
  const library = engines[engine];
  if (library === undefined) throw new StepError(`${label} is not there`, 'run `mlp apply` to fetch it');
  return library;
}

interface Training {
  readonly library: string;
  readonly task: Task;
  readonly train: TrainerRows;
  readonly validate: TrainerRows;
}

function trainRequest(context: RunContext, trainer: BoostingTrainer, { library, task, train, validate }: Training): TrainRequest {
  const params = context.step.params;
  const stopping = params['early_stopping'] as (EarlyStoppingParams & { readonly on: string }) | undefined;
  const names = matrixOf(train).features.map((feature) => feature.name);
  const monotone = params['monotone_constraints'] as Readonly<Record<string, -1 | 0 | 1>> | undefined;
  const groups = params['interaction_constraints'] as readonly (readonly { readonly $column: string }[])[] | undefined;
  const parameters = {
    ...engineParameters(trainer, params),
    objective: params['objective'] as string,
    ...(task === 'multiclass' ? { num_class: classCount(train.target).classes ?? 0 } : {}),
    ...(monotone === undefined ? {} : { monotone_constraints: trainer.monotone(names, monotone) }),
    ...(groups === undefined || trainer.interactions === undefined ? {} : { interaction_constraints: trainer.interactions(names, groups.map((group) => group.map((one) => one.$column))) }),
  };
  const followed = stopping?.on ?? followedMetrics(trainer, task)[0] ?? '';
  return {
    library,
    train,
    validate,
    parameters,
    rounds: params['rounds'] as number,
    segment: Number(params['checkpoint'] ?? params['rounds']),
    seed: (segment) => segmentSeed(context.seed ?? '0', segment),
    ...(stopping === undefined ? {} : { earlyStopping: earlyStopping(trainer, stopping, task) }),
    evalMetrics: [engineMetric(trainer, followed, task) ?? followed],
    threads: context.threads,
    checkpoint: context.checkpoint,
    onRound: ({ round, rounds, metrics }) => {
      const own = Object.fromEntries(Object.entries(metrics).map(([name, value]) => ourMetric(trainer, name, value)));
      context.progress({ phase: 'training', round, rounds, metrics: own });
    },
  };
}

function earlyStopping(trainer: BoostingTrainer, { rounds, on, min_delta: minDelta }: EarlyStoppingParams & { readonly on: string }, task: Task): EarlyStopping {
  return { rounds, metric: engineMetric(trainer, on, task) ?? on, maximize: on !== 'accuracy' && findMetric(on)?.direction === 'maximize', minDelta };
}

/** A seed of 31 bits for each segment of a training, of the step's seed alone. */
export function segmentSeed(seed: string, segment: number): number {
  return createHash('sha256').update(`${seed}:${segment}`).digest().readUInt32LE(0) >>> 1;
}

/** How many classes a target has, as engines are told. */
export function classCount(target: Target): { readonly classes?: number } {
  return target.kind === 'classes' ? { classes: target.classes.length } : {};
}

/** Learning curves under our names of the metrics. */
function ownCurve(trainer: BoostingTrainer, curve: TrainedModel['curve']): JsonObject {
  const ofPart = (metrics: Readonly<Record<string, readonly number[]>>): JsonObject =>
    Object.fromEntries(Object.entries(metrics).map(([name, values]) => [ourMetric(trainer, name, 0)[0], values.map((value) => ourMetric(trainer, name, value)[1])]));
  return Object.fromEntries(Object.entries(curve).map(([part, metrics]) => [part, ofPart(metrics)]));
}

function summaryOf(trainer: BoostingTrainer, trained: TrainedModel & { readonly merged?: JsonObject }): JsonObject {
  return {
    rounds: trained.rounds,
    bestRound: trained.bestRound,
    curve: ownCurve(trainer, trained.curve),
    importance: sortedImportance(trained),
    ...(trained.merged === undefined ? {} : { merged: trained.merged }),
  };
}

/** Importance of the features, the most important first. */
export function sortedImportance({ importance }: Pick<TrainedModel, 'importance'>): JsonObject[] {
  return [...importance].sort((a, b) => b.gain - a.gain).map(({ feature, gain, weight }) => ({ feature, gain, weight }));
}
