import { StepError, type Checkpoints } from '../../../compiler/kinds/run.ts';
import type { ClassCounts } from '../../data/area-under-curve.ts';
import { isStopped, updateBest, type BestRound } from '../../data/early-stopping.ts';
import { matrixOf, rowCount, type Matrix, type TrainerRows } from '../../data/matrix.ts';
import { prepareForAuc, type ClassRows } from './auc-rows.ts';
import { decodeCheckpoint, encodeCheckpoint, type Curve, type TrainingState } from './checkpoint.ts';
import { stoppingRule, type EarlyStopping } from './early-stopping.ts';
import { evaluateRound, type Evaluation, type Followed } from './evaluation.ts';
import { modelFeatureNames } from './feature-names.ts';
import { openXgboost, type Handle, type XgboostLibrary } from './library.ts';
import { createTrainingMatrix, limitCategories, prepareRows, type PreparedRows } from './training-matrix.ts';

/** Values of XGBoost's parameters, by its own names. */
export type XgboostParameters = Readonly<Record<string, string | number | boolean>>;

/** Everything that training takes. */
export interface TrainRequest {
  /** Path of XGBoost's shared library. */
  readonly library: string;
  readonly train: TrainerRows;
  readonly validate?: TrainerRows;
  readonly parameters: XgboostParameters;
  readonly rounds: number;
  /** Rounds between checkpoints. Part of what the model is: see `trainXgboost`. */
  readonly segment: number;
  /** The seed of each segment, counted from 0. XGBoost takes it modulo 2^32. */
  readonly seed: (segment: number) => number;
  readonly earlyStopping?: EarlyStopping;
  /** XGBoost's names of the metrics to follow; that of early stopping is added where it is missing. */
  readonly evalMetrics: readonly string[];
  /** Whether the metrics are followed on the training rows too. Default false: it takes as long as training. */
  readonly evaluateTrain?: boolean;
  readonly threads: number;
  /** Whether equal rows are merged into weighted ones. Part of what the model is. */
  readonly mergeRows: 'auto' | boolean;
  readonly checkpoint: Checkpoints;
  readonly onRound?: (progress: RoundProgress) => void;
}

/** How far training is, after a round. */
export interface RoundProgress {
  /** Rounds done, of the most there may be. */
  readonly round: number;
  readonly rounds: number;
  /** By XGBoost's name; on training rows with `train_` before it. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A model, and how it came about. */
export interface TrainedModel {
  /** The model in XGBoost's UBJSON. */
  readonly model: Uint8Array;
  /** Rounds that were trained. */
  readonly rounds: number;
  /** The round, from 1, that the model ends with: the best one under early stopping, else the last. */
  readonly bestRound: number;
  /** By `validate` and `train`, as far as they are followed, then by metric: a value for each round trained. */
  readonly curve: Curve;
  /** For every feature, in the matrix's order: mean gain of its splits, and their number. */
  readonly importance: readonly FeatureImportance[];
  /** Training rows after and before merging. */
  readonly merged: { readonly rows: number; readonly of: number };
}

/** How much a model uses a feature. */
export interface FeatureImportance {
  readonly feature: string;
  readonly gain: number;
  readonly weight: number;
}

/**
 * Trains gradient boosted trees.
 *
 * Training goes in segments: after each, killed or not, the booster is serialised, loaded again, and goes on with the
 * segment's own seed. So what a booster keeps beside its model (the state of its random numbers, cached predictions)
 * never outlives a segment, and a run that was killed and goes on from its checkpoint gives the same bytes as one that
 * was not.
 *
 * Throws a StepError for what XGBoost refuses.
 */
export async function trainXgboost(request: TrainRequest): Promise<TrainedModel> {
  if (rowCount(request.train) === 0) throw new StepError('XGBoost: there are no rows to train on');
  if (matrixOf(request.train).features.length === 0) throw new StepError('XGBoost: there are no features to train on');
  const library = await openXgboost(request.library);
  const session = openSession(library, request);
  try {
    const state = await runSegments(session, request);
    return finishModel(session, request, state);
  } finally {
    closeSession(session);
  }
}

/** What lives in XGBoost while training, each handle to be freed once. */
interface Session {
  readonly library: XgboostLibrary;
  readonly train: Handle;
  readonly validate: Handle | undefined;
  readonly merged: TrainedModel['merged'];
  readonly followed: readonly Followed[];
  booster: Handle | undefined;
}

function openSession(library: XgboostLibrary, request: TrainRequest): Session {
  const { parameters, threads } = request;
  const maxBin = Number(parameters['max_bin'] ?? 256);
  const trainRows = prepareRows(request.train, mergeTraining(request));
  const merged = { rows: trainRows.rows, of: rowCount(request.train) };
  const train = createTrainingMatrix(library, { rows: trainRows, maxBin, threads });
  const opened = { library, train, merged, booster: undefined };
  const followedTrain = request.evaluateTrain === true ? [{ name: 'train', matrix: train }] : [];
  if (request.validate === undefined) return { ...opened, validate: undefined, followed: followedTrain };
  try {
    const { rows, counts } = prepareValidation(request, request.validate);
    const validate = createTrainingMatrix(library, { rows: limitCategories(rows, trainRows), maxBin, threads, reference: train });
    return { ...opened, validate, followed: [{ name: 'validate', matrix: validate, ...(counts === undefined ? {} : { counts }) }, ...followedTrain] };
  } catch (error) {
    library.freeMatrix(train);
    throw error;
  }
}

/** Rows to follow metrics on; where that is the AUC of two classes alone, in the form that is asked for it fastest. */
function prepareValidation(request: TrainRequest, validate: TrainerRows): { readonly rows: PreparedRows; readonly counts?: ClassCounts } {
  const { parameters, evaluateTrain } = request;
  const metrics = followedMetrics(request);
  const binary = /^binary:/.test(String(parameters['objective'] ?? ''));
  const aucAlone = metrics.length === 1 && metrics[0] === 'auc' && evaluateTrain !== true;
  if (binary && aucAlone && isOfClasses(validate) && validate.weights === undefined) return prepareForAuc(validate);
  return { rows: prepareRows(validate, mergeValidation(request)) };
}

function isOfClasses(rows: TrainerRows): rows is ClassRows {
  return rows.target.kind === 'classes';
}

function closeSession({ library, train, validate, booster }: Session): void {
  if (booster !== undefined) library.freeBooster(booster);
  if (validate !== undefined) library.freeMatrix(validate);
  library.freeMatrix(train);
}

/** Sampling draws rows: merged ones would be drawn together. Rankings and Cox regression depend on the rows' order. */
function mergeTraining(request: TrainRequest): 'auto' | boolean {
  const { parameters, train, mergeRows } = request;
  if (mergeRows !== 'auto') return mergeRows;
  const sampled = Number(parameters['subsample'] ?? 1) < 1;
  return sampled || train.weights !== undefined || readsOrder(parameters) ? false : 'auto';
}

function mergeValidation(request: TrainRequest): 'auto' | boolean {
  const { parameters, validate, mergeRows } = request;
  if (mergeRows !== 'auto') return mergeRows;
  return validate?.weights !== undefined || readsOrder(parameters) ? false : 'auto';
}

function readsOrder(parameters: XgboostParameters): boolean {
  return /^(?:rank|survival):/.test(String(parameters['objective'] ?? ''));
}

async function runSegments(session: Session, request: TrainRequest): Promise<TrainingState> {
  const saved = await request.checkpoint.load();
  let state = (saved && decodeCheckpoint(saved)) ?? { round: 0, curve: {}, booster: new Uint8Array() };
  for (;;) {
    startSegment(session, request, state);
    const { end, stopped, best } = runSegment(session, request, state);
    const done = stopped || end === request.rounds;
    const booster = done ? new Uint8Array() : session.library.serialize(session.booster as Handle);
    state = { round: end, curve: state.curve, booster, ...(best === undefined ? {} : { best }) };
    if (done) return state;
    await request.checkpoint.save(encodeCheckpoint(state));
  }
}

/** A new booster, with what the last segment left or, at the very start, with the parameters. */
function startSegment(session: Session, request: TrainRequest, state: TrainingState): void {
  const { library } = session;
  if (session.booster !== undefined) library.freeBooster(session.booster);
  session.booster = undefined;
  const booster = library.createBooster([session.train, ...(session.validate === undefined ? [] : [session.validate])]);
  session.booster = booster;
  if (state.round > 0) library.unserialize(booster, state.booster);
  else configureBooster(library, booster, request);
  library.setParameter(booster, 'nthread', String(request.threads));
  library.setParameter(booster, 'seed', String(request.seed(Math.floor(state.round / request.segment))));
}

function configureBooster(library: XgboostLibrary, booster: Handle, request: TrainRequest): void {
  for (const [name, value] of boosterParameters(request)) library.setParameter(booster, name, value);
  const { features } = matrixOf(request.train);
  library.setModelInfo(booster, 'feature_name', modelFeatureNames(features.map((feature) => feature.name)));
  library.setModelInfo(booster, 'feature_type', features.map((feature) => (feature.kind === 'category' ? 'c' : 'q')));
}

function boosterParameters(request: TrainRequest): [string, string][] {
  const oneHot = oneHotThreshold(matrixOf(request.train));
  const parameters: XgboostParameters = {
    tree_method: 'hist',
    ...(oneHot === undefined ? {} : { max_cat_to_onehot: oneHot }),
    ...request.parameters,
  };
  return [
    ...Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    ...followedMetrics(request).map((metric): [string, string] => ['eval_metric', metric]),
  ];
}

function followedMetrics({ evalMetrics, earlyStopping }: TrainRequest): string[] {
  return [...new Set([...evalMetrics, ...(earlyStopping === undefined ? [] : [earlyStopping.metric])])];
}

/**
 * One-hot splits are one category against the rest, for features with fewer categories than this. XGBoost has one
 * threshold for all features, so native ones with fewer categories are split the same way.
 */
function oneHotThreshold(matrix: Matrix): number | undefined {
  const sizes = matrix.features.flatMap((feature) =>
    feature.kind === 'category' && feature.oneHot ? [feature.levels.length] : [],
  );
  return sizes.length === 0 ? undefined : Math.max(...sizes) + 1;
}

interface SegmentEnd {
  readonly end: number;
  readonly stopped: boolean;
  readonly best: BestRound | undefined;
}

/** Trains to the segment's end, the last round, or where early stopping says; appends to the state's curve. */
function runSegment(session: Session, request: TrainRequest, state: TrainingState): SegmentEnd {
  const { earlyStopping, rounds, segment } = request;
  const rule = earlyStopping && stoppingRule(earlyStopping);
  const last = Math.min(rounds, (Math.floor(state.round / segment) + 1) * segment);
  let best = state.best;
  for (let round = state.round; round < last; round++) {
    session.library.update(session.booster as Handle, round, session.train);
    const values = evaluateRound(session.library, session.booster as Handle, round, session.followed);
    appendCurve(state.curve, values);
    if (earlyStopping !== undefined && rule !== undefined) best = updateBest(best, stoppingValue(values, earlyStopping), round + 1, rule);
    request.onRound?.({ round: round + 1, rounds, metrics: roundMetrics(values) });
    if (rule !== undefined && best !== undefined && isStopped(best, round + 1, rule)) {
      return { end: round + 1, stopped: true, best };
    }
  }
  return { end: last, stopped: false, best };
}

function stoppingValue(values: Evaluation, rule: EarlyStopping): number {
  const value = values['validate']?.[rule.metric];
  if (value === undefined) throw new Error(`early stopping on ${rule.metric} needs validation rows and that metric`);
  return value;
}

function appendCurve(curve: Curve, values: Evaluation): void {
  const parts = curve as Record<string, Record<string, number[]>>;
  for (const [part, metrics] of Object.entries(values)) {
    const series = (parts[part] ??= {});
    for (const [metric, value] of Object.entries(metrics)) (series[metric] ??= []).push(value);
  }
}

function roundMetrics(values: Evaluation): Record<string, number> {
  const onTrain = Object.entries(values['train'] ?? {}).map(([metric, value]) => [`train_${metric}`, value] as const);
  return { ...values['validate'], ...Object.fromEntries(onTrain) };
}

function finishModel(session: Session, request: TrainRequest, state: TrainingState): TrainedModel {
  const { library, merged } = session;
  const bestRound = state.best?.round ?? state.round;
  const whole = session.booster as Handle;
  const booster = bestRound < state.round ? library.slice(whole, bestRound) : whole;
  try {
    const model = library.saveModel(booster, 'ubj');
    const importance = featureImportance(library, booster, matrixOf(request.train));
    return { model, rounds: state.round, bestRound, curve: state.curve, importance, merged };
  } finally {
    if (booster !== whole) library.freeBooster(booster);
  }
}

function featureImportance(library: XgboostLibrary, booster: Handle, matrix: Matrix): FeatureImportance[] {
  // Scores come by name: positions are unique, and need no escaping.
  const positions = matrix.features.map((_, index) => `f${index}`);
  const gain = library.featureScores(booster, 'gain', positions);
  const weight = library.featureScores(booster, 'weight', positions);
  return matrix.features.map(({ name }, index) => {
    const position = `f${index}`;
    return { feature: name, gain: gain.get(position) ?? 0, weight: weight.get(position) ?? 0 };
  });
}
