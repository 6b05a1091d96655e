import type { JsonObject } from '../../../compiler/json.ts';
import { boolean, call, described, either, integer, list, number, word, type ParamSchema } from '../../../compiler/kinds/schema.ts';
import { ACTIVATIONS, type Layer, type RecurrentLayer } from '../../../runtime/networks/description.ts';

/** A constructor's value as it is written in JSON. */
export type Call = JsonObject & { readonly $call: string };

const count = integer({ min: 1 });
const activation = word(...ACTIVATIONS);
const lengths = either(count, list(count, { min: 1 }));
const stride = described(lengths, 'From one window to the next.');
const padding = described(word('valid', 'same'), 'Whether windows lie within, or go beyond the edges so that there is one for each stride.');
const convolution: Readonly<Record<string, ParamSchema>> = { filters: count, size: lengths, activation, stride, padding };
const pool: Readonly<Record<string, ParamSchema>> = { size: lengths, stride };

const recurrent: Readonly<Record<string, ParamSchema>> = { units: count, sequence: described(boolean(), 'Whether it gives every step, or the last one.') };

const recurrentLayers = [call('lstm', recurrent, ['units']), call('gru', recurrent, ['units'])];

const plainLayers: readonly ParamSchema[] = [
  call('dense', { units: count, activation }, ['units']),
  call('conv1d', convolution, ['filters', 'size']),
  call('conv2d', convolution, ['filters', 'size']),
  call('max_pool', pool, ['size']),
  call('average_pool', pool, ['size']),
  call('global_max_pool'),
  call('global_average_pool'),
  ...recurrentLayers,
  call('bidirectional', { layer: either(...recurrentLayers) }, ['layer']),
  call('attention', { num_heads: count, key_dim: count }, ['num_heads', 'key_dim']),
  call('flatten'),
  call('dropout', { rate: number({ above: 0, below: 1 }) }, ['rate']),
  call('batch_norm', { momentum: number({ min: 0, below: 1 }), epsilon: number({ above: 0 }) }),
  call('layer_norm', { epsilon: number({ above: 0 }) }),
];

/** A layer of a network, as parameters spell it. */
export const layerSchema: ParamSchema = either(...plainLayers, call('residual', { layers: list(either(...plainLayers), { min: 1 }) }, ['layers']));

const DEFAULTS: Readonly<Record<string, JsonObject>> = {
  dense: { activation: 'relu' },
  conv1d: { activation: 'relu', stride: 1, padding: 'valid' },
  conv2d: { activation: 'relu', stride: 1, padding: 'valid' },
  lstm: { sequence: false },
  gru: { sequence: false },
  layer_norm: { epsilon: 1e-3 },
  batch_norm: { momentum: 0.9, epsilon: 1e-3 },
};

/** A layer with all that it leaves open filled in; one length counts for each axis, and pools lie side by side. */
export function completeLayer(layer: Call): Call {
  const filled = { ...DEFAULTS[layer.$call], ...layer, ...completeWithin(layer) };
  const { size } = filled as { readonly size?: number | readonly number[] };
  if (size === undefined) return filled;
  const stride = filled['stride'] as number | readonly number[] | undefined;
  return { ...filled, size: listed(size), stride: listed(stride ?? size) };
}

function completeWithin({ layer, layers }: JsonObject): JsonObject {
  if (layer !== undefined) return { layer: completeLayer(layer as Call) };
  return layers === undefined ? {} : { layers: (layers as readonly Call[]).map(completeLayer) };
}

/** A complete layer as engines take it: `$call` says in JSON what `kind` says in the types. */
export function layerOf({ $call, ...rest }: Call): Layer {
  const { layer, layers } = rest;
  if (layer !== undefined) return { kind: 'bidirectional', layer: layerOf(layer as Call) as RecurrentLayer };
  if (layers !== undefined) return { kind: 'residual', layers: (layers as readonly Call[]).map(layerOf) };
  return { kind: $call, ...rest } as unknown as Layer;
}

/** The same length for each axis is one. */
function listed(lengths: number | readonly number[]): readonly number[] {
  const given = typeof lengths === 'number' ? [lengths] : lengths;
  return given.every((length) => length === given[0]) ? given.slice(0, 1) : given;
}
