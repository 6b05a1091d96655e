import { ACTIVATIONS, type ConvolutionLayer, type Layer, type Loss, type NetworkDescription, type PoolLayer, type RecurrentLayer, type Shape } from '../../runtime/networks/description.ts';
import type { TrainingBatch } from '../../runtime/networks/engine.ts';
import { initialParameters } from '../../runtime/networks/initialise.ts';
import { layoutOf, type Layout } from '../../runtime/networks/parameters.ts';
import { dropoutMask, uniformNumbers } from '../../runtime/networks/random.ts';
import { expandInputs, type NetworkRows } from '../../runtime/networks/rows.ts';
import { everyPlace, placesOf, sizeOf } from '../../runtime/networks/shapes.ts';

/** Rows of a batch. */
export const ROWS = 7;
const CATEGORIES: NetworkDescription['inputs']['categories'] = [
  { kind: 'embedding', levels: 4, size: 3 },
  { kind: 'one_hot', levels: 3, size: 3 },
];

const dense = (units: number, activation: (typeof ACTIVATIONS)[number]): Layer => ({ kind: 'dense', units, activation });
const norm: Layer = { kind: 'batch_norm', momentum: 0.9, epsilon: 0.1 };
const drop: Layer = { kind: 'dropout', rate: 0.4 };

const conv2d = (filters: number, size: readonly number[], activation: (typeof ACTIVATIONS)[number], more: Partial<Pick<ConvolutionLayer, 'stride' | 'padding'>> = {}): Layer => ({ kind: 'conv2d', filters, size, activation, stride: [1], padding: 'valid', ...more });
const conv1d = (filters: number, size: number, activation: (typeof ACTIVATIONS)[number], more: Partial<Pick<ConvolutionLayer, 'stride' | 'padding'>> = {}): Layer => ({ kind: 'conv1d', filters, size: [size], activation, stride: [1], padding: 'valid', ...more });
const pool = (kind: PoolLayer['kind'], size: readonly number[], stride = size): Layer => ({ kind, size, stride });
const flat: Layer = { kind: 'flatten' };
const mean: Layer = { kind: 'global_average_pool' };
const lstm = (units: number, sequence = false): RecurrentLayer => ({ kind: 'lstm', units, sequence });
const gru = (units: number, sequence = false): RecurrentLayer => ({ kind: 'gru', units, sequence });
const both = (layer: RecurrentLayer): Layer => ({ kind: 'bidirectional', layer });
const attention = (heads: number, size: number): Layer => ({ kind: 'attention', num_heads: heads, key_dim: size });
const residual = (layers: readonly Layer[]): Layer => ({ kind: 'residual', layers });
const layerNorm: Layer = { kind: 'layer_norm', epsilon: 0.1 };
const image: Shape = [7, 6, 2];
/** A kernel of one number keeps the order of values, so that no step passes a place where another becomes the largest. */
const grey: Shape = [7, 6, 1];

/** Layers of images and of sequences. */
const ARRAYS: readonly { readonly name: string; readonly array: Shape; readonly layers: readonly Layer[] }[] = [
  { name: 'conv2d', array: image, layers: [conv2d(3, [3], 'tanh'), conv2d(2, [2, 3], 'sigmoid'), flat] },
  { name: 'conv2d, same', array: image, layers: [conv2d(3, [3, 2], 'tanh', { padding: 'same' }), conv2d(2, [4], 'tanh', { padding: 'same' }), flat] },
  { name: 'conv2d, strides', array: image, layers: [conv2d(3, [1], 'linear'), conv2d(3, [3, 2], 'tanh', { stride: [2, 3] }), flat] },
  { name: 'conv2d, strides, same', array: image, layers: [conv2d(2, [2], 'linear'), conv2d(3, [3], 'tanh', { stride: [2], padding: 'same' }), flat] },
  { name: 'conv2d, strides wider than filters', array: image, layers: [conv2d(2, [1], 'linear'), conv2d(3, [1], 'tanh', { stride: [3] }), flat] },
  { name: 'conv1d', array: [9, 2], layers: [conv1d(3, 3, 'tanh'), conv1d(2, 3, 'tanh', { stride: [2], padding: 'same' }), flat] },
  { name: 'max_pool', array: grey, layers: [conv2d(3, [1], 'linear'), pool('max_pool', [2]), flat] },
  { name: 'max_pool, windows that overlap', array: grey, layers: [conv2d(3, [1], 'linear'), pool('max_pool', [3, 2], [2, 1]), flat] },
  { name: 'average_pool', array: image, layers: [conv2d(3, [2], 'tanh'), pool('average_pool', [3, 2], [2, 1]), flat] },
  { name: 'pools of sequences', array: [9, 2], layers: [conv1d(3, 2, 'tanh'), pool('max_pool', [2]), conv1d(3, 2, 'tanh'), pool('average_pool', [2], [1]), flat] },
  { name: 'global_average_pool', array: image, layers: [conv2d(3, [2], 'tanh'), mean, dense(3, 'tanh')] },
  { name: 'global_max_pool', array: [9, 2], layers: [conv1d(3, 2, 'tanh'), { kind: 'global_max_pool' }, dense(3, 'tanh')] },
  { name: 'batch_norm and dropout of channels', array: image, layers: [conv2d(3, [2], 'tanh'), norm, drop, mean] },
  { name: 'lstm', array: [4, 3], layers: [dense(2, 'tanh'), lstm(3)] },
  { name: 'lstm, every step', array: [4, 3], layers: [lstm(2, true), lstm(3, true), flat] },
  { name: 'gru', array: [4, 3], layers: [dense(2, 'tanh'), gru(3)] },
  { name: 'gru, every step', array: [4, 3], layers: [gru(2, true), gru(3, true), mean] },
  { name: 'lstm of one step', array: [1, 3], layers: [lstm(2), dense(3, 'tanh')] },
  { name: 'bidirectional lstm', array: [4, 3], layers: [dense(2, 'tanh'), both(lstm(3))] },
  { name: 'bidirectional gru, every step', array: [4, 3], layers: [both(gru(2, true)), both(lstm(2, true)), flat] },
  { name: 'attention', array: [5, 3], layers: [dense(4, 'tanh'), attention(2, 3), flat] },
  { name: 'attention of the inputs, and of one head', array: [4, 3], layers: [attention(1, 2), attention(3, 1), mean] },
  { name: 'residual', array: [5, 3], layers: [residual([dense(3, 'tanh')]), residual([layerNorm, attention(2, 2), drop]), mean] },
  { name: 'residual, of convolutions that normalise', array: image, layers: [residual([conv2d(2, [3], 'tanh', { padding: 'same' }), norm, drop, residual([conv2d(2, [1], 'sigmoid')])]), norm, drop, mean] },
  { name: 'layer_norm', array: [4, 3], layers: [dense(4, 'tanh'), layerNorm, flat, layerNorm, dense(3, 'tanh')] },
  { name: 'dense over the last axis', array: [5, 3], layers: [dense(4, 'tanh'), dense(2, 'tanh'), flat] },
];

/** Layers of sequences with steps that do not count. */
const MASKED: typeof ARRAYS = [
  { name: 'lstm', array: [4, 3], layers: [dense(2, 'tanh'), lstm(3)] },
  { name: 'gru, every step', array: [4, 3], layers: [gru(2, true), drop, lstm(2, true), gru(3)] },
  { name: 'both ways', array: [4, 3], layers: [both(gru(2, true)), both(lstm(2))] },
  { name: 'attention', array: [5, 3], layers: [dense(4, 'tanh'), attention(2, 3), attention(1, 2), mean] },
  { name: 'global_average_pool', array: [5, 3], layers: [dense(3, 'tanh'), mean, dense(2, 'tanh')] },
  { name: 'batch_norm', array: [5, 3], layers: [norm, dense(3, 'tanh'), norm, gru(3)] },
  { name: 'residual', array: [5, 3], layers: [residual([layerNorm, attention(2, 2), norm, residual([lstm(3, true)])]), mean] },
];

/** A network, and what it sees. */
export interface LayerCase {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  readonly smoothing?: number;
  readonly outputs?: number;
  readonly categories?: NetworkDescription['inputs']['categories'];
  readonly array?: Shape;
  readonly masked?: true;
  readonly numbers?: number;
}

/** Networks with every layer, activation, loss and kind of inputs. */
export const layerCases: readonly LayerCase[] = [
  ...ACTIVATIONS.map((activation) => ({ name: activation, layers: [dense(6, activation), dense(4, activation)], loss: 'squared' as const })),
  { name: 'no layer of one’s own', layers: [], loss: 'binary' },
  { name: 'binary', layers: [dense(5, 'tanh')], loss: 'binary' },
  { name: 'multiclass', layers: [dense(5, 'tanh')], loss: 'multiclass', outputs: 3 },
  { name: 'binary, smoothed', layers: [dense(5, 'tanh')], loss: 'binary', smoothing: 0.2 },
  { name: 'multiclass, smoothed', layers: [dense(5, 'tanh')], loss: 'multiclass', outputs: 3, smoothing: 0.2 },
  { name: 'absolute', layers: [dense(5, 'tanh')], loss: 'absolute' },
  { name: 'huber', layers: [dense(5, 'tanh')], loss: 'huber' },
  { name: 'batch_norm', layers: [dense(5, 'tanh'), norm, dense(4, 'swish')], loss: 'binary' },
  { name: 'batch_norm of the inputs', layers: [norm, dense(4, 'tanh')], loss: 'squared' },
  { name: 'dropout', layers: [dense(6, 'tanh'), drop, dense(4, 'sigmoid'), drop], loss: 'squared' },
  { name: 'dropout of the inputs', layers: [drop, dense(4, 'tanh')], loss: 'squared' },
  { name: 'categories', layers: [dense(5, 'tanh')], loss: 'binary', categories: CATEGORIES },
  ...ARRAYS.map(({ name, array, layers }) => ({ name, array, layers, loss: 'squared' as const, numbers: 0 })),
  ...MASKED.map(({ name, array, layers }) => ({ name: `${name}, with steps that do not count`, array, layers, masked: true as const, loss: 'squared' as const, numbers: 0 })),
  { name: 'steps that do not count, with numbers and categories beside them', array: [4, 3], masked: true, layers: [gru(3), dense(4, 'tanh')], loss: 'binary', categories: CATEGORIES },
  { name: 'an array with numbers and categories beside it', array: [6, 6, 2], layers: [conv2d(3, [3], 'tanh'), pool('max_pool', [2]), { kind: 'flatten' }, dense(4, 'tanh')], loss: 'binary', categories: CATEGORIES },
  { name: 'a flat array with numbers and categories beside it', array: [5], layers: [dense(4, 'tanh')], loss: 'binary', categories: CATEGORIES },
  { name: 'an array without layers that learn before it is flat', array: [4, 2], layers: [{ kind: 'flatten' }, dense(4, 'tanh')], loss: 'binary', categories: CATEGORIES },
  { name: 'residual of columns', layers: [dense(5, 'tanh'), residual([norm, dense(5, 'tanh'), drop])], loss: 'binary', categories: CATEGORIES },
  { name: 'everything', layers: [drop, norm, dense(6, 'gelu'), norm, drop, dense(4, 'elu')], loss: 'multiclass', outputs: 3, categories: CATEGORIES },
];

/** A network with rows to learn from. */
export interface MadeCase {
  readonly description: NetworkDescription;
  readonly layout: Layout;
  readonly parameters: Float32Array;
  readonly rows: NetworkRows;
  readonly picked: Uint32Array;
  /** What an engine is given, for other parameters too. */
  readonly batchOf: (parameters: Float32Array) => TrainingBatch;
}

/** Makes parameters and rows for a network, always the same ones. */
export function makeCase({ layers, loss, smoothing, outputs = 1, categories = [], array, masked, numbers = 4 }: Omit<LayerCase, 'name'>): MadeCase {
  const description: NetworkDescription = { inputs: { numbers, categories, ...(array === undefined ? {} : { array }), ...(masked === undefined ? {} : { masked }) }, layers, outputs, loss, ...(smoothing === undefined ? {} : { smoothing }) };
  const layout = layoutOf(description);
  const draw = uniformNumbers('1', 'test');
  const parameters = initialParameters(layout, '2').map((value) => value + 0.3 * (draw() - 0.5));
  const rows: NetworkRows = {
    rows: ROWS,
    numbers: Float32Array.from({ length: ROWS * numbers }, () => 4 * draw() - 2),
    codes: categories.map(({ levels }) => Int32Array.from({ length: ROWS }, () => Math.floor(draw() * levels))),
    ...(array === undefined ? {} : { array: Float32Array.from({ length: ROWS * sizeOf(array) }, () => 4 * draw() - 2) }),
    ...(array === undefined || masked === undefined ? {} : { present: presentSteps(array[0] as number) }),
  };
  const picked = Uint32Array.from({ length: ROWS }, (_, row) => row);
  const masks = everyPlace(placesOf(description)).flatMap(({ layer, sees }) => (layer.kind === 'dropout' ? [dropoutMask(ROWS * sizeOf(sees), layer.rate, draw)] : []));
  const truth = Float32Array.from({ length: ROWS }, () => (loss === 'binary' ? Math.floor(2 * draw()) : loss === 'multiclass' ? Math.floor(3 * draw()) : 6 * draw() - 3));
  const weights = Float32Array.from({ length: ROWS }, () => 0.5 + draw());
  const given = { ...(rows.array === undefined ? {} : { array: rows.array }), ...(rows.present === undefined ? {} : { present: rows.present }) };
  const batchOf = (values: Float32Array): TrainingBatch => ({ parameters: values, rows: ROWS, inputs: expandInputs({ description, layout, parameters: values, rows, picked }), ...given, masks, truth, weights });
  return { description, layout, parameters, rows, picked, batchOf };
}

/** Rows with fewer and fewer steps at their end, down to none, and one with a gap. */
function presentSteps(steps: number): Float32Array {
  return Float32Array.from({ length: ROWS * steps }, (_, at) => {
    const [row, step] = [Math.floor(at / steps), at % steps];
    return Number(row === ROWS - 1 ? step !== 1 : step >= row);
  });
}
