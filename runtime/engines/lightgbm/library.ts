import { existsSync } from 'node:fs';
import { openMpBeside } from '../../providers/openmp.ts';
import { loadNative, type Native } from '../load-native.ts';
import { cleanLightgbmError } from './clean-error.ts';

/** A pointer of LightGBM's: a booster, a matrix. */
export type Handle = bigint;

/** Rows in double or single precision, one after the other or column by column. */
export interface DenseRows {
  readonly values: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly layout: 'rows' | 'columns';
}

/** Some rows of a table, by columns: values that are not 0, and which of these rows they stand in. */
export interface SampledColumns {
  readonly values: readonly Float64Array[];
  readonly places: readonly Int32Array[];
  /** How many rows there are in the sample. */
  readonly rows: number;
}

/** What is asked of a model: the value or the probabilities, or what the trees add up to. */
export type PredictionType = 'value' | 'raw';

/**
 * The functions of LightGBM's C interface that the engine uses, checked: a failure is a StepError in one sentence.
 * They are synchronous, so they belong into a worker process. Its handles are the caller's to free. `parameters` are
 * LightGBM's own, `name=value` between blanks.
 */
export interface LightgbmLibrary {
  /** Which rows, of so many, bins are made from. */
  readonly sampleRows: (rows: number, parameters: string) => Int32Array;
  /** Makes a matrix of bins for rows that are pushed into it. */
  readonly createFromSample: (sample: SampledColumns, rows: number, parameters: string) => Handle;
  /** The same with the bins of another matrix. */
  readonly createByReference: (reference: Handle, rows: number) => Handle;
  /** Puts rows, one after the other, into a matrix; when it has all of them, it is done. None of them is kept. */
  readonly pushRows: (matrix: Handle, rows: DenseRows, start: number) => void;
  readonly setField: (matrix: Handle, field: 'label' | 'weight' | 'init_score' | 'group', values: Float32Array | Float64Array | Int32Array) => void;
  readonly setFeatureNames: (matrix: Handle, names: readonly string[]) => void;
  readonly freeMatrix: (matrix: Handle) => void;
  readonly createBooster: (train: Handle, parameters: string) => Handle;
  readonly addValidation: (booster: Handle, matrix: Handle) => void;
  /** Puts the trees of another booster before the booster's own. */
  readonly merge: (booster: Handle, other: Handle) => void;
  /** Trains a round; where no split is found, the booster stays as it is. */
  readonly update: (booster: Handle) => void;
  /** The same by gradients and Hessians of one's own, class after class. */
  readonly updateBy: (booster: Handle, gradients: Float32Array, hessians: Float32Array) => void;
  /** Names of the metrics, in the order of `evaluate`. */
  readonly metricNames: (booster: Handle) => string[];
  /** Metrics of the training rows (0) or of the validation rows (1). */
  readonly evaluate: (booster: Handle, matrix: number, metrics: number) => Float64Array;
  /** Values that a row gets: 1, or one a class. */
  readonly classes: (booster: Handle) => number;
  /** Rounds that the booster has. */
  readonly rounds: (booster: Handle) => number;
  /** The model of the first rounds, as LightGBM writes it; of all, if `rounds` is −1. */
  readonly modelText: (booster: Handle, rounds: number) => string;
  readonly loadModel: (text: string) => Handle;
  /** Adds to what a leaf of a tree says; trees are counted round after round, class after class. */
  readonly addToLeaf: (booster: Handle, tree: number, leaf: number, by: number) => void;
  readonly importance: (booster: Handle, type: 'split' | 'gain', rounds: number, features: number) => Float64Array;
  readonly predict: (booster: Handle, rows: DenseRows, request: { readonly type: PredictionType; readonly width: number; readonly threads: number }) => Float64Array;
  /** Readies a booster for single rows: the function takes `columns` doubles from `row` and leaves what it says in `values`. */
  readonly openRow: (booster: Handle, row: Float64Array, values: Float64Array) => { readonly predict: () => void; readonly close: () => void };
  readonly freeBooster: (booster: Handle) => void;
  /** Joins the workers at the addresses `machines`, of which `port` is this one's; datasets and boosters made from then on are shared. */
  readonly joinNetwork: (network: { readonly machines: string; readonly port: number; readonly minutes: number; readonly workers: number }) => void;
  readonly leaveNetwork: () => void;
  /** Every parameter that it knows, with the other names of each. */
  readonly parameterAliases: () => Readonly<Record<string, readonly string[]>>;
}

/** Loads LightGBM's shared library. */
export async function openLightgbm(path: string): Promise<LightgbmLibrary> {
  // Put there where the system has none.
  const openMp = openMpBeside(path);
  const native = await loadNative({
    engine: 'LightGBM',
    path,
    signatures: SIGNATURES,
    lastError: 'LGBM_GetLastError',
    clean: cleanLightgbmError,
    hint: 'LightGBM needs glibc 2.28 or later and libgomp.so.1; if the file is damaged, delete its folder and it is fetched again',
    needs: existsSync(openMp) ? [openMp] : [],
  });
  silence(native);
  const { call } = native;
  return {
    ...matrixFunctions(native),
    ...trainingFunctions(native),
    ...modelFunctions(native),
    joinNetwork: ({ machines, port, minutes, workers }) => call('LGBM_NetworkInit', machines, port, minutes, workers),
    leaveNetwork: () => call('LGBM_NetworkFree'),
  };
}

/** Parameters of the functions, as C declares them. */
const SIGNATURES: Readonly<Record<string, string>> = {
  LGBM_RegisterLogCallback: 'void *callback',
  LGBM_DumpParamAliases: 'int64_t size, _Out_ int64_t *needed, void *text',
  LGBM_NetworkInit: 'const char *machines, int port, int minutes, int workers',
  LGBM_NetworkFree: '',
  LGBM_GetSampleCount: 'int32_t rows, const char *parameters, _Out_ int *count',
  LGBM_SampleIndices: 'int32_t rows, const char *parameters, void *places, _Out_ int32_t *count',
  LGBM_DatasetCreateFromSampledColumn:
    'const void *values, const void *places, int32_t columns, const void *counts, int32_t sampled, int32_t rows, int64_t all_rows, const char *parameters, _Out_ void **out',
  LGBM_DatasetCreateByReference: 'void *reference, int64_t rows, _Out_ void **out',
  LGBM_DatasetPushRows: 'void *matrix, const void *values, int type, int32_t rows, int32_t columns, int32_t start',
  LGBM_DatasetSetField: 'void *matrix, const char *field, const void *values, int size, int type',
  LGBM_DatasetSetFeatureNames: 'void *matrix, const char **names, int size',
  LGBM_DatasetFree: 'void *matrix',
  LGBM_BoosterCreate: 'void *train, const char *parameters, _Out_ void **out',
  LGBM_BoosterAddValidData: 'void *booster, void *matrix',
  LGBM_BoosterMerge: 'void *booster, void *other',
  LGBM_BoosterUpdateOneIter: 'void *booster, _Out_ int *finished',
  LGBM_BoosterUpdateOneIterCustom: 'void *booster, const float *gradients, const float *hessians, _Out_ int *finished',
  LGBM_BoosterGetEvalCounts: 'void *booster, _Out_ int *size',
  LGBM_BoosterGetEvalNames: 'void *booster, int size, _Out_ int *found, uint64_t length, _Out_ uint64_t *needed, void *names',
  LGBM_SetMaxThreads: 'int threads',
  LGBM_BoosterGetEval: 'void *booster, int matrix, _Out_ int *size, double *values',
  LGBM_BoosterGetNumClasses: 'void *booster, _Out_ int *classes',
  LGBM_BoosterGetCurrentIteration: 'void *booster, _Out_ int *rounds',
  LGBM_BoosterSaveModelToString: 'void *booster, int start, int rounds, int importance, int64_t size, _Out_ int64_t *needed, void *text',
  LGBM_BoosterLoadModelFromString: 'const char *text, _Out_ int *rounds, _Out_ void **out',
  LGBM_BoosterGetLeafValue: 'void *booster, int tree, int leaf, double *value',
  LGBM_BoosterSetLeafValue: 'void *booster, int tree, int leaf, double value',
  LGBM_BoosterFeatureImportance: 'void *booster, int rounds, int type, double *values',
  LGBM_BoosterPredictForMat:
    'void *booster, const void *values, int type, int32_t rows, int32_t columns, int row_major, int predict_type, int start, int rounds_used, const char *parameters, _Out_ int64_t *size, double *predicted',
  LGBM_BoosterPredictForMatSingleRowFastInit:
    'void *booster, int predict_type, int start, int rounds, int type, int32_t columns, const char *parameters, _Out_ void **out',
  LGBM_BoosterPredictForMatSingleRowFast: 'void *fast, const void *row, _Out_ int64_t *size, double *predicted',
  LGBM_FastConfigFree: 'void *fast',
  LGBM_BoosterFree: 'void *booster',
};

/** `C_API_DTYPE_…` of its header. */
function typeOf(values: Float32Array | Float64Array | Int32Array): number {
  return values instanceof Float32Array ? 0 : values instanceof Float64Array ? 1 : 2;
}

/** It writes to standard output otherwise. What fails is told by the function that fails. */
function silence({ koffi, call }: Native): void {
  call('LGBM_RegisterLogCallback', koffi.register(() => undefined, koffi.pointer(koffi.proto('void', ['const char *']))));
}

function matrixFunctions({ call, create, out, address }: Native) {
  const pointers = (arrays: readonly ArrayBufferView[]): BigUint64Array => BigUint64Array.from(arrays, (array) => BigInt(address(array)));
  return {
    sampleRows: (rows: number, parameters: string) => {
      const count = out();
      call('LGBM_GetSampleCount', rows, parameters, count);
      const places = new Int32Array(Number(count[0]));
      call('LGBM_SampleIndices', rows, parameters, places, count);
      return places.subarray(0, Number(count[0]));
    },
    createFromSample: ({ values, places, rows: sampled }: SampledColumns, rows: number, parameters: string) => {
      const counts = Int32Array.from(values, ({ length }) => length);
      return create('LGBM_DatasetCreateFromSampledColumn', pointers(values), pointers(places), values.length, counts, sampled, rows, rows, parameters);
    },
    createByReference: (reference: Handle, rows: number) => create('LGBM_DatasetCreateByReference', reference, rows),
    pushRows: (matrix: Handle, { values, rows, columns }: DenseRows, start: number) => call('LGBM_DatasetPushRows', matrix, values, typeOf(values), rows, columns, start),
    setField: (matrix: Handle, field: string, values: Float32Array | Float64Array | Int32Array) =>
      call('LGBM_DatasetSetField', matrix, field, values, values.length, typeOf(values)),
    setFeatureNames: (matrix: Handle, names: readonly string[]) => call('LGBM_DatasetSetFeatureNames', matrix, names, names.length),
    freeMatrix: (matrix: Handle) => call('LGBM_DatasetFree', matrix),
  };
}

/** Longer than the name of any metric. */
const NAME_BYTES = 128;

function trainingFunctions({ call, create, out, address }: Native) {
  const number = (name: string, booster: Handle): number => {
    const found = out();
    call(name, booster, found);
    return Number(found[0]);
  };
  return {
    createBooster: (train: Handle, parameters: string) => create('LGBM_BoosterCreate', train, parameters),
    addValidation: (booster: Handle, matrix: Handle) => call('LGBM_BoosterAddValidData', booster, matrix),
    merge: (booster: Handle, other: Handle) => call('LGBM_BoosterMerge', booster, other),
    update: (booster: Handle) => call('LGBM_BoosterUpdateOneIter', booster, out()),
    updateBy: (booster: Handle, gradients: Float32Array, hessians: Float32Array) => call('LGBM_BoosterUpdateOneIterCustom', booster, gradients, hessians, out()),
    metricNames: (booster: Handle) => {
      const names = Array.from({ length: number('LGBM_BoosterGetEvalCounts', booster) }, () => new Uint8Array(NAME_BYTES));
      const places = BigUint64Array.from(names, (name) => BigInt(address(name)));
      call('LGBM_BoosterGetEvalNames', booster, names.length, out(), NAME_BYTES, out(), places);
      return names.map((name) => textOf(name));
    },
    evaluate: (booster: Handle, matrix: number, metrics: number) => {
      const values = new Float64Array(metrics);
      // Sums over rows have other last digits on other numbers of threads.
      call('LGBM_SetMaxThreads', 1);
      try {
        call('LGBM_BoosterGetEval', booster, matrix, out(), values);
      } finally {
        call('LGBM_SetMaxThreads', -1);
      }
      return values;
    },
    classes: (booster: Handle) => number('LGBM_BoosterGetNumClasses', booster),
    rounds: (booster: Handle) => number('LGBM_BoosterGetCurrentIteration', booster),
  };
}

function modelFunctions({ call, create, out }: Native) {
  /** Asks for a text twice: first how long it is. */
  const text = (name: string, ...values: unknown[]): string => {
    const needed = out();
    call(name, ...values, 0, needed, null);
    const bytes = new Uint8Array(Number(needed[0]));
    call(name, ...values, bytes.length, needed, bytes);
    return textOf(bytes);
  };
  return {
    modelText: (booster: Handle, rounds: number) => text('LGBM_BoosterSaveModelToString', booster, 0, rounds, 0),
    loadModel: (model: string) => create('LGBM_BoosterLoadModelFromString', model, out()),
    addToLeaf: (booster: Handle, tree: number, leaf: number, by: number) => {
      const value = new Float64Array(1);
      call('LGBM_BoosterGetLeafValue', booster, tree, leaf, value);
      call('LGBM_BoosterSetLeafValue', booster, tree, leaf, (value[0] ?? 0) + by);
    },
    importance: (booster: Handle, type: 'split' | 'gain', rounds: number, features: number) => {
      const values = new Float64Array(features);
      call('LGBM_BoosterFeatureImportance', booster, rounds, type === 'split' ? 0 : 1, values);
      return values;
    },
    predict: (booster: Handle, { values, rows, columns, layout }: DenseRows, { type, width, threads }: { type: PredictionType; width: number; threads: number }) => {
      const predicted = new Float64Array(rows * width);
      const how = [type === 'raw' ? 1 : 0, 0, -1, `num_threads=${threads} verbosity=-1`];
      call('LGBM_BoosterPredictForMat', booster, values, typeOf(values), rows, columns, layout === 'rows' ? 1 : 0, ...how, out(), predicted);
      return predicted;
    },
    openRow: (booster: Handle, row: Float64Array, values: Float64Array) => {
      const fast = create('LGBM_BoosterPredictForMatSingleRowFastInit', booster, 0, 0, -1, typeOf(row), row.length, 'num_threads=1 verbosity=-1');
      const size = out();
      return { predict: () => call('LGBM_BoosterPredictForMatSingleRowFast', fast, row, size, values), close: () => call('LGBM_FastConfigFree', fast) };
    },
    freeBooster: (booster: Handle) => call('LGBM_BoosterFree', booster),
    parameterAliases: () => JSON.parse(text('LGBM_DumpParamAliases')) as Record<string, string[]>,
  };
}

/** A text that ends with a zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
