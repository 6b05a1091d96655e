import { createHash } from 'node:crypto';
import { didYouMean } from '../../grammar/index.ts';
import type { JsonObject } from '../../compiler/json.ts';
import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { Task } from '../../compiler/types.ts';
import { matrixOf, type Target, type TrainerRows } from '../../runtime/data/matrix.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import { interactionConstraints, monotoneConstraints } from '../../runtime/engines/xgboost/constraints.ts';
import type { EarlyStopping } from '../../runtime/engines/xgboost/early-stopping.ts';
import { XGBOOST_OBJECTIVES } from '../../runtime/engines/xgboost/parameters.ts';
import type { XgboostPredictor } from '../../runtime/engines/xgboost/predict.ts';
import type { TrainedModel, TrainRequest } from '../../runtime/engines/xgboost/train.ts';
import { exampleOnPenguins } from '../example.ts';
import { loadTrainerRows, unseenWarnings } from '../features/load-features.ts';
import { checkWeights, weightReads, weightRows } from './row-weights.ts';
import { featuresOf, inferModel, modelResult, SCORED_PARTS, taskOf, type ScoredPart } from './scored-model.ts';
import { engineMetric, engineParameters, followedMetrics, ourMetric, withoutAliases, xgboostParams } from './xgboost-params.ts';

/** Gradient boosted trees. */
export const xgboost: Kind = {
  name: 'xgboost',
  keyword: 'model',
  version: 1,
  doc: 'Gradient boosted trees by XGBoost, for two classes, several, or a number. Parameters have XGBoost’s names. Missing values and native categories are taken as they are; one-hot columns are split one category against the rest without being widened. Where both stand in one model, native columns with fewer categories than the largest one-hot column are split that way too. An exported model (`.ubj`, `.json`) takes the columns of `mlp export … x.test` by name, and a category as its place among the levels that `mlp export … x` lists: of a one-hot column those of at least `min_count` rows, then `other`; of bins and hashed names their numbers.',
  example: exampleOnPenguins(`model trees = xgboost(x) {
  rounds: 200
  max_depth: 4
  early_stopping { rounds: 20, on: log_loss }
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: xgboostParams,
  engine: 'xgboost',
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  infer: inferXgboost,
  run: runXgboost,
};

interface EarlyStoppingParams {
  readonly rounds: number;
  readonly on?: string;
  readonly min_delta: number;
}

function inferXgboost(context: InferContext): Inferred | undefined {
  const features = featuresOf(context);
  const { task, target } = features.split;
  const renamed = withoutAliases(context.params);
  if ('twice' in renamed) {
    const [name, alias] = renamed.twice;
    context.report('alias-twice', context.spanOf([alias], 'key'), { name, alias });
    return undefined;
  }
  const { params } = renamed;
  const stopping = params['early_stopping'] as EarlyStoppingParams | undefined;
  if (stopping?.on !== undefined && engineMetric(stopping.on, task) === undefined) {
    const known = followedMetrics(task);
    context.report('metric-unfit', context.spanOf(['early_stopping', 'on']), { metric: stopping.on, task, known, suggestion: undefined });
    return undefined;
  }
  const objective = params['objective'] as string | undefined;
  const fitting = XGBOOST_OBJECTIVES[task];
  if (objective !== undefined && !fitting.includes(objective)) {
    context.report('objective-unfit', context.spanOf(['objective']), { objective, task, target: target.name, known: fitting });
    return undefined;
  }
  if (!checkFeatureNames(context, params) || !checkWeights(context)) return undefined;
  const filled: JsonObject = {
    ...params,
    objective: objective ?? fitting[0] ?? '',
    ...(stopping === undefined ? {} : { early_stopping: { ...stopping, on: stopping.on ?? followedMetrics(task)[0] ?? '' } }),
  };
  return {
    ...inferModel(context, 'medium', stopping !== undefined),
    params: filled,
    ...weightReads(context),
  };
}

/** Constraints name features. */
function checkFeatureNames(context: InferContext, params: JsonObject): boolean {
  const names = featuresOf(context).features.map((feature) => feature.name);
  let sound = true;
  const require = (name: string, path: readonly (string | number)[], part: 'key' | 'value'): void => {
    if (names.includes(name)) return;
    sound = false;
    context.report('not-among-features', context.spanOf(path, part), { name, known: names, suggestion: didYouMean(name, names) });
  };
  for (const name of Object.keys((params['monotone_constraints'] ?? {}) as JsonObject)) require(name, ['monotone_constraints', name], 'key');
  const groups = (params['interaction_constraints'] ?? []) as readonly (readonly { readonly $column: string }[])[];
  groups.forEach((group, i) => group.forEach(({ $column }, j) => require($column, ['interaction_constraints', i, j], 'value')));
  const weight = (params['weight'] as { readonly $column: string } | undefined)?.$column;
  if (weight !== undefined && names.includes(weight)) {
    sound = false;
    context.report('weight-as-feature', context.spanOf(['weight']), { name: weight });
  }
  return sound;
}

async function runXgboost(context: RunContext): Promise<RunResult> {
  const { trainXgboost } = await import('../../runtime/engines/xgboost/train.ts');
  const { openXgboostPredictor } = await import('../../runtime/engines/xgboost/predict.ts');
  const library = context.engines['xgboost'];
  if (library === undefined) throw new StepError('XGBoost is not there', 'run `mlp apply` to fetch it');
  context.progress({ phase: 'reading' });
  const parts = await loadTrainerRows(context, 'x', { parts: ['train', ...SCORED_PARTS] });
  const task = taskOf(parts.train.target);
  const train = await weightRows(context, parts.train, parts.rowsIndex.train);
  const begun = performance.now();
  context.progress({ phase: 'training' });
  const trained = await trainXgboost(trainRequest(context, { library, task, train, validate: parts.validate }));
  const seconds = (performance.now() - begun) / 1000;
  const { features } = matrixOf(train);
  const predictor = await openXgboostPredictor({ library, model: trained.model, features: features.length, threads: context.threads, ...classCount(train.target) });
  try {
    return await modelResult(context, parts, {
      bytes: trained.model,
      summary: summaryOf(trained),
      warnings: SCORED_PARTS.flatMap((part) => unseenWarnings(part, parts[part])),
      statistics: { trainingSeconds: seconds },
      predict: partScorer(predictor, parts),
    });
  } finally {
    predictor.close();
  }
}

/** Where rows are groups of one matrix, those that differ are asked about once, for all parts. */
function partScorer(predictor: Pick<XgboostPredictor, 'predict'>, parts: Readonly<Record<ScoredPart, TrainerRows>>): (part: ScoredPart) => Float32Array {
  let said: Float32Array | undefined;
  return (part) => {
    const rows = parts[part];
    if (!('groups' in rows)) return predictor.predict(rows.matrix);
    said ??= predictor.predict(rows.distinct);
    const width = said.length / rows.distinct.rows;
    if (width === 1) return takeRows(said, rows.groups);
    const values = new Float32Array(rows.groups.length * width);
    for (const [row, group] of rows.groups.entries()) values.set(said.subarray(group * width, (group + 1) * width), row * width);
    return values;
  };
}

interface Training {
  readonly library: string;
  readonly task: Task;
  readonly train: TrainerRows;
  readonly validate: TrainerRows;
}

function trainRequest(context: RunContext, { library, task, train, validate }: Training): TrainRequest {
  const params = context.step.params;
  const stopping = params['early_stopping'] as (EarlyStoppingParams & { readonly on: string }) | undefined;
  const names = matrixOf(train).features.map((feature) => feature.name);
  const monotone = params['monotone_constraints'] as Readonly<Record<string, -1 | 0 | 1>> | undefined;
  const groups = params['interaction_constraints'] as readonly (readonly { readonly $column: string }[])[] | undefined;
  const parameters = {
    ...engineParameters(params),
    objective: params['objective'] as string,
    ...(task === 'multiclass' ? { num_class: classCount(train.target).classes ?? 0 } : {}),
    ...(monotone === undefined ? {} : { monotone_constraints: monotoneConstraints(names, monotone) }),
    ...(groups === undefined ? {} : { interaction_constraints: interactionConstraints(names, groups.map((group) => group.map((one) => one.$column))) }),
  };
  const followed = stopping?.on ?? followedMetrics(task)[0] ?? '';
  const sampled = Number(params['subsample']) < 1;
  return {
    library,
    train,
    validate,
    parameters,
    rounds: params['rounds'] as number,
    segment: params['checkpoint'] as number,
    seed: (segment) => segmentSeed(context.seed ?? '0', segment),
    ...(stopping === undefined ? {} : { earlyStopping: earlyStopping(stopping, task) }),
    evalMetrics: [engineMetric(followed, task) ?? followed],
    threads: context.threads,
    mergeRows: params['merge_rows'] === 'auto' ? (sampled || train.weights !== undefined ? false : 'auto') : (params['merge_rows'] as boolean),
    checkpoint: context.checkpoint,
    onRound: ({ round, rounds, metrics }) => {
      const own = Object.fromEntries(Object.entries(metrics).map(([name, value]) => ourMetric(name, value)));
      context.progress({ phase: 'training', round, rounds, metrics: own });
    },
  };
}

function earlyStopping({ rounds, on, min_delta: minDelta }: EarlyStoppingParams & { readonly on: string }, task: Task): EarlyStopping {
  return { rounds, metric: engineMetric(on, task) ?? on, maximize: on === 'auc' || on === 'auc_pr', minDelta };
}

/** A seed of 31 bits for each segment of a training, of the step's seed alone. */
export function segmentSeed(seed: string, segment: number): number {
  return createHash('sha256').update(`${seed}:${segment}`).digest().readUInt32LE(0) >>> 1;
}

function classCount(target: Target): { readonly classes?: number } {
  return target.kind === 'classes' ? { classes: target.classes.length } : {};
}

/** Learning curves under our names of the metrics. */
function ownCurve(curve: TrainedModel['curve']): JsonObject {
  const ofPart = (metrics: Readonly<Record<string, readonly number[]>>): JsonObject =>
    Object.fromEntries(Object.entries(metrics).map(([name, values]) => [ourMetric(name, 0)[0], values.map((value) => ourMetric(name, value)[1])]));
  return Object.fromEntries(Object.entries(curve).map(([part, metrics]) => [part, ofPart(metrics)]));
}

function summaryOf(trained: TrainedModel): JsonObject {
  return {
    rounds: trained.rounds,
    bestRound: trained.bestRound,
    curve: ownCurve(trained.curve),
    importance: [...trained.importance].sort((a, b) => b.gain - a.gain).map(({ feature, gain, weight }) => ({ feature, gain, weight })),
    merged: trained.merged,
  };
}
