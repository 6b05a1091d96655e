import { StepError } from '../../../compiler/kinds/run.ts';
import { matrixColumns, type Column } from '../../data/columns.ts';
import type { EnginePredictor, PredictorRequest } from '../../trainers/predictor.ts';
import { askOnce } from '../../trainers/row-memory.ts';
import { denseRows } from './dense-rows.ts';
import { openLightgbm } from './library.ts';

/** A model that is open in LightGBM. */
export type LightgbmPredictor = EnginePredictor<Float64Array>;

/** Opens a model. Its calls are synchronous, on as many threads as are given. */
export async function openLightgbmPredictor(request: PredictorRequest): Promise<LightgbmPredictor> {
  const { model, features, threads, classes = 2 } = request;
  const library = await openLightgbm(request.library);
  const text = new TextDecoder().decode(model);
  if (!text.startsWith('tree\n')) throw new StepError('LightGBM: this is no model of its format');
  const booster = library.loadModel(text);
  const width = classes > 2 ? classes : 1;
  const found = library.classes(booster);
  // LightGBM writes as many as it has, wherever that ends.
  if (found !== width) {
    library.freeBooster(booster);
    throw new StepError(`LightGBM: the model gives ${found} values a row where ${width} were expected`);
  }
  const ask = askOnce({
    ask: (columns: readonly Column[], rows: number) => library.predict(booster, denseRows(columns, rows, 'rows'), { type: 'value', width, threads }),
    width,
    empty: (length) => new Float64Array(length),
  });
  const row = new Float64Array(features.length);
  const values = new Float64Array(width);
  const single = library.openRow(booster, row, values);
  return {
    predict: (matrix) => ask(matrixColumns(matrix), matrix.rows),
    predictRow: (given) => {
      row.set(given);
      single.predict();
      return values;
    },
    close: () => {
      single.close();
      library.freeBooster(booster);
    },
  };
}
