import { StepError } from '../../../compiler/kinds/run.ts';
import type { Matrix } from '../../data/matrix.ts';
import { MERGE_PAYS } from '../../data/merge-rows.ts';
import { describeArray, matrixColumns, sliceColumns, withColumns, type Column } from './columns.ts';
import { openXgboost, type Handle, type XgboostLibrary } from './library.ts';
import { openMemory } from './row-memory.ts';

/** A model to be opened. */
export interface PredictorRequest {
  /** Path of XGBoost's shared library. */
  readonly library: string;
  /** A model as `trainXgboost` gives it. */
  readonly model: Uint8Array;
  /** How many features a row has. */
  readonly features: number;
  readonly threads: number;
  /** How many classes there are; absent for a regression. */
  readonly classes?: number;
}

/** An open model; `close` frees it. Not for use after that. */
export interface XgboostPredictor {
  /**
   * What the model says of rows, in the layout of `Scores.values`: the value of a regression, the probability of the last
   * of two classes, or for k > 2 classes k probabilities a row. The matrix has the features of the training matrix, in its
   * order. Missing and unseen categories are missing values.
   */
  readonly predict: (matrix: Matrix) => Float32Array;
  /** The same for one row: its features in order, as numbers, codes of categories, NaN for what is missing. */
  readonly predictRow: (values: ArrayLike<number>) => Float32Array;
  readonly close: () => void;
}

/** Opens a model. Its calls are synchronous, on as many threads as are given. */
export async function openXgboostPredictor({ library: path, model, features, threads, classes }: PredictorRequest): Promise<XgboostPredictor> {
  const library = await openXgboost(path);
  const booster = loadBooster(library, model, threads);
  const row = new Float32Array(features);
  const described = describeArray(library, row, [1, features]);
  return {
    predict: rememberingPredictor(library, booster, predictionWidth(classes)),
    predictRow: (values) => {
      row.set(values);
      return library.predictDense(booster, described, CONFIG);
    },
    close: () => {
      library.freeBooster(booster);
    },
  };
}

/** Rows that are looked up at once, and then asked about. */
const SLICE_ROWS = 2 ** 17;

/** What is remembered of rows: no more different ones than this, and no more bytes of their features. */
const REMEMBERED = { rows: 2 ** 19, bytes: 32 * 2 ** 20 };

/**
 * Predicts each different row once, and remembers what it said from one matrix to the next, as long as rows come again.
 * Memory stays within bounds: what is remembered is forgotten when it is too much.
 */
function rememberingPredictor(library: XgboostLibrary, booster: Handle, width: number): XgboostPredictor['predict'] {
  let memory = openMemory(width);
  let pays = true;
  const ask = (columns: readonly Column[], rows: number): Float32Array => {
    const values = withColumns(library, columns, (json) => library.predictColumns(booster, json, CONFIG));
    checkWidth(values.length, rows * width);
    return values;
  };
  return ({ rows, ...matrix }) => {
    const columns = matrixColumns({ rows, ...matrix });
    const values = new Float32Array(rows * width);
    const rowBytes = columns.reduce((bytes, column) => bytes + column.values.BYTES_PER_ELEMENT, 0);
    const most = Math.min(REMEMBERED.rows, REMEMBERED.bytes / Math.max(1, rowBytes));
    for (let start = 0; start < rows; start += SLICE_ROWS) {
      const end = Math.min(rows, start + SLICE_ROWS);
      const slice = rows <= SLICE_ROWS ? columns : sliceColumns(columns, start, end);
      const of = values.subarray(start * width, end * width);
      if (!pays) {
        of.set(ask(slice, end - start));
        continue;
      }
      if (memory.size() > most) memory = openMemory(width);
      const fresh = memory.recall(slice, of, ask);
      pays = fresh <= MERGE_PAYS * (end - start) || end - start < SLICE_ROWS;
    }
    return values;
  };
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
