import { StepError, type RunContext } from '../../../compiler/kinds/run.ts';
import type { OpenNetwork } from '../../../runtime/networks/engine.ts';

/** The engines of networks, the best first: TensorFlow's library, and TensorFlow.js where a lock has none for a platform. */
export const NETWORK_ENGINES = ['tensorflow', 'tensorflowjs'] as const;

/** Loads the engine that networks run on, of which a step has one. */
export async function openNetworks({ tensorflow, tensorflowjs }: RunContext['engines']): Promise<OpenNetwork> {
  if (tensorflow !== undefined) return (await import('../../../runtime/engines/tensorflow/open-tensorflow.ts')).openTensorflow(tensorflow);
  if (tensorflowjs !== undefined) return (await import('../../../runtime/engines/tfjs/open-tfjs.ts')).openTfjs(tensorflowjs);
  throw new StepError('neither TensorFlow nor TensorFlow.js is there', 'run `mlp apply`, which says how to get them');
}
