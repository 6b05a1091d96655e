import { StepError } from '../../../compiler/kinds/run.ts';
import type { Matrix } from '../../../runtime/data/matrix.ts';
import type { OpenNetwork } from '../../../runtime/networks/engine.ts';
import { outputsToValues } from '../../../runtime/networks/losses.ts';
import { layoutOf } from '../../../runtime/networks/parameters.ts';
import { forwardAll } from '../../../runtime/networks/train-network.ts';
import { rowsMaker } from './network-inputs.ts';
import type { NetworkAbout, NetworkModel } from './network-model.ts';

/** What a network says of rows. */
export interface NetworkPredictor {
  /** From features to predictions in the layout of `Scores.values`, for any number of rows. */
  readonly predict: (matrix: Matrix) => Float32Array | Float64Array;
  readonly close: () => void;
}

/** Opens a network to be asked. */
export function networkPredictor(open: OpenNetwork, { about, parameters, statistics }: NetworkModel): NetworkPredictor {
  const { description, features } = about;
  const engine = open(description);
  const toRows = rowsMaker(features, description.inputs);
  const layout = layoutOf(description);
  const predict = (matrix: Matrix): Float32Array | Float64Array => {
    const outputs = forwardAll(engine, { description, layout, weights: { parameters, statistics }, rows: toRows(matrix) });
    if (!outputs.every(Number.isFinite)) throw new StepError('some rows have values too large to predict from', 'look for them with `mlp show`');
    return answersOf(about, outputs);
  };
  return { predict, close: engine.close };
}

/** Answers from outputs: probabilities, or numbers in the target's own unit. */
export function answersOf({ description, target }: Pick<NetworkAbout, 'description' | 'target'>, outputs: Float32Array): Float32Array | Float64Array {
  if (target === undefined) return outputsToValues(description.loss, outputs, description.outputs);
  return Float64Array.from(outputs, (output) => output * target.deviation + target.mean);
}
