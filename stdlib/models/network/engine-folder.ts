import { StepError, type RunContext } from '../../../compiler/kinds/run.ts';

/** Where the package of the backend lies that networks run on. */
export function engineFolder(engines: RunContext['engines']): string {
  const folder = engines['tensorflowjs'];
  if (folder === undefined) throw new StepError('TensorFlow.js is not there', 'run `mlp apply`, which says how to get it');
  return folder;
}
