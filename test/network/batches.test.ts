import { describe, expect, it } from 'vitest';
import { ACTIVATIONS, inputWidth, type Layer, type NetworkDescription, type Shape } from '../../runtime/networks/description.ts';
import { initialParameters, initialStatistics } from '../../runtime/networks/initialise.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { sizeOf } from '../../runtime/networks/shapes.ts';
import { engines } from './engines.ts';

const ROWS = 500;
const BATCHES = [1, 2, 3, 7, 16, 31, 32, 33, 64, 95, 97, 128, 256, 499];
const norm: Layer = { kind: 'batch_norm', momentum: 0.9, epsilon: 1e-3 };

/** Networks of one row of numbers, and of arrays. */
const NETWORKS: readonly { readonly name: string; readonly inputs: NetworkDescription['inputs']; readonly layers: readonly Layer[] }[] = [
  ...ACTIVATIONS.map((activation, index) => {
    const [numbers, units] = [[3, 8, 37, 69, 700][index % 5] ?? 1, [16, 5, 33, 64][index % 4] ?? 1];
    return { name: `${activation}, ${numbers} → ${units}`, inputs: { numbers, categories: [] }, layers: [{ kind: 'dense' as const, units, activation }, norm, { kind: 'dense' as const, units: 7, activation }] };
  }),
  {
    name: 'images',
    inputs: { numbers: 3, categories: [], array: [11, 9, 2] },
    layers: [
      { kind: 'conv2d', filters: 5, size: [3], stride: [1], padding: 'same', activation: 'relu' },
      norm,
      { kind: 'max_pool', size: [2], stride: [2] },
      { kind: 'conv2d', filters: 17, size: [3, 2], stride: [2, 1], padding: 'valid', activation: 'tanh' },
      { kind: 'global_average_pool' },
    ],
  },
  {
    name: 'sequences',
    inputs: { numbers: 0, categories: [], array: [13, 3] },
    layers: [
      { kind: 'conv1d', filters: 6, size: [3], stride: [1], padding: 'valid', activation: 'swish' },
      { kind: 'average_pool', size: [2], stride: [2] },
      { kind: 'layer_norm', epsilon: 1e-3 },
      { kind: 'lstm', units: 7, sequence: true },
      { kind: 'gru', units: 5, sequence: true },
      { kind: 'dense', units: 5, activation: 'sigmoid' },
      { kind: 'flatten' },
    ],
  },
  {
    name: 'steps that do not count',
    inputs: { numbers: 2, categories: [], array: [9, 3], masked: true },
    layers: [
      { kind: 'bidirectional', layer: { kind: 'lstm', units: 5, sequence: true } },
      { kind: 'residual', layers: [{ kind: 'attention', num_heads: 3, key_dim: 7 }, norm, { kind: 'gru', units: 10, sequence: true }] },
      { kind: 'global_average_pool' },
    ],
  },
  {
    name: 'attention, and both ways',
    inputs: { numbers: 2, categories: [], array: [9, 3] },
    layers: [
      { kind: 'bidirectional', layer: { kind: 'gru', units: 5, sequence: true } },
      { kind: 'residual', layers: [{ kind: 'layer_norm', epsilon: 1e-3 }, { kind: 'attention', num_heads: 3, key_dim: 7 }] },
      norm,
      { kind: 'bidirectional', layer: { kind: 'lstm', units: 6, sequence: false } },
    ],
  },
];

function numbersIn(shape: Shape, draw: () => number): Float32Array {
  return Float32Array.from({ length: ROWS * sizeOf(shape) }, () => 4 * draw() - 2);
}

describe.each(engines)('answers of $name are the same to the last bit, whatever the batch', ({ open }) => {
  it.each(NETWORKS)('$name', async ({ name, inputs: given, layers }) => {
    const description: NetworkDescription = { inputs: given, layers, outputs: 3, loss: 'multiclass' };
    const layout = layoutOf(description);
    const draw = uniformNumbers('3', name);
    const parameters = initialParameters(layout, '5');
    const statistics = initialStatistics(layout).map((value) => value + draw());
    const width = inputWidth(given);
    const inputs = numbersIn([width], draw);
    const array = given.array && numbersIn(given.array, draw);
    const size = sizeOf(given.array ?? []);
    const steps = given.masked === undefined ? 0 : (given.array?.[0] ?? 0);
    const present = Float32Array.from({ length: ROWS * steps }, () => Math.round(draw()));
    const engine = (await open())(description);
    const inBatches = (batch: number, first: number): number[] => {
      const outputs: number[] = [];
      for (let start = first; start < ROWS; start += batch) {
        const end = Math.min(ROWS, start + batch);
        outputs.push(...engine.forward({ parameters, statistics, rows: end - start, inputs: inputs.subarray(start * width, end * width), ...(array === undefined ? {} : { array: array.subarray(start * size, end * size) }), ...(steps === 0 ? {} : { present: present.subarray(start * steps, end * steps) }) }));
      }
      return outputs;
    };
    const all = inBatches(ROWS, 0);
    expect(all.every(Number.isFinite)).toBe(true);
    for (const batch of BATCHES) {
      const first = batch < 16 ? ROWS - 4 * batch : batch % 50;
      expect(inBatches(batch, first), `in batches of ${batch}`).toEqual(all.slice(first * description.outputs));
    }
  });
});
