import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { loadTfjs, type Tfjs } from '../../runtime/engines/tfjs/load-tfjs.ts';

/** The folder of a backend's package in this checkout. */
export function backendFolder(name = 'tfjs-backend-wasm'): string {
  return dirname(createRequire(import.meta.url).resolve(`@tensorflow/${name}/package.json`));
}

/** TensorFlow.js on WASM, as tests train with it. */
export function testTfjs(): Promise<Tfjs> {
  return loadTfjs(backendFolder());
}
