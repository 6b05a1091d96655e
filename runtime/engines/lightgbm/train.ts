import { StepError } from '../../../compiler/kinds/run.ts';
import { rowColumns, sliceColumns } from '../../data/columns.ts';
import { matrixOf, rowCount, type TrainerRows } from '../../data/matrix.ts';
import type { TrainingState } from '../../trainers/checkpoint.ts';
import { checkClasses, undefinedMetric, type Evaluation } from '../../trainers/evaluation.ts';
import type { EngineParameters } from '../../trainers/parameters.ts';
import { trainInSegments } from '../../trainers/segments.ts';
import { followedMetrics, oneHotThreshold, stoppingOf, type FeatureImportance, type TrainedModel, type TrainRequest } from '../../trainers/training.ts';
import { denseRows } from './dense-rows.ts';
import { openLightgbm, type Handle, type LightgbmLibrary } from './library.ts';
import { withoutSettings } from './model-text.ts';
import { blocksOf, createMatrix, describeMatrix } from './training-matrix.ts';

/**
 * Trains gradient boosted trees. A segment goes on as LightGBM goes on with a model: from what its trees say of the rows.
 * Trees that are dropped or averaged cannot be gone on with, so `dart` and `rf` are one segment.
 *
 * Throws a StepError for what LightGBM refuses.
 */
export async function trainLightgbm(request: TrainRequest): Promise<TrainedModel> {
  checkRows(request);
  const session = openSession(await openLightgbm(request.library), request);
  const { library } = session;
  try {
    const state = await trainInSegments(
      {
        format: 'mlp-lightgbm-checkpoint-1',
        start: (saved, seed) => startSegment(session, request, saved, seed),
        update: () => library.update(session.booster as Handle),
        evaluate: () => evaluateRound(session),
        size: () => library.rounds(session.booster as Handle),
        serialize: () => new TextEncoder().encode(library.modelText(session.booster as Handle, -1)),
        ...stoppingOf(request, MAXIMIZED),
      },
      { ...request, segment: isWhole(request.parameters) ? request.rounds : request.segment },
    );
    return finishModel(session, request, state);
  } finally {
    closeSession(session);
  }
}

/** Metrics of which more is better, as LightGBM's documentation of `metric` says. */
const MAXIMIZED = /^(?:auc|average_precision|auc_mu|r2|ndcg|map)(?:@|$)/;

function isWhole({ boosting }: EngineParameters): boolean {
  return boosting === 'dart' || boosting === 'rf';
}

function checkRows({ train }: TrainRequest): void {
  if (rowCount(train) === 0) throw new StepError('LightGBM: there are no rows to train on');
  if (matrixOf(train).features.length === 0) throw new StepError('LightGBM: there are no features to train on');
  // LightGBM would take them for 0 and for very large numbers.
  if (train.target.kind === 'numbers' && !train.target.values.every(Number.isFinite)) {
    throw new StepError('LightGBM: the target is infinite or not a number in some training rows', 'filter these rows in SQL');
  }
}

/** What lives in LightGBM while training, each handle to be freed once. */
interface Session {
  readonly library: LightgbmLibrary;
  readonly train: Handle;
  readonly validate: Handle | undefined;
  booster: Handle | undefined;
  /** Names of the metrics that are followed; known with the first booster. */
  metrics: readonly string[];
}

function openSession(library: LightgbmLibrary, request: TrainRequest): Session {
  const { train, validate } = request;
  const settings = printParameters(datasetParameters(request));
  const matrices: Handle[] = [];
  try {
    if (validate !== undefined) checkClasses('LightGBM', validate.target, followedMetrics(request).find((name) => name === 'auc' || name === 'average_precision'));
    const trainMatrix = createMatrix(library, train, settings, null);
    matrices.push(trainMatrix);
    if (validate !== undefined) matrices.push(createMatrix(library, validate, settings, trainMatrix));
    describeMatrix(library, trainMatrix, train);
    if (validate !== undefined) describeMatrix(library, matrices[1] as Handle, validate);
    return { library, train: trainMatrix, validate: matrices[1], booster: undefined, metrics: [] };
  } catch (error) {
    for (const matrix of matrices) library.freeMatrix(matrix);
    throw error;
  }
}

function closeSession({ library, train, validate, booster }: Session): void {
  if (booster !== undefined) library.freeBooster(booster);
  if (validate !== undefined) library.freeMatrix(validate);
  library.freeMatrix(train);
}

/**
 * Values for which a thread of its own pays. LightGBM's threads meet several times a leaf, and with few values wait longer
 * for each other than they work; the model is the same on any number of threads.
 */
const VALUES_A_THREAD = 250_000;

function usefulThreads({ train, threads }: Pick<TrainRequest, 'train' | 'threads'>): number {
  const values = rowCount(train) * matrixOf(train).features.length;
  return Math.min(threads, Math.max(1, Math.floor(values / VALUES_A_THREAD)));
}

/** What is the same for every segment: bins are made with the first one's seed. */
export function datasetParameters(request: Pick<TrainRequest, 'train' | 'parameters' | 'threads' | 'seed' | 'evalMetrics' | 'earlyStopping'>): EngineParameters {
  const { features } = matrixOf(request.train);
  const categories = features.flatMap((feature, index) => (feature.kind === 'category' ? [index] : []));
  const oneHot = oneHotThreshold(request.train);
  return {
    ...(oneHot === undefined ? {} : { max_cat_to_onehot: oneHot }),
    ...request.parameters,
    ...(categories.length === 0 ? {} : { categorical_feature: categories.join(',') }),
    ...metricParameters(followedMetrics(request)),
    // Without these, threads and measured times would decide how sums are ordered.
    deterministic: true,
    force_col_wise: true,
    num_threads: usefulThreads(request),
    verbosity: -1,
    seed: request.seed(0),
  };
}

/** Metrics as LightGBM is told of them: the places of `ndcg@5` stand by themselves. */
function metricParameters(names: readonly string[]): EngineParameters {
  const places = [...new Set(names.flatMap((name) => name.split('@')[1] ?? []))];
  const metrics = [...new Set(names.map((name) => name.split('@')[0]))];
  return { metric: metrics.join(',') || 'None', ...(places.length === 0 ? {} : { eval_at: places.join(',') }) };
}

/** Parameters as LightGBM reads them. */
export function printParameters(parameters: EngineParameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function startSegment(session: Session, request: TrainRequest, saved: Uint8Array | undefined, seed: number): void {
  const { library, train, validate } = session;
  if (session.booster !== undefined) library.freeBooster(session.booster);
  session.booster = undefined;
  const before = saved === undefined ? undefined : library.loadModel(new TextDecoder().decode(saved));
  try {
    if (before !== undefined) {
      const width = request.parameters['num_class'] === undefined ? 1 : Number(request.parameters['num_class']);
      library.setField(train, 'init_score', rawScores(library, before, request.train, { width, threads: request.threads }));
      if (validate !== undefined && request.validate !== undefined) {
        library.setField(validate, 'init_score', rawScores(library, before, request.validate, { width, threads: request.threads }));
      }
    }
    const booster = library.createBooster(train, printParameters({ ...datasetParameters(request), seed }));
    session.booster = booster;
    if (validate !== undefined) library.addValidation(booster, validate);
    if (before !== undefined) library.merge(booster, before);
    session.metrics = library.metricNames(booster);
  } finally {
    if (before !== undefined) library.freeBooster(before);
  }
}

/** What a model's trees add up to for rows, class after class: what the next tree goes on from. */
function rawScores(library: LightgbmLibrary, booster: Handle, given: TrainerRows, { width, threads }: { readonly width: number; readonly threads: number }): Float64Array {
  const rows = rowCount(given);
  const columns = rowColumns(given);
  const raw = new Float64Array(rows * width);
  for (const { start, end } of blocksOf(columns, rows)) {
    raw.set(library.predict(booster, denseRows(sliceColumns(columns, start, end), end - start, 'rows'), { type: 'raw', width, threads }), start * width);
  }
  if (width === 1) return raw;
  const scores = new Float64Array(raw.length);
  for (let row = 0; row < rows; row++) for (let k = 0; k < width; k++) scores[k * rows + row] = raw[row * width + k] as number;
  return scores;
}

function evaluateRound({ library, booster, validate, metrics }: Session): Evaluation {
  if (validate === undefined || metrics.length === 0) return {};
  const values = library.evaluate(booster as Handle, 1, metrics.length);
  const bad = metrics[values.findIndex((value) => !Number.isFinite(value))];
  if (bad !== undefined) throw undefinedMetric('LightGBM', bad, 'validate');
  return { validate: Object.fromEntries(metrics.map((metric, index) => [metric, values[index] as number])) };
}

function finishModel({ library, booster }: Session, request: TrainRequest, state: TrainingState): TrainedModel {
  const { round, best, curve } = state;
  const size = best?.size ?? library.rounds(booster as Handle);
  const model = new TextEncoder().encode(withoutSettings(library.modelText(booster as Handle, size)));
  return { model, rounds: round, bestRound: best?.round ?? round, curve, importance: featureImportance(library, booster as Handle, request.train, size) };
}

/** Mean gain and number of the splits by each feature in the first rounds. */
export function featureImportance(library: LightgbmLibrary, booster: Handle, rows: TrainerRows, rounds: number): FeatureImportance[] {
  const { features } = matrixOf(rows);
  const splits = library.importance(booster, 'split', rounds, features.length);
  const gain = library.importance(booster, 'gain', rounds, features.length);
  return features.map(({ name }, index) => {
    const weight = splits[index] ?? 0;
    return { feature: name, gain: weight === 0 ? 0 : (gain[index] ?? 0) / weight, weight };
  });
}
