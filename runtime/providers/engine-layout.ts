import type { Platform } from './platform.ts';
import type { Unpacking } from './unpack-wheel.ts';

/** What of an engine's wheel the program needs. */
export interface EngineLayout extends Unpacking {
  /** Where the shared library lies in the wheel, or the module of one in Python, on the platforms where one can be called. */
  readonly library: Readonly<Partial<Record<Platform, string>>>;
  /** The engine in whose wheel the OpenMP runtime lies that this one needs on Linux and does not bring. */
  readonly openMpOf?: string;
  /** What an engine in Python imports: it comes as an engine of its own. */
  readonly imports?: readonly string[];
}

/** The engines that can be fetched. */
export const ENGINE_LAYOUTS: Readonly<Record<string, EngineLayout>> = {
  catboost: {
    // Without what shows pictures in notebooks, and the search for neighbours.
    keeps: (name) => /^(?:catboost\/(?!hnsw\/|widget\/).+|[^/]+\.(?:dist-info\/licenses|libs)\/[^/]+)$/.test(name),
    library: everywhere('catboost/core.py'),
    imports: ['numpy'],
  },
  lightgbm: {
    keeps: (name) => /^(?:lightgbm\/(?:lib|bin)\/lib_lightgbm\.(?:so|dylib|dll)|[^/]+\.dist-info\/licenses\/[^/]+)$/.test(name),
    library: {
      'darwin-arm64': 'lightgbm/lib/lib_lightgbm.dylib',
      'linux-arm64': 'lightgbm/lib/lib_lightgbm.so',
      'linux-x64': 'lightgbm/lib/lib_lightgbm.so',
      'win32-x64': 'lightgbm/bin/lib_lightgbm.dll',
    },
    openMpOf: 'xgboost',
  },
  numpy: {
    keeps: (name) => /^(?:numpy\/.+|numpy\.libs\/[^/]+|[^/]+\.dist-info\/LICENSE[^/]*|[^/]+\.dist-info\/licenses\/.+)$/.test(name) && !/\/(?:tests|include)\/|\.(?:pyi|a)$/.test(name),
    library: everywhere('numpy/__init__.py'),
  },
  tensorflow: {
    keeps: (name) => /^tensorflow\/(?:libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib)|THIRD_PARTY_NOTICES\.txt)$/.test(name),
    withoutSymbols: true,
    library: {
      'darwin-arm64': 'tensorflow/libtensorflow_cc.2.dylib',
      'linux-arm64': 'tensorflow/libtensorflow_cc.so.2',
      'linux-x64': 'tensorflow/libtensorflow_cc.so.2',
    },
  },
  xgboost: {
    // The library looks for its OpenMP runtime in `….libs`, two folders up.
    keeps: (name) => /^(?:xgboost\/lib\/|[^/]+\.libs\/|[^/]+\.dist-info\/licenses\/)[^/]+$/.test(name),
    library: {
      'darwin-arm64': 'xgboost/lib/libxgboost.dylib',
      'linux-arm64': 'xgboost/lib/libxgboost.so',
      'linux-x64': 'xgboost/lib/libxgboost.so',
      'win32-x64': 'xgboost/lib/xgboost.dll',
    },
  },
};

function everywhere(name: string): Readonly<Record<Platform, string>> {
  return { 'darwin-arm64': name, 'linux-arm64': name, 'linux-x64': name, 'win32-x64': name };
}
