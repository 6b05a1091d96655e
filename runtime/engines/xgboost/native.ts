import type koffi from 'koffi';
import { loadNative, type Native } from '../load-native.ts';
import { cleanXgboostError } from './clean-error.ts';

/** XGBoost's shared library. */
export interface XgboostNative extends Native {
  /** Gives `make` the callbacks from which XGBoost pulls batches: one batch, that `fill` sets. */
  readonly withBatch: (fill: () => void, make: (reset: bigint, next: bigint) => bigint) => bigint;
}

/** Loads XGBoost's shared library and binds its functions. */
export async function loadXgboost(path: string): Promise<XgboostNative> {
  const native = await loadNative({
    engine: 'XGBoost',
    path,
    signatures: SIGNATURES,
    lastError: 'XGBGetLastError',
    clean: cleanXgboostError,
    hint: 'XGBoost needs glibc 2.28 or later; if the file is damaged, delete its folder and it is fetched again',
  });
  return { ...native, withBatch: (fill, make) => withBatch(native.koffi, fill, make) };
}

type Koffi = typeof koffi;

/** Parameters of the functions, as C declares them. */
const SIGNATURES: Readonly<Record<string, string>> = {
  XGBSetGlobalConfig: 'const char *config',
  XGTrackerCreate: 'const char *config, _Out_ void **out',
  XGTrackerRun: 'void *tracker, const char *config',
  XGTrackerWorkerArgs: 'void *tracker, _Out_ const char **out',
  XGCommunicatorInit: 'const char *config',
  XGCommunicatorFinalize: '',
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
