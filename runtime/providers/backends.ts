import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** TensorFlow's own library among the engines: networks run on it where a lock has it, and else on TensorFlow.js. */
export const TENSORFLOW = 'tensorflow';

/** TensorFlow.js among the engines. */
export const TENSORFLOWJS = 'tensorflowjs';

/** The version that new locks pin. */
export const TENSORFLOWJS_VERSION = '4.22.0';

/** The backends of TensorFlow.js, from the fastest: CUDA, TensorFlow's library, WebAssembly, plain JavaScript. */
export const BACKENDS = ['node-gpu', 'node', 'wasm', 'cpu'] as const;

/** A backend of TensorFlow.js. */
export type Backend = (typeof BACKENDS)[number];

const PACKAGES: Readonly<Record<Backend, string>> = {
  'node-gpu': '@tensorflow/tfjs-node-gpu',
  node: '@tensorflow/tfjs-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
  cpu: '@tensorflow/tfjs-backend-cpu',
};

/** The npm package of a backend. */
export function backendPackage(backend: Backend): string {
  return PACKAGES[backend];
}

/** A backend's package as it is installed. */
export interface InstalledBackend {
  readonly folder: string;
  readonly version: string;
}

/** Finds a backend's package: beside this program, or in the project. Nothing of it is loaded. */
export function findBackend(backend: Backend, project: string): InstalledBackend | undefined {
  for (const from of [import.meta.url, join(project, 'package.json')]) {
    try {
      const file = createRequire(from).resolve(`${PACKAGES[backend]}/package.json`);
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
      return { folder: dirname(file), version };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** The best backend that is installed: what a new lock pins for this machine's platform. */
export function bestBackend(project: string): Backend {
  return BACKENDS.find((backend) => findBackend(backend, project) !== undefined) ?? 'wasm';
}
