import type { RunContext } from '../../compiler/kinds/run.ts';
import type { StoredModel } from '../../compiler/plan/artifact.ts';
import type { Feature, Matrix } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { calibrator, type Adjustment } from './adjust/adjustment.ts';
import { libraryOf } from './boosting/run-boosting.ts';
import type { LinearModel } from './linear/linear-model.ts';
import { predictBaseline, type BaselineModel } from './linear/baseline.ts';
import { linearPredictor } from './linear/predict-linear.ts';
import { engineFolder } from './network/engine-folder.ts';

/** A loaded model: what evaluation, prediction and serving ask. Not for use after `close`. */
export interface Predictor {
  /** What it says of rows, in the layout of `Scores.values`. */
  readonly predict: (matrix: Matrix) => Scores['values'] | Promise<Scores['values']>;
  /** The same for one row: features in the order of their names, as numbers, codes of categories, NaN for what is missing. */
  readonly predictRow: (values: ArrayLike<number>) => ArrayLike<number>;
  readonly close: () => void;
}

/** What loading asks of a step's context. */
type LoadingContext = Pick<RunContext, 'readBlob' | 'engines' | 'threads'>;

/** A model to be loaded. */
interface Loading {
  /** As its kind has written them. */
  readonly bytes: Uint8Array;
  readonly model: StoredModel;
  /** The features that rows will have; its own rows do not matter. */
  readonly template: Matrix;
  readonly context: LoadingContext;
}

/** How the models of each kind are loaded. */
const LOADERS: Readonly<Record<string, (loading: Loading) => Promise<Predictor>>> = {
  xgboost: loadXgboost,
  lightgbm: loadLightgbm,
  random_forest: loadForest,
  extra_trees: loadForest,
  logistic: loadLinear,
  linear: loadLinear,
  network: loadNetwork,
  baseline: loadBaseline,
  adjust: loadAdjusted,
};

/** Loads a model for rows with the features that `template` has. */
export async function openPredictor(
  context: LoadingContext,
  model: StoredModel,
  template: Matrix,
): Promise<Predictor> {
  const load = LOADERS[model.kind];
  if (load === undefined) throw new Error(`no predictor for models of the kind ${model.kind}`);
  return load({ bytes: await context.readBlob(model.model.digest), model, template, context });
}

async function loadXgboost({ bytes, model, template, context }: Loading): Promise<Predictor> {
  const { openXgboostPredictor } = await import('../../runtime/engines/xgboost/predict.ts');
  const library = libraryOf(context, { engine: 'xgboost', label: 'XGBoost' });
  return openXgboostPredictor({ library, model: bytes, features: template.features.length, threads: context.threads, ...classesOf(model) });
}

async function loadLightgbm({ bytes, model, template, context }: Loading): Promise<Predictor> {
  const { openLightgbmPredictor } = await import('../../runtime/engines/lightgbm/predict.ts');
  const library = libraryOf(context, { engine: 'lightgbm', label: 'LightGBM' });
  return openLightgbmPredictor({ library, model: bytes, features: template.features.length, threads: context.threads, ...classesOf(model) });
}

async function loadForest({ bytes, model, template, context }: Loading): Promise<Predictor> {
  const { openForestPredictor } = await import('../../runtime/engines/lightgbm/forest.ts');
  const library = libraryOf(context, { engine: 'lightgbm', label: 'LightGBM' });
  return openForestPredictor({ library, model: bytes, features: template.features.length, threads: context.threads, ...classesOf(model) });
}

function classesOf({ task, classes }: StoredModel): { readonly classes?: number } {
  return task === 'regression' ? {} : { classes: classes.length };
}

function loadLinear({ bytes, template }: Loading): Promise<Predictor> {
  const predict = linearPredictor(JSON.parse(new TextDecoder().decode(bytes)) as LinearModel);
  return Promise.resolve({ predict, predictRow: rowOfMatrix(template, predict), close: () => undefined });
}

async function loadNetwork({ bytes, template, context: { engines } }: Loading): Promise<Predictor> {
  const [{ openTfjs }, { decodeNetwork }, { networkPredictor }] = await Promise.all([
    import('../../runtime/engines/tfjs/open-tfjs.ts'),
    import('./network/network-model.ts'),
    import('./network/predict-network.ts'),
  ]);
  const predict = networkPredictor(await openTfjs(engineFolder(engines)), decodeNetwork(bytes));
  return { predict, predictRow: rowOfMatrix(template, predict), close: () => undefined };
}

function loadBaseline({ bytes }: Loading): Promise<Predictor> {
  const baseline = JSON.parse(new TextDecoder().decode(bytes)) as BaselineModel;
  return Promise.resolve({
    predict: ({ rows }) => predictBaseline(baseline, rows),
    predictRow: () => predictBaseline(baseline, 1),
    close: () => undefined,
  });
}

async function loadAdjusted({ bytes, model, template, context }: Loading): Promise<Predictor> {
  const { calibration } = JSON.parse(new TextDecoder().decode(bytes)) as Adjustment;
  const [member] = model.members ?? [];
  if (member === undefined) throw new Error('an adjusted model has lost the one that it wraps');
  const wrapped = await openPredictor(context, member, template);
  if (calibration === undefined) return wrapped;
  const calibrate = calibrator(calibration);
  return {
    predict: async (matrix) => calibrate(await wrapped.predict(matrix)),
    predictRow: (values) => calibrate(wrapped.predictRow(values)),
    close: wrapped.close,
  };
}

/** Predicts a row through a matrix of one row, which is used again each time. */
function rowOfMatrix(template: Matrix, predict: (matrix: Matrix) => Scores['values']): Predictor['predictRow'] {
  const features = template.features.map(
    (feature): Feature => (feature.kind === 'category' ? { ...feature, codes: new Uint32Array(1) } : { ...feature, values: new Float64Array(1) }),
  );
  const matrix: Matrix = { rows: 1, features };
  return (values) => {
    features.forEach((feature, index) => {
      const value = values[index] ?? NaN;
      if (feature.kind === 'numeric') feature.values[0] = value;
      else feature.codes[0] = Number.isNaN(value) ? 0xffffffff : value;
    });
    return predict(matrix);
  };
}
