import type { Native } from '../load-native.ts';
import { loadXgboost, type XgboostNative } from './native.ts';

/** A pointer of XGBoost's: a booster, a matrix. */
export type Handle = bigint;

/**
 * The functions of XGBoost's C interface that the engine uses, checked: a failure is a StepError in one sentence.
 * They are synchronous, so they belong into a worker process. Its handles are the caller's to free.
 */
export interface XgboostLibrary {
  readonly createProxy: () => Handle;
  /** `columns`: a JSON list of array interfaces. */
  readonly setColumns: (proxy: Handle, columns: string) => void;
  /** `field`: `label`, `weight` or `qid`; `array`: an array interface. */
  readonly setInfo: (matrix: Handle, field: string, array: string) => void;
  /** `c` or `q` for each column. */
  readonly setFeatureTypes: (matrix: Handle, types: readonly string[]) => void;
  /** Makes a matrix of bins of what `fill` puts into `proxy`; `reference` is the matrix whose bins it takes. */
  readonly createQuantileMatrix: (proxy: Handle, reference: Handle | null, config: string, fill: () => void) => Handle;
  readonly freeMatrix: (matrix: Handle) => void;
  readonly createBooster: (matrices: readonly Handle[]) => Handle;
  readonly setParameter: (booster: Handle, name: string, value: string) => void;
  /** What the saved model says of its features. */
  readonly setModelInfo: (booster: Handle, field: 'feature_name' | 'feature_type', values: readonly string[]) => void;
  readonly update: (booster: Handle, round: number, train: Handle) => void;
  /** One line: `[round]`, then `name-metric:value` of each matrix and metric, between tabs. */
  readonly evaluate: (booster: Handle, round: number, matrices: readonly Handle[], names: readonly string[]) => string;
  /** The booster of the rounds before `end`. */
  readonly slice: (booster: Handle, end: number) => Handle;
  readonly saveModel: (booster: Handle, format: 'ubj' | 'json') => Uint8Array;
  readonly loadModel: (booster: Handle, model: Uint8Array) => void;
  /** Model and configuration: all that going on with training needs. */
  readonly serialize: (booster: Handle) => Uint8Array;
  readonly unserialize: (booster: Handle, bytes: Uint8Array) => void;
  /** Scores of the features that have any, under the names given for them. */
  readonly featureScores: (booster: Handle, importance: 'gain' | 'weight', names: readonly string[]) => Map<string, number>;
  /** Predictions for a matrix that the booster was created with, of all rounds: each is asked once, when it is new. */
  readonly predictMatrix: (booster: Handle, matrix: Handle) => Float32Array;
  readonly predictColumns: (booster: Handle, columns: string, config: string) => Float32Array;
  readonly predictDense: (booster: Handle, array: string, config: string) => Float32Array;
  readonly freeBooster: (booster: Handle) => void;
  /** The address of an array's memory, which stays where it is for as long as the array lives. */
  readonly address: (array: ArrayBufferView) => number;
}

/** Loads XGBoost's shared library. */
export async function openXgboost(path: string): Promise<XgboostLibrary> {
  const native = await loadXgboost(path);
  native.call('XGBSetGlobalConfig', '{"verbosity":0}');
  return { ...matrixFunctions(native), ...boosterFunctions(native), ...outputFunctions(native), address: native.address };
}

function matrixFunctions({ call, create, withBatch }: XgboostNative) {
  return {
    createProxy: () => create('XGProxyDMatrixCreate'),
    setColumns: (proxy: Handle, columns: string) => call('XGProxyDMatrixSetDataColumnar', proxy, columns),
    setInfo: (matrix: Handle, field: string, array: string) => call('XGDMatrixSetInfoFromInterface', matrix, field, array),
    setFeatureTypes: (matrix: Handle, types: readonly string[]) =>
      call('XGDMatrixSetStrFeatureInfo', matrix, 'feature_type', types, types.length),
    createQuantileMatrix: (proxy: Handle, reference: Handle | null, config: string, fill: () => void) =>
      withBatch(fill, (reset, next) =>
        create('XGQuantileDMatrixCreateFromCallback', null, proxy, reference, reset, next, config),
      ),
    freeMatrix: (matrix: Handle) => call('XGDMatrixFree', matrix),
  };
}

function boosterFunctions({ call, create, out }: Native) {
  return {
    createBooster: (matrices: readonly Handle[]) => create('XGBoosterCreate', matrices, matrices.length),
    setParameter: (booster: Handle, name: string, value: string) => call('XGBoosterSetParam', booster, name, value),
    setModelInfo: (booster: Handle, field: string, values: readonly string[]) =>
      call('XGBoosterSetStrFeatureInfo', booster, field, values, values.length),
    update: (booster: Handle, round: number, train: Handle) => call('XGBoosterUpdateOneIter', booster, round, train),
    evaluate: (booster: Handle, round: number, matrices: readonly Handle[], names: readonly string[]) => {
      const line = out();
      call('XGBoosterEvalOneIter', booster, round, matrices, names, matrices.length, line);
      return line[0] as string;
    },
    slice: (booster: Handle, end: number) => create('XGBoosterSlice', booster, 0, end, 1),
    loadModel: (booster: Handle, model: Uint8Array) => call('XGBoosterLoadModelFromBuffer', booster, model, model.length),
    unserialize: (booster: Handle, bytes: Uint8Array) =>
      call('XGBoosterUnserializeFromBuffer', booster, bytes, bytes.length),
    freeBooster: (booster: Handle) => call('XGBoosterFree', booster),
  };
}

const VALUES = JSON.stringify({ type: 0, training: false, iteration_begin: 0, iteration_end: 0, strict_shape: false });

function outputFunctions({ call, out, copyBytes, copyFloats, copyStrings, copySizes }: Native) {
  const bytes = (name: string, ...values: unknown[]) => {
    const [length, start] = [out(), out()];
    call(name, ...values, length, start);
    return copyBytes(start[0], Number(length[0]));
  };
  const prediction = (name: string, ...values: unknown[]) => {
    const [shape, dimensions, start] = [out(), out(), out()];
    call(name, ...values, shape, dimensions, start);
    const sizes = copySizes(shape[0], Number(dimensions[0]));
    return copyFloats(start[0], sizes.reduce((product, size) => product * size, 1));
  };
  return {
    saveModel: (booster: Handle, format: string) => bytes('XGBoosterSaveModelToBuffer', booster, JSON.stringify({ format })),
    serialize: (booster: Handle) => bytes('XGBoosterSerializeToBuffer', booster),
    featureScores: (booster: Handle, importance: string, names: readonly string[]) => {
      const [length, found, dimensions, shape, scores] = [out(), out(), out(), out(), out()];
      const config = JSON.stringify({ importance_type: importance, feature_names: names });
      call('XGBoosterFeatureScore', booster, config, length, found, dimensions, shape, scores);
      const size = Number(length[0]);
      const values = copyFloats(scores[0], size);
      return new Map(copyStrings(found[0], size).map((name, index) => [name, values[index] as number]));
    },
    predictMatrix: (booster: Handle, matrix: Handle) => prediction('XGBoosterPredictFromDMatrix', booster, matrix, VALUES),
    predictColumns: (booster: Handle, columns: string, config: string) =>
      prediction('XGBoosterPredictFromColumnar', booster, columns, config, null),
    predictDense: (booster: Handle, array: string, config: string) =>
      prediction('XGBoosterPredictFromDense', booster, array, config, null),
  };
}
