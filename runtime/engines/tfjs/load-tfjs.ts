import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Wasm from '@tensorflow/tfjs-backend-wasm';
import type * as Core from '@tensorflow/tfjs-core';

/** TensorFlow.js with a backend that is ready. */
export type Tfjs = typeof Core;

let loaded: { readonly folder: string; readonly tf: Promise<Tfjs> } | undefined;

/**
 * Loads TensorFlow.js with the backend whose package lies in `folder`. It has one backend a process: the first one that
 * was asked for stays.
 */
export function loadTfjs(folder: string): Promise<Tfjs> {
  if (loaded !== undefined && loaded.folder !== folder) throw new Error(`TensorFlow.js runs on ${loaded.folder} already`);
  loaded ??= { folder, tf: load(folder) };
  return loaded.tf;
}

async function load(folder: string): Promise<Tfjs> {
  // Native threads and reordered sums would change results from run to run.
  Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_ENABLE_ONEDNN_OPTS: '0', TF_DETERMINISTIC_OPS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });
  const tf = await import('@tensorflow/tfjs-core');
  const backend = await loadBackend(tf, folder);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its backend ${backend} from ${folder}`);
  await tf.ready();
  return tf;
}

/** Loads a backend's package, which registers itself; its name within TensorFlow.js. */
async function loadBackend(tf: Tfjs, folder: string): Promise<string> {
  const { main } = createRequire(import.meta.url)(join(folder, 'package.json')) as { readonly main: string };
  const module: unknown = await import(pathToFileURL(join(folder, main)).href);
  switch (basename(folder)) {
    case 'tfjs-backend-wasm':
      // Its threads wait for one another longer than they compute on layers of this size.
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      (module as typeof Wasm).setWasmPaths(`${join(folder, 'dist')}/`);
      return 'wasm';
    case 'tfjs-backend-cpu':
      return 'cpu';
    default:
      return 'tensorflow';
  }
}
