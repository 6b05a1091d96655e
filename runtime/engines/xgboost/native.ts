import type koffi from 'koffi';
import { StepError } from '../../../compiler/kinds/run.ts';
import { cleanXgboostError } from './clean-error.ts';

/** Calls by name into XGBoost's shared library, and what reading their results needs. */
export interface Native {
  /** Calls a function; its failure is a StepError in one sentence. */
  readonly call: (name: string, ...values: unknown[]) => void;
  /** Calls a function whose last parameter takes the handle of what it makes. */
  readonly create: (name: string, ...values: unknown[]) => bigint;
  /** A place for a result. */
  readonly out: () => unknown[];
  readonly copyBytes: (pointer: unknown, length: number) => Uint8Array;
  readonly copyFloats: (pointer: unknown, length: number) => Float32Array;
  readonly copyStrings: (pointer: unknown, length: number) => string[];
  readonly copySizes: (pointer: unknown, length: number) => number[];
  /** Gives `make` the callbacks from which XGBoost pulls batches: one batch, that `fill` sets. */
  readonly withBatch: (fill: () => void, make: (reset: bigint, next: bigint) => bigint) => bigint;
  /** The address of an array's memory, which stays where it is for as long as the array lives. */
  readonly address: (array: ArrayBufferView) => number;
}

/** Loads the shared library and binds its functions. */
export async function loadNative(path: string): Promise<Native> {
  const koffi = (await import('koffi')).default;
  // OpenMP's threads spin while they wait for each other. Beside other work that takes the processor from the thread
  // they wait for: at a load of 10 on two cores, training took 64 and 68 s spinning, 23 and 26 s sleeping. Its runtime
  // reads this when it is loaded.
  process.env['OMP_WAIT_POLICY'] ??= 'passive';
  const call = bindFunctions(loadLibrary(koffi, path));
  const out = (): unknown[] => [null];
  const create = (name: string, ...values: unknown[]) => {
    const handle = out();
    call(name, ...values, handle);
    return handle[0] as bigint;
  };
  // `decode` copies into a typed array of the type. (A type made by `koffi.array` would never be freed.)
  const copy = (pointer: unknown, type: string, length: number): unknown => koffi.decode(pointer, type, length);
  return {
    call,
    create,
    out,
    copyBytes: (pointer, length) => (length === 0 ? new Uint8Array() : (copy(pointer, 'uint8_t', length) as Uint8Array)),
    copyFloats: (pointer, length) => (length === 0 ? new Float32Array() : (copy(pointer, 'float', length) as Float32Array)),
    copyStrings: (pointer, length) => (length === 0 ? [] : (copy(pointer, 'const char *', length) as string[])),
    copySizes: (pointer, length) => Array.from(copy(pointer, 'uint64_t', length) as BigUint64Array, Number),
    withBatch: (fill, make) => withBatch(koffi, fill, make),
    address: (array) => Number(koffi.address(array)),
  };
}

type Koffi = typeof koffi;
type Library = ReturnType<Koffi['load']>;

/** Parameters of the functions, as C declares them; each returns 0 for success. */
const SIGNATURES: Readonly<Record<string, string>> = {
  XGBSetGlobalConfig: 'const char *config',
  XGProxyDMatrixCreate: '_Out_ void **out',
  XGProxyDMatrixSetDataColumnar: 'void *proxy, const char *columns',
  XGDMatrixSetInfoFromInterface: 'void *matrix, const char *field, const char *array',
  XGDMatrixSetStrFeatureInfo: 'void *matrix, const char *field, const char **values, uint64_t size',
  XGQuantileDMatrixCreateFromCallback:
    'void *iterator, void *proxy, void *reference, void *reset, void *next, const char *config, _Out_ void **out',
  XGDMatrixFree: 'void *matrix',
  XGBoosterCreate: 'void **matrices, uint64_t size, _Out_ void **out',
  XGBoosterFree: 'void *booster',
  XGBoosterSetParam: 'void *booster, const char *name, const char *value',
  XGBoosterSetStrFeatureInfo: 'void *booster, const char *field, const char **values, uint64_t size',
  XGBoosterUpdateOneIter: 'void *booster, int round, void *train',
  XGBoosterEvalOneIter:
    'void *booster, int round, void **matrices, const char **names, uint64_t size, _Out_ const char **out',
  XGBoosterSlice: 'void *booster, int begin, int end, int step, _Out_ void **out',
  XGBoosterSaveModelToBuffer: 'void *booster, const char *config, _Out_ uint64_t *size, _Out_ void **out',
  XGBoosterLoadModelFromBuffer: 'void *booster, void *bytes, uint64_t size',
  XGBoosterSerializeToBuffer: 'void *booster, _Out_ uint64_t *size, _Out_ void **out',
  XGBoosterUnserializeFromBuffer: 'void *booster, void *bytes, uint64_t size',
  XGBoosterFeatureScore:
    'void *booster, const char *config, _Out_ uint64_t *size, _Out_ void **names, _Out_ uint64_t *dimensions, _Out_ void **shape, _Out_ void **scores',
  XGBoosterPredictFromDMatrix:
    'void *booster, void *matrix, const char *config, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **values',
  XGBoosterPredictFromColumnar:
    'void *booster, const char *columns, const char *config, void *proxy, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **values',
  XGBoosterPredictFromDense:
    'void *booster, const char *array, const char *config, void *proxy, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **values',
};

function loadLibrary(koffi: Koffi, path: string): Library {
  try {
    return koffi.load(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint =
      process.platform === 'darwin' && /libomp/.test(reason)
        ? 'it needs the OpenMP library: brew install libomp'
        : process.platform === 'win32'
          ? 'it needs the Microsoft Visual C++ runtime: winget install Microsoft.VCRedist.2015+.x64'
          : 'XGBoost needs glibc 2.28 or later; if the file is damaged, delete its folder and it is fetched again';
    throw new StepError(`XGBoost's library cannot be loaded: ${reason}`, hint);
  }
}

function bindFunctions(library: Library): Native['call'] {
  const lastError = library.func('const char *XGBGetLastError()') as () => string;
  const bound = new Map<string, (...values: unknown[]) => number>();
  for (const [name, parameters] of Object.entries(SIGNATURES)) bound.set(name, library.func(`int ${name}(${parameters})`));
  return (name, ...values) => {
    const invoke = bound.get(name);
    if (invoke === undefined) throw new Error(`${name} is not bound`);
    if (invoke(...values) !== 0) throw new StepError(cleanXgboostError(lastError()));
  };
}

function withBatch(koffi: Koffi, fill: () => void, make: (reset: bigint, next: bigint) => bigint): bigint {
  let given = false;
  // A throw inside a callback is lost on its way through C, so it is kept here.
  let failure: { readonly error: unknown } | undefined;
  const reset = koffi.register(() => {
    given = false;
  }, koffi.pointer(koffi.proto('void', ['void *'])));
  const next = koffi.register(() => {
    if (given || failure !== undefined) return 0;
    given = true;
    try {
      fill();
      return 1;
    } catch (error) {
      failure = { error };
      return 0;
    }
  }, koffi.pointer(koffi.proto('int', ['void *'])));
  try {
    const made = make(reset, next);
    if (failure === undefined) return made;
  } catch (error) {
    failure ??= { error };
  } finally {
    koffi.unregister(next);
    koffi.unregister(reset);
  }
  throw failure.error;
}
