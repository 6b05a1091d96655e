import type { JsonObject } from '../../compiler/json.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { boolean, described, integer, list, record, word } from '../../compiler/kinds/schema.ts';
import { exampleOnSequences } from '../example.ts';
import type { Call } from './network/layer-params.ts';
import { networkKind } from './network/network-kind.ts';
import { maskingParam, trainingParams } from './network/network-params.ts';
import { activationParam, denseLayers, dropoutParam, inferPreset, unitsParam, type Preset } from './network/preset.ts';

const preset: Preset = {
  own: ['cell', 'states', 'bidirectional', 'activation', 'units', 'dropout'],
  main: 'states',
  layers: (params) => [...recurrentLayers(params), ...denseLayers(params)],
};

/** All but the last give every step. */
function recurrentLayers({ cell, states, bidirectional }: JsonObject): readonly Call[] {
  const counts = states as readonly number[];
  return counts.map((units, index): Call => {
    const layer: Call = { $call: cell as string, units, sequence: index < counts.length - 1 };
    return bidirectional === true ? { $call: 'bidirectional', layer } : layer;
  });
}

/** Recurrent layers over sequences. */
export const rnn: Kind = networkKind({
  name: 'rnn',
  version: 1,
  doc: 'A recurrent network over the sequences of an `array` of `prepare`: a `network` that goes through them step by step, and of the last step makes the answer by dense layers, which numbers and categories join. What is not said of training is made for some thousand sequences: 40 epochs of Adam, whose rate falls along a cosine, with gradients shortened to 1. `network` takes the layers one by one, and tells what it does with features.',
  example: exampleOnSequences(`model steps = rnn(x) {
  cell: lstm
  states: [16]
}`),
  params: record({
    cell: described(word('gru', 'lstm'), 'The form of the recurrent layers.', 'gru'),
    states: described(list(integer({ min: 1 }), { min: 1 }), 'Units of the recurrent layers, one after the other.', [32]),
    bidirectional: described(boolean(), 'Whether they go through a sequence from its end, too.', false),
    activation: activationParam,
    units: unitsParam([16]),
    dropout: dropoutParam(0),
    masking: maskingParam,
    ...trainingParams({ optimizer: { $call: 'adam', rate: { $call: 'cosine', rate: 3e-3 }, clip_norm: 1 }, epochs: 40, batch: 64 }),
  }),
  infer: (context) => inferPreset(context, preset),
});
