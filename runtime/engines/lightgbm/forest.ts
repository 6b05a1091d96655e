import { StepError } from '../../../compiler/kinds/run.ts';
import { matrixOf, rowCount, type Target, type TrainerRows } from '../../data/matrix.ts';
import type { EngineParameters } from '../../trainers/parameters.ts';
import type { PredictorRequest } from '../../trainers/predictor.ts';
import { trainInSegments, type SegmentsRequest } from '../../trainers/segments.ts';
import type { FeatureImportance } from '../../trainers/training.ts';
import { openLightgbm, type Handle, type LightgbmLibrary } from './library.ts';
import { withoutSettings } from './model-text.ts';
import { openLightgbmPredictor, type LightgbmPredictor } from './predict.ts';
import { datasetParameters, featureImportance, printParameters } from './train.ts';
import { createMatrix, describeMatrix } from './training-matrix.ts';

/** Everything that a forest takes; `rounds` are its trees, or its trees of each class. */
export interface ForestRequest extends SegmentsRequest {
  /** Path of LightGBM's shared library. */
  readonly library: string;
  readonly train: TrainerRows;
  /** How trees grow, by LightGBM's names. */
  readonly parameters: EngineParameters;
  readonly threads: number;
}

/** A forest as LightGBM's model, and how much it uses each feature. */
export interface TrainedForest {
  readonly model: Uint8Array;
  readonly importance: readonly FeatureImportance[];
}

/** Megabytes of histograms that are kept: deep trees have more leaves than there is memory for. */
const HISTOGRAM_POOL = 256;

/**
 * Trains a forest: trees that do not know of each other, averaged. For LightGBM it is boosting whose gradients never
 * change: the truth less its mean, with Hessians of 1 (or the rows' weights). A leaf is then the mean of its rows' truth,
 * a split is the one of least squares (of 0 and 1: of Gini's impurity), and a learning rate of 1 / trees takes the mean of
 * the trees. Several classes have trees each, of whether a row is of the class. (Breiman, Random Forests, Machine Learning
 * 45, 2001; Geurts, Ernst and Wehenkel, Extremely randomized trees, Machine Learning 63, 2006.)
 */
export async function trainForest(request: ForestRequest): Promise<TrainedForest> {
  const { train, parameters, rounds, threads } = request;
  const library = await openLightgbm(request.library);
  const truth = truthOf(train);
  const settings: EngineParameters = {
    ...{ objective: 'custom', learning_rate: 1 / rounds, lambda_l2: 0, cat_l2: 0, min_sum_hessian_in_leaf: 0, min_data_in_bin: 1 },
    histogram_pool_size: HISTOGRAM_POOL,
    ...(truth.means.length === 1 ? {} : { num_class: truth.means.length }),
    ...parameters,
  };
  const printed = (seed: number): string => printParameters({ ...datasetParameters({ train, parameters: settings, threads, seed: request.seed, evalMetrics: [] }), seed });
  const matrix = createMatrix(library, train, printed(request.seed(0)), null);
  const session: { booster: Handle | undefined } = { booster: undefined };
  const current = (): Handle => session.booster as Handle;
  try {
    describeMatrix(library, matrix, train);
    await trainInSegments(
      {
        format: 'mlp-lightgbm-forest-1',
        start: (saved, seed) => {
          if (session.booster !== undefined) library.freeBooster(session.booster);
          session.booster = undefined;
          session.booster = library.createBooster(matrix, printed(seed));
          if (saved !== undefined) mergeSaved(library, session.booster, saved);
        },
        update: () => library.updateBy(current(), truth.gradients, truth.hessians),
        evaluate: () => ({}),
        size: () => library.rounds(current()),
        serialize: () => new TextEncoder().encode(library.modelText(current(), -1)),
      },
      request,
    );
    addMeans(library, current(), truth.means);
    const model = new TextEncoder().encode(withoutSettings(library.modelText(current(), -1)));
    return { model, importance: featureImportance(library, current(), train, -1) };
  } finally {
    if (session.booster !== undefined) library.freeBooster(session.booster);
    library.freeMatrix(matrix);
  }
}

function mergeSaved(library: LightgbmLibrary, booster: Handle, saved: Uint8Array): void {
  const trees = library.loadModel(new TextDecoder().decode(saved));
  try {
    library.merge(booster, trees);
  } finally {
    library.freeBooster(trees);
  }
}

interface Truth {
  /** Of the target, or of being of each class; of two classes, of the last. */
  readonly means: readonly number[];
  /** Class after class. */
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
}

function truthOf(given: TrainerRows): Truth {
  const rows = rowCount(given);
  const { target, weights } = given;
  if (rows === 0) throw new StepError('LightGBM: there are no rows to train on');
  if (matrixOf(given).features.length === 0) throw new StepError('LightGBM: there are no features to train on');
  if (target.kind === 'numbers' && !target.values.every(Number.isFinite)) {
    throw new StepError('the target is infinite or not a number in some training rows', 'filter these rows in SQL');
  }
  const outputs = outputsOf(target);
  const gradients = new Float32Array(rows * outputs.length);
  const hessians = new Float32Array(gradients.length);
  const means = outputs.map((valueOf, output) => {
    let [sum, total] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const weight = weights?.[row] ?? 1;
      sum += weight * valueOf(row);
      total += weight;
    }
    const mean = sum / total;
    for (let row = 0; row < rows; row++) {
      const weight = weights?.[row] ?? 1;
      gradients[output * rows + row] = weight * (mean - valueOf(row));
      hessians[output * rows + row] = weight;
    }
    return mean;
  });
  return { means, gradients, hessians };
}

/** The truth of a row, as numbers that are averaged. */
function outputsOf(target: Target): ((row: number) => number)[] {
  if (target.kind === 'numbers') return [(row) => target.values[row] ?? 0];
  const { classes, codes } = target;
  const ones = classes.map((_, label) => (row: number): number => (codes[row] === label ? 1 : 0));
  return classes.length === 2 ? ones.slice(1) : ones;
}

/** Puts what the gradients leave out into the first tree of each output, so that the model needs nothing beside it. */
function addMeans(library: LightgbmLibrary, booster: Handle, means: readonly number[]): void {
  const leaves = [...library.modelText(booster, 1).matchAll(/^num_leaves=(\d+)$/gm)].map(([, count]) => Number(count));
  means.forEach((mean, tree) => {
    for (let leaf = 0; leaf < (leaves[tree] ?? 0); leaf++) library.addToLeaf(booster, tree, leaf, mean);
  });
}

/** Opens a forest: of several classes, the shares that its trees give them add up to 1; of two, they stay within 0 and 1. */
export async function openForestPredictor(request: PredictorRequest): Promise<LightgbmPredictor> {
  const predictor = await openLightgbmPredictor(request);
  const { classes } = request;
  if (classes === undefined) return predictor;
  const width = classes > 2 ? classes : 1;
  return {
    predict: (matrix) => asShares(predictor.predict(matrix), width),
    predictRow: (values) => asShares(predictor.predictRow(values), width),
    close: predictor.close,
  };
}

function asShares(values: Float64Array, width: number): Float64Array {
  for (let at = 0; at < values.length; at++) values[at] = Math.min(1, Math.max(0, values[at] as number));
  if (width === 1) return values;
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let at = start; at < start + width; at++) sum += values[at] as number;
    for (let at = start; at < start + width; at++) values[at] = sum > 0 ? (values[at] as number) / sum : 1 / width;
  }
  return values;
}
