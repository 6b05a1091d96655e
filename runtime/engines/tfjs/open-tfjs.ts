import type { OpenNetwork } from '../../networks/engine.ts';
import { loadTfjs } from './load-tfjs.ts';
import { openTfjsNetwork } from './network.ts';

/** Networks on TensorFlow.js, with the backend whose package lies in `folder`. */
export async function openTfjs(folder: string): Promise<OpenNetwork> {
  const tf = await loadTfjs(folder);
  return (description) => openTfjsNetwork(tf, description);
}
