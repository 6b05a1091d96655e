import type { Kind } from '../../compiler/kinds/kind.ts';
import { described, boolean, record } from '../../compiler/kinds/schema.ts';
import type { JsonObject } from '../../compiler/json.ts';
import { exampleOnPenguins } from '../example.ts';
import type { Call } from './network/layer-params.ts';
import { networkKind } from './network/network-kind.ts';
import { trainingParams } from './network/network-params.ts';
import { activationParam, dropoutParam, inferPreset, unitsParam, type Preset } from './network/preset.ts';

const preset: Preset = {
  own: ['units', 'activation', 'dropout', 'batch_norm'],
  main: 'units',
  layers: (params, array) => [...((array?.length ?? 1) > 1 ? [{ $call: 'flatten' }] : []), ...(params['units'] as readonly number[]).flatMap((units) => block(units, params))],
};

/** A dense layer with what follows it. */
function block(units: number, { activation, dropout, batch_norm: normalised }: JsonObject): readonly Call[] {
  return [
    { $call: 'dense', units, activation: activation as string },
    ...(normalised === true ? [{ $call: 'batch_norm' }] : []),
    ...(dropout === 0 ? [] : [{ $call: 'dropout', rate: dropout as number }]),
  ];
}

/** Dense layers one after the other. */
export const mlp: Kind = networkKind({
  name: 'mlp',
  version: 1,
  doc: 'A multi-layer perceptron: a `network` of dense layers, of which only the sizes need be said. An array of the features becomes one row first. What is not said of training is made for tables of some thousand rows: 40 epochs of Adam, whose rate falls along a cosine. `network` takes the layers one by one, and tells what it does with features.',
  example: exampleOnPenguins(`model layered = mlp(x) {
  units: [64, 32]
  dropout: 0.1
  early_stopping { patience: 8 }
}`),
  params: record({
    units: unitsParam([64, 32]),
    activation: activationParam,
    dropout: dropoutParam(0),
    batch_norm: described(boolean(), 'Whether each layer is normalised by its batches.', false),
    ...trainingParams({ optimizer: { $call: 'adam', rate: { $call: 'cosine', rate: 2e-3 } }, epochs: 40, batch: 64 }),
  }),
  infer: (context) => inferPreset(context, preset),
});
