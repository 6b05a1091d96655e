import type { OpenNetwork } from '../../networks/engine.ts';
import { openTensorflowLibrary } from './library.ts';
import { openTensorflowNetwork } from './network.ts';

/** Networks on TensorFlow's library, which lies at `path`. */
export async function openTensorflow(path: string): Promise<OpenNetwork> {
  const library = await openTensorflowLibrary(path);
  return (description) => openTensorflowNetwork(library, description);
}
