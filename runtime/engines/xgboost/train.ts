import { StepError } from '../../../compiler/kinds/run.ts';
import type { ClassCounts } from '../../data/area-under-curve.ts';
import { matrixOf, rowCount, type Matrix, type TrainerRows } from '../../data/matrix.ts';
import type { TrainingState } from '../../trainers/checkpoint.ts';
import { modelFeatureNames } from '../../trainers/feature-names.ts';
import type { EngineParameters } from '../../trainers/parameters.ts';
import { trainInSegments } from '../../trainers/segments.ts';
import { followedMetrics, oneHotThreshold, stoppingOf, type FeatureImportance, type TrainedModel, type TrainRequest } from '../../trainers/training.ts';
import { prepareForAuc, type ClassRows } from './auc-rows.ts';
import { evaluateRound, type Followed } from './evaluation.ts';
import { openXgboost, type Handle, type XgboostLibrary } from './library.ts';
import { createTrainingMatrix, limitCategories, prepareRows, type PreparedRows } from './training-matrix.ts';

/** Everything that training takes. */
export interface XgboostRequest extends TrainRequest {
  /** Whether the metrics are followed on the training rows too. Default false: it takes as long as training. */
  readonly evaluateTrain?: boolean;
  /** Whether equal rows are merged into weighted ones. Part of what the model is. */
  readonly mergeRows: 'auto' | boolean;
  /** Whether other workers have other training rows, and the same validation rows, whose levels are those of all. Default false. */
  readonly isShared?: boolean;
}

/** A model in XGBoost's UBJSON, and how it came about. */
export interface XgboostModel extends TrainedModel {
  /** Training rows after and before merging. */
  readonly merged: { readonly rows: number; readonly of: number };
}

/** Trains gradient boosted trees. Throws a StepError for what XGBoost refuses. */
export async function trainXgboost(request: XgboostRequest): Promise<XgboostModel> {
  if (rowCount(request.train) === 0) throw new StepError('XGBoost: there are no rows to train on');
  if (matrixOf(request.train).features.length === 0) throw new StepError('XGBoost: there are no features to train on');
  const session = openSession(await openXgboost(request.library), request);
  try {
    const state = await trainInSegments(
      {
        format: 'mlp-xgboost-checkpoint-2',
        start: (booster, seed) => startSegment(session, request, booster, seed),
        update: (round) => {
          session.library.update(session.booster as Handle, round, session.train);
          session.size = round + 1;
        },
        evaluate: (round) => evaluateRound(session.library, session.booster as Handle, round, session.followed),
        size: () => session.size,
        serialize: () => session.library.serialize(session.booster as Handle),
        ...stoppingOf(request, MAXIMIZED),
      },
      request,
    );
    return finishModel(session, request, state);
  } finally {
    closeSession(session);
  }
}

/** Metrics of which more is better, as XGBoost's documentation of `eval_metric` says. */
const MAXIMIZED = /^(?:auc|aucpr|pre|ndcg|map|interval-regression-accuracy)(?:@|-|$)/;

/** XGBoost's Python package refuses these in names of features, and its dumps are read by white space. */
const REFUSED_IN_NAMES = /[[\]<\s]/g;

/** What lives in XGBoost while training, each handle to be freed once. */
interface Session {
  readonly library: XgboostLibrary;
  readonly train: Handle;
  readonly validate: Handle | undefined;
  readonly merged: XgboostModel['merged'];
  readonly followed: readonly Followed[];
  booster: Handle | undefined;
  /** Rounds that the booster has. */
  size: number;
}

function openSession(library: XgboostLibrary, request: XgboostRequest): Session {
  const { parameters, threads } = request;
  const maxBin = Number(parameters['max_bin'] ?? 256);
  const trainRows = prepareRows(request.train, mergeTraining(request));
  const merged = { rows: trainRows.rows, of: rowCount(request.train) };
  const train = createTrainingMatrix(library, { rows: trainRows, maxBin, threads });
  const opened = { library, train, merged, booster: undefined, size: 0 };
  const followedTrain = request.evaluateTrain === true ? [{ name: 'train', matrix: train }] : [];
  if (request.validate === undefined) return { ...opened, validate: undefined, followed: followedTrain };
  try {
    const { rows, counts } = prepareValidation(request, request.validate);
    const validate = createTrainingMatrix(library, { rows: request.isShared === true ? rows : limitCategories(rows, trainRows), maxBin, threads, reference: train });
    return { ...opened, validate, followed: [{ name: 'validate', matrix: validate, ...(counts === undefined ? {} : { counts }) }, ...followedTrain] };
  } catch (error) {
    library.freeMatrix(train);
    throw error;
  }
}

/** Rows to follow metrics on; where that is the AUC of two classes alone, in the form that is asked for it fastest. */
function prepareValidation(request: XgboostRequest, validate: TrainerRows): { readonly rows: PreparedRows; readonly counts?: ClassCounts } {
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
function mergeTraining(request: XgboostRequest): 'auto' | boolean {
  const { parameters, train, mergeRows } = request;
  if (mergeRows !== 'auto') return mergeRows;
  const sampled = Number(parameters['subsample'] ?? 1) < 1;
  return sampled || train.weights !== undefined || readsOrder(parameters) ? false : 'auto';
}

function mergeValidation(request: XgboostRequest): 'auto' | boolean {
  const { parameters, validate, mergeRows } = request;
  if (mergeRows !== 'auto') return mergeRows;
  return validate?.weights !== undefined || readsOrder(parameters) ? false : 'auto';
}

function readsOrder(parameters: EngineParameters): boolean {
  return /^(?:rank|survival):/.test(String(parameters['objective'] ?? ''));
}

/** A new booster, with what the last segment left or, at the very start, with the parameters. */
function startSegment(session: Session, request: XgboostRequest, saved: Uint8Array | undefined, seed: number): void {
  const { library } = session;
  if (session.booster !== undefined) library.freeBooster(session.booster);
  session.booster = undefined;
  const booster = library.createBooster([session.train, ...(session.validate === undefined ? [] : [session.validate])]);
  session.booster = booster;
  if (saved === undefined) configureBooster(library, booster, request);
  else library.unserialize(booster, saved);
  library.setParameter(booster, 'nthread', String(request.threads));
  library.setParameter(booster, 'seed', String(seed));
}

function configureBooster(library: XgboostLibrary, booster: Handle, request: XgboostRequest): void {
  for (const [name, value] of boosterParameters(request)) library.setParameter(booster, name, value);
  const { features } = matrixOf(request.train);
  library.setModelInfo(booster, 'feature_name', modelFeatureNames(features.map((feature) => feature.name), REFUSED_IN_NAMES));
  library.setModelInfo(booster, 'feature_type', features.map((feature) => (feature.kind === 'category' ? 'c' : 'q')));
}

function boosterParameters(request: XgboostRequest): [string, string][] {
  const oneHot = oneHotThreshold(request.train);
  const parameters: EngineParameters = {
    tree_method: 'hist',
    ...(oneHot === undefined ? {} : { max_cat_to_onehot: oneHot }),
    ...request.parameters,
  };
  return [
    ...Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    ...followedMetrics(request).map((metric): [string, string] => ['eval_metric', metric]),
  ];
}

function finishModel(session: Session, request: XgboostRequest, state: TrainingState): XgboostModel {
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
