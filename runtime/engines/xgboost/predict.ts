import { StepError } from '../../../compiler/kinds/run.ts';
import type { Column } from '../../data/columns.ts';
import type { EnginePredictor, PredictorRequest } from '../../trainers/predictor.ts';
import { askOnce } from '../../trainers/row-memory.ts';
import { describeArray, floatColumns, withColumns, type FloatArray } from './columns.ts';
import { openXgboost, type Handle, type XgboostLibrary } from './library.ts';

/** A model that is open in XGBoost. */
export type XgboostPredictor = EnginePredictor<Float32Array>;

/** Opens a model. Its calls are synchronous, on as many threads as are given. */
export async function openXgboostPredictor({ library: path, model, features, threads, classes }: PredictorRequest): Promise<XgboostPredictor> {
  const library = await openXgboost(path);
  const booster = loadBooster(library, model, threads);
  const row = new Float32Array(features.length);
  const described = describeArray(library, row, [1, features.length]);
  return {
    predict: columnPredictor(library, booster, predictionWidth(classes)),
    predictRow: (values) => {
      row.set(values);
      return library.predictDense(booster, described, CONFIG);
    },
    close: () => {
      library.freeBooster(booster);
    },
  };
}

function columnPredictor(library: XgboostLibrary, booster: Handle, width: number): XgboostPredictor['predict'] {
  const ask = askOnce({
    ask: (columns: readonly Column<FloatArray>[], rows: number) => {
      const values = withColumns(library, columns, (json) => library.predictColumns(booster, json, CONFIG));
      checkWidth(values.length, rows * width);
      return values;
    },
    width,
    empty: (length) => new Float32Array(length),
  });
  return (matrix) => ask(floatColumns(matrix), matrix.rows);
}

/** A model in XGBoost's JSON format, for export. */
export async function modelJson(library: string, model: Uint8Array): Promise<Uint8Array> {
  const opened = await openXgboost(library);
  const booster = loadBooster(opened, model, 1);
  try {
    return opened.saveModel(booster, 'json');
  } finally {
    opened.freeBooster(booster);
  }
}

/** Probabilities or values of all rounds. Written by hand: JSON has no NaN, and XGBoost takes no null for it. */
const CONFIG =
  '{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false,"missing":NaN,"cache_id":0}';

function loadBooster(library: XgboostLibrary, model: Uint8Array, threads: number): Handle {
  const booster = library.createBooster([]);
  try {
    library.loadModel(booster, model);
    library.setParameter(booster, 'nthread', String(threads));
    return booster;
  } catch (error) {
    library.freeBooster(booster);
    throw error;
  }
}

function predictionWidth(classes: number | undefined): number {
  return classes === undefined || classes <= 2 ? 1 : classes;
}

function checkWidth(length: number, expected: number): void {
  if (length === expected) return;
  throw new StepError(
    `XGBoost: the model gives ${length} values where ${expected} were expected`,
    'use an objective that gives probabilities of classes: `binary:logistic` or `multi:softprob`',
  );
}
