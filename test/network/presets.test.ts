import { beforeAll, describe, expect, it } from 'vitest';
import type { Labelled } from '../../runtime/data/matrix.ts';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { sizeOf } from '../../runtime/networks/shapes.ts';
import { fitNetwork } from '../../stdlib/models/network/fit-network.ts';
import { layerText } from '../../stdlib/models/network/layer-text.ts';
import { settingsOf } from '../../stdlib/models/network/network-params.ts';
import { compileText } from '../support/compile.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { engines } from './engines.ts';
import { paramsOf, textOf } from './model-params.ts';

const layersOf = async (shape: readonly number[], model: string): Promise<string[]> => settingsOf(await paramsOf(shape, model)).layers.map(layerText);

it.each([
  [[], 'mlp(x)', ['dense(64, relu)', 'dense(32, relu)']],
  [[], 'mlp(x) { units: [], dropout: 0.1 }', []],
  [[], 'mlp(x) { units: [8], activation: tanh, batch_norm: true, dropout: 0.1 }', ['dense(8, tanh)', 'batch_norm', 'dropout(0.1)']],
  [[4, 2], 'mlp(x) { units: [8] }', ['flatten', 'dense(8, relu)']],
  [[28, 28, 1], 'cnn(x)', ['conv2d(32, 3, relu)', 'max_pool(2)', 'conv2d(64, 3, relu)', 'max_pool(2)', 'flatten', 'dropout(0.25)', 'dense(64, relu)', 'dropout(0.25)']],
  [[9, 6, 1], 'cnn(x) { filters: [4, 4, 4], batch_norm: true, units: [], dropout: 0 }', ['conv2d(4, 3, relu)', 'batch_norm', 'max_pool(2)', 'conv2d(4, 3, relu)', 'batch_norm', 'conv2d(4, 3, relu)', 'batch_norm', 'flatten']],
  [[14, 4], 'cnn(x) { filters: [8], size: 5, units: [4], activation: swish, dropout: 0 }', ['conv1d(8, 5, swish)', 'max_pool(2)', 'flatten', 'dense(4, swish)']],
  [[14, 4], 'rnn(x)', ['gru(32)', 'dense(16, relu)']],
  [[14, 4], 'rnn(x) { cell: lstm, states: [8, 4], bidirectional: true, units: [], dropout: 0.5 }', ['bidirectional(lstm(8, sequence: true))', 'bidirectional(lstm(4))', 'dropout(0.5)']],
])('of %j, %s has its layers', async (shape, model, layers) => {
  expect(await layersOf(shape, model)).toEqual(layers);
});

it('a plan has the layers in place of what they were made of', async () => {
  const params = await paramsOf([14, 4], 'rnn(x)');
  expect(Object.keys(params).sort()).toEqual(['batch', 'epochs', 'layers', 'optimizer', 'stream']);
  expect(params['optimizer']).toMatchObject({ $call: 'adam', clip_norm: 1, rate: { $call: 'cosine', rate: 3e-3 } });
});

it.each([
  [[], 'cnn(x)', 'layer 1, `conv2d(32, 3, relu)`, sees (rows, 1) and wants an image', 'cnn'],
  [[], 'rnn(x) { states: [4] }', 'layer 1, `gru(4)`, sees (rows, 1) and wants a sequence', '[4]'],
  [[6, 6, 1], 'rnn(x)', 'layer 1, `gru(32)`, sees (rows, 6, 6, 1) and wants a sequence', 'rnn'],
  [[], 'mlp(x) { units: [3000000000] }', 'would learn', '[3000000000]'],
])('of %j, %s is told what does not fit', async (shape, model, message, at) => {
  const text = `${textOf(shape)}model net = ${model}`;
  const { diagnostics } = await compileText(text);
  expect(diagnostics.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
  expect(diagnostics.map(({ span }) => text.slice(span?.start, span?.end))).toEqual([expect.stringContaining(at)]);
});

/** Rows that are late where the first half of an array is larger than the second. */
function makeRows(shape: readonly number[], purpose: string): Labelled {
  const draw = uniformNumbers('7', purpose);
  const size = sizeOf(shape);
  const columns = Array.from({ length: size }, () => Float64Array.from({ length: 300 }, () => draw()));
  const codes = Uint8Array.from({ length: 300 }, (_, row) => Number(columns.reduce((sum, values, at) => sum + (at < size / 2 ? 1 : -1) * (values[row] ?? 0), 0) > 0));
  return {
    matrix: { rows: 300, features: columns.map((values, place) => ({ kind: 'numeric', name: `pixels_${place}`, values, cell: { column: 'pixels', shape, place } })) },
    target: { kind: 'classes', classes: ['no', 'yes'], codes },
  };
}

describe.each(engines)('presets on $name', ({ open: openEngine }) => {
  let open: OpenNetwork;
  beforeAll(async () => {
    open = await openEngine();
  });

  it.each([
    [[8], 'mlp(x) { units: [16, 8] }'],
    [[6, 6, 1], 'cnn(x) { filters: [8, 8], units: [16] }'],
    [[8, 2], 'cnn(x) { filters: [8], units: [16] }'],
    [[8, 2], 'rnn(x) { states: [12] }'],
  ])('of %j, %s learns', async (shape, model) => {
    const settings = settingsOf(await paramsOf(shape, model));
    const { curve } = await fitNetwork({ open, train: makeRows(shape, 'train'), validate: makeRows(shape, 'validate'), settings: { ...settings, batch: 16 }, seed: '1', checkpoint: memoryCheckpoint() });
    // A guess has the loss ln 2.
    expect(curve.validate['log_loss']?.at(-1)).toBeLessThan(0.5);
  });
});
