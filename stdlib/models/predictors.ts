import type { StoredModel } from '../../compiler/plan/artifact.ts';
import { hasClasses } from '../../compiler/types.ts';
import type { Feature, Matrix } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { calibrator, type Adjustment } from './adjust/adjustment.ts';
import { libraryOf } from './boosting/run-boosting.ts';
import type { LinearModel } from './linear/linear-model.ts';
import { predictBaseline, type BaselineModel } from './linear/baseline.ts';
import { linearPredictor } from './linear/predict-linear.ts';
import type { LoadingContext, OpenPredictor, Predictor } from './predictor.ts';

/** A model to be loaded. */
interface Loading {
  /** As its kind has written them. */
  readonly bytes: Uint8Array;
  readonly model: StoredModel;
  /** The features that rows will have; its own rows do not matter. */
  readonly template: Matrix;
  readonly context: LoadingContext;
}

/** A model that looks at one set of features. */
interface SinglePredictor {
  readonly predict: (matrix: Matrix) => Scores['values'] | Promise<Scores['values']>;
  readonly predictRow: (values: ArrayLike<number>) => ArrayLike<number>;
  readonly close: () => void;
}

/** How the models of each kind are loaded. */
const LOADERS: Readonly<Record<string, (loading: Loading) => Promise<SinglePredictor>>> = {
  xgboost: loadXgboost,
  lightgbm: loadLightgbm,
  catboost: loadCatboost,
  random_forest: loadForest,
  extra_trees: loadForest,
  logistic: loadLinear,
  linear: loadLinear,
  network: loadNetwork,
  mlp: loadNetwork,
  cnn: loadNetwork,
  rnn: loadNetwork,
  baseline: loadBaseline,
};

/** Loads a model for rows with the features that `templates` have; their rows do not matter. */
export const openPredictor: OpenPredictor = async (context, model, templates) => {
  if (model.kind === 'adjust') return openAdjusted(context, model, templates);
  if (model.members !== undefined) return (await import('../ensembles/open-ensemble.ts')).openEnsemble(context, model, { templates, open: openPredictor });
  const load = LOADERS[model.kind];
  if (load === undefined) throw new Error(`no predictor for models of the kind ${model.kind}`);
  const { predict, predictRow, close } = await load({ bytes: await context.readBlob(model.model.digest), model, template: only(templates), context });
  return { predict: (sets) => predict(only(sets)), predictRow: (sets) => predictRow(only(sets)), close };
};

/** The set of features of a model that is not made of others, or the model that another one is made of. */
function only<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('a model has lost what it needs');
  return one;
}

async function loadXgboost({ bytes, model, template, context }: Loading): Promise<SinglePredictor> {
  const { openXgboostPredictor } = await import('../../runtime/engines/xgboost/predict.ts');
  const library = libraryOf(context, { engine: 'xgboost', label: 'XGBoost' });
  return openXgboostPredictor({ library, model: bytes, features: template.features, threads: context.threads, ...classesOf(model) });
}

async function loadLightgbm({ bytes, model, template, context }: Loading): Promise<SinglePredictor> {
  const { openLightgbmPredictor } = await import('../../runtime/engines/lightgbm/predict.ts');
  const library = libraryOf(context, { engine: 'lightgbm', label: 'LightGBM' });
  return openLightgbmPredictor({ library, model: bytes, features: template.features, threads: context.threads, ...classesOf(model) });
}

async function loadCatboost({ bytes, model, template }: Loading): Promise<SinglePredictor> {
  const { openCatboostPredictor } = await import('../../runtime/engines/catboost/predict.ts');
  return openCatboostPredictor({ model: bytes, features: template.features, ...classesOf(model) });
}

async function loadForest({ bytes, model, template, context }: Loading): Promise<SinglePredictor> {
  const { openForestPredictor } = await import('../../runtime/engines/lightgbm/forest.ts');
  const library = libraryOf(context, { engine: 'lightgbm', label: 'LightGBM' });
  return openForestPredictor({ library, model: bytes, features: template.features, threads: context.threads, ...classesOf(model) });
}

function classesOf({ task, classes }: StoredModel): { readonly classes?: number } {
  return hasClasses(task) ? { classes: classes.length } : {};
}

function loadLinear({ bytes, template }: Loading): Promise<SinglePredictor> {
  const predict = linearPredictor(JSON.parse(new TextDecoder().decode(bytes)) as LinearModel);
  return Promise.resolve({ predict, predictRow: rowOfMatrix(template, predict), close: () => undefined });
}

async function loadNetwork({ bytes, template, context: { engines } }: Loading): Promise<SinglePredictor> {
  const [{ openNetworks }, { decodeNetwork }, { networkPredictor }] = await Promise.all([
    import('./network/open-networks.ts'),
    import('./network/network-model.ts'),
    import('./network/predict-network.ts'),
  ]);
  const { predict, close } = networkPredictor(await openNetworks(engines), decodeNetwork(bytes));
  return { predict, predictRow: rowOfMatrix(template, predict), close };
}

function loadBaseline({ bytes }: Loading): Promise<SinglePredictor> {
  const baseline = JSON.parse(new TextDecoder().decode(bytes)) as BaselineModel;
  return Promise.resolve({
    predict: ({ rows }) => predictBaseline(baseline, rows),
    predictRow: () => predictBaseline(baseline, 1),
    close: () => undefined,
  });
}

async function openAdjusted(context: LoadingContext, model: StoredModel, templates: readonly Matrix[]): Promise<Predictor> {
  const { calibration } = JSON.parse(new TextDecoder().decode(await context.readBlob(model.model.digest))) as Adjustment;
  const wrapped = await openPredictor(context, only(model.members ?? []), templates);
  if (calibration === undefined) return wrapped;
  const calibrate = calibrator(calibration);
  return {
    predict: async (sets) => calibrate(await wrapped.predict(sets)),
    predictRow: (sets) => calibrate(wrapped.predictRow(sets)),
    close: wrapped.close,
  };
}

/** Predicts a row through a matrix of one row, which is used again each time. */
function rowOfMatrix(template: Matrix, predict: (matrix: Matrix) => Scores['values']): SinglePredictor['predictRow'] {
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
