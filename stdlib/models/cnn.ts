import type { JsonObject } from '../../compiler/json.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { boolean, described, integer, list, record } from '../../compiler/kinds/schema.ts';
import type { Shape } from '../../runtime/networks/description.ts';
import { exampleOnSequences } from '../example.ts';
import type { Call } from './network/layer-params.ts';
import { networkKind } from './network/network-kind.ts';
import { augmentParam, trainingParams } from './network/network-params.ts';
import { activationParam, denseLayers, dropoutParam, inferPreset, unitsParam, type Preset } from './network/preset.ts';

/** What a pool must leave of each axis. */
const LEAST_LENGTH = 2;

const preset: Preset = {
  own: ['filters', 'size', 'activation', 'batch_norm', 'units', 'dropout'],
  main: 'filters',
  layers: (params, array) => [...convolutions(params, array), { $call: 'flatten' }, ...denseLayers(params)],
};

/** Each halves what the one before it has left, as long as that can be halved. */
function convolutions({ filters, size, activation, batch_norm: normalised }: JsonObject, array: Shape | undefined): readonly Call[] {
  let lengths = array?.slice(0, -1) ?? [];
  return (filters as readonly number[]).flatMap((count) => {
    const halves = lengths.map((length) => Math.floor(length / 2));
    const isPooled = halves.every((length) => length >= LEAST_LENGTH);
    if (isPooled) lengths = halves;
    return [
      { $call: lengths.length === 1 ? 'conv1d' : 'conv2d', filters: count, size, activation, padding: 'same' } as Call,
      ...(normalised === true ? [{ $call: 'batch_norm' }] : []),
      ...(isPooled ? [{ $call: 'max_pool', size: 2 }] : []),
    ];
  });
}

/** Convolutions and pools over images or sequences. */
export const cnn: Kind = networkKind({
  name: 'cnn',
  version: 1,
  doc: 'A convolutional network over the images or sequences of an `array` of `prepare`: a `network` of convolutions, each followed by a pool that halves what it sees as long as two steps, or two by two pixels, are left of it; then dense layers, which numbers and categories join. What is not said of training is made for some thousand images: 20 epochs of Adam, whose rate falls along a cosine. `network` takes the layers one by one, and tells what it does with features.',
  example: exampleOnSequences(`model waves = cnn(x) {
  filters: [16, 32]
  units: [32]
}`),
  params: record({
    filters: described(list(integer({ min: 1 }), { min: 1 }), 'Filters of the convolutions, one after the other.', [32, 64]),
    size: described(integer({ min: 1 }), 'The height and width of each filter, or its steps.', 3),
    activation: activationParam,
    batch_norm: described(boolean(), 'Whether each convolution is normalised by its batches.', false),
    units: unitsParam([64]),
    dropout: dropoutParam(0.25),
    augment: augmentParam,
    ...trainingParams({ optimizer: { $call: 'adam', rate: { $call: 'cosine', rate: 2e-3 } }, epochs: 20, batch: 64 }),
  }),
  infer: (context) => inferPreset(context, preset),
});
