import { createRequire } from 'node:module';
import { beforeAll, expect, it } from 'vitest';
import type * as Layers from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../runtime/engines/tfjs/load-tfjs.ts';
import { openTfjsNetwork } from '../../runtime/engines/tfjs/network.ts';
import { ACTIVATIONS, type NetworkDescription, type Shape } from '../../runtime/networks/description.ts';
import { initialParameters, initialStatistics } from '../../runtime/networks/initialise.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import type { NetworkRows } from '../../runtime/networks/rows.ts';
import { sizeOf } from '../../runtime/networks/shapes.ts';
import { forwardAll } from '../../runtime/networks/train-network.ts';
import { tfjsFiles } from '../../stdlib/models/network/export-tfjs.ts';
import type { NetworkAbout, NetworkModel } from '../../stdlib/models/network/network-model.ts';
import { answersOf } from '../../stdlib/models/network/predict-network.ts';
import { testTfjs } from './tfjs.ts';

const ROWS = 9;
const standard = { mean: 0, deviation: 1 };
const number = (feature: string) => ({ kind: 'numeric' as const, feature, fill: 0, ...standard });
const category = (feature: string) => ({ kind: 'category' as const, feature, levels: ['a', 'b', 'c'] });
const array = (shape: Shape) => ({ kind: 'array' as const, feature: 'p', shape, standards: [standard] });
const CATEGORIES: NetworkDescription['inputs']['categories'] = [
  { kind: 'embedding', levels: 4, size: 2 },
  { kind: 'one_hot', levels: 4, size: 3 },
];

const cases: readonly { readonly name: string; readonly about: NetworkAbout }[] = [
  ...ACTIVATIONS.map((activation) => ({
    name: activation,
    about: { task: 'regression' as const, features: [number('a'), number('b')], target: { mean: 40, deviation: 7 }, description: { inputs: { numbers: 2, categories: [] }, layers: [{ kind: 'dense' as const, units: 5, activation }], outputs: 1, loss: 'squared' as const } },
  })),
  {
    name: 'every layer and input, several classes',
    about: {
      task: 'multiclass',
      classes: ['x', 'y', 'z'],
      features: [number('a'), category('c'), category('d'), number('e')],
      description: {
        inputs: { numbers: 2, categories: CATEGORIES },
        layers: [{ kind: 'batch_norm', momentum: 0.9, epsilon: 0.01 }, { kind: 'dense', units: 6, activation: 'relu' }, { kind: 'dropout', rate: 0.5 }, { kind: 'dense', units: 4, activation: 'tanh' }],
        outputs: 3,
        loss: 'multiclass',
      },
    },
  },
  {
    name: 'an image, with numbers and categories beside it',
    about: {
      task: 'multiclass',
      classes: ['x', 'y', 'z'],
      features: [number('a'), category('c'), category('d'), array([8, 7, 2])],
      description: {
        inputs: { numbers: 1, categories: CATEGORIES, array: [8, 7, 2] },
        layers: [
          { kind: 'conv2d', filters: 3, size: [3], stride: [1], padding: 'same', activation: 'relu' },
          { kind: 'batch_norm', momentum: 0.9, epsilon: 0.01 },
          { kind: 'max_pool', size: [2], stride: [2] },
          { kind: 'conv2d', filters: 4, size: [2, 1], stride: [2, 1], padding: 'valid', activation: 'leaky_relu' },
          { kind: 'average_pool', size: [1, 2], stride: [1] },
          { kind: 'flatten' },
          { kind: 'dense', units: 4, activation: 'tanh' },
        ],
        outputs: 3,
        loss: 'multiclass',
      },
    },
  },
  {
    name: 'a sequence alone',
    about: {
      task: 'regression',
      target: { mean: 40, deviation: 7 },
      features: [array([9, 2])],
      description: {
        inputs: { numbers: 0, categories: [], array: [9, 2] },
        layers: [
          { kind: 'conv1d', filters: 3, size: [3], stride: [2], padding: 'same', activation: 'swish' },
          { kind: 'max_pool', size: [2], stride: [1] },
          { kind: 'dense', units: 3, activation: 'tanh' },
          { kind: 'global_average_pool' },
        ],
        outputs: 1,
        loss: 'squared',
      },
    },
  },
  ...(['lstm', 'gru'] as const).map((kind) => ({
    name: `${kind}, and layer normalisation`,
    about: {
      task: 'regression' as const,
      target: { mean: 40, deviation: 7 },
      features: [array([5, 2])],
      description: {
        inputs: { numbers: 0, categories: [], array: [5, 2] },
        layers: [{ kind, units: 4, sequence: true }, { kind: 'layer_norm' as const, epsilon: 1e-3 }, { kind, units: 3, sequence: false }],
        outputs: 1,
        loss: 'squared' as const,
      },
    },
  })),
  {
    name: 'recurrent layers both ways, attention, what is added to what is seen',
    about: {
      task: 'regression',
      target: { mean: 40, deviation: 7 },
      features: [array([5, 2])],
      description: {
        inputs: { numbers: 0, categories: [], array: [5, 2] },
        layers: [
          { kind: 'bidirectional', layer: { kind: 'lstm', units: 3, sequence: true } },
          { kind: 'residual', layers: [{ kind: 'batch_norm', momentum: 0.9, epsilon: 0.01 }, { kind: 'attention', num_heads: 2, key_dim: 4 }, { kind: 'residual', layers: [{ kind: 'dense', units: 6, activation: 'leaky_relu' }] }] },
          { kind: 'attention', num_heads: 1, key_dim: 3 },
          { kind: 'batch_norm', momentum: 0.9, epsilon: 0.02 },
          { kind: 'bidirectional', layer: { kind: 'gru', units: 3, sequence: false } },
        ],
        outputs: 1,
        loss: 'squared',
      },
    },
  },
  ...[
    { name: 'gru', layers: [{ kind: 'dense' as const, units: 3, activation: 'leaky_relu' as const }, { kind: 'gru' as const, units: 3, sequence: false }] },
    { name: 'lstm, every step', layers: [{ kind: 'lstm' as const, units: 4, sequence: true }, { kind: 'dense' as const, units: 3, activation: 'leaky_relu' as const }, { kind: 'dropout' as const, rate: 0.5 }, { kind: 'lstm' as const, units: 3, sequence: false }] },
    { name: 'both ways', layers: [{ kind: 'bidirectional' as const, layer: { kind: 'gru' as const, units: 3, sequence: true } }, { kind: 'bidirectional' as const, layer: { kind: 'lstm' as const, units: 3, sequence: false } }] },
    { name: 'attention', layers: [{ kind: 'residual' as const, layers: [{ kind: 'layer_norm' as const, epsilon: 1e-3 }, { kind: 'attention' as const, num_heads: 2, key_dim: 3 }, { kind: 'gru' as const, units: 2, sequence: true }, { kind: 'batch_norm' as const, momentum: 0.9, epsilon: 0.01 }] }, { kind: 'global_average_pool' as const }] },
  ].map(({ name, layers }) => ({
    name: `steps that do not count: ${name}`,
    about: { task: 'regression' as const, target: { mean: 40, deviation: 7 }, features: [number('a'), array([5, 2])], description: { inputs: { numbers: 1, categories: [], array: [5, 2], masked: true as const }, layers, outputs: 1, loss: 'squared' as const } },
  })),
  {
    name: 'a vector with a number beside it',
    about: {
      task: 'binary',
      classes: ['x', 'y'],
      features: [number('a'), array([4])],
      description: { inputs: { numbers: 1, categories: [], array: [4] }, layers: [{ kind: 'dense', units: 4, activation: 'relu' }], outputs: 1, loss: 'binary' },
    },
  },
  { name: 'an embedding alone, two classes', about: { task: 'binary', classes: ['x', 'y'], features: [category('c')], description: { inputs: { numbers: 0, categories: CATEGORIES.slice(0, 1) }, layers: [], outputs: 1, loss: 'binary' } } },
];

let tf: Tfjs;
let layers: typeof Layers;
beforeAll(async () => {
  tf = await testTfjs();
  layers = createRequire(import.meta.url)('@tensorflow/tfjs-layers') as typeof Layers;
});

it.each(cases)('tf.loadLayersModel opens an exported network and answers alike: $name', async ({ about }) => {
  const { description } = about;
  const layout = layoutOf(description);
  const draw = uniformNumbers('3', 'export');
  const model: NetworkModel = {
    about,
    parameters: initialParameters(layout, '5').map((value) => value + 0.2 * draw()),
    statistics: initialStatistics(layout).map((value) => value + 0.3 * draw()),
  };
  const shape = description.inputs.array;
  let rows: NetworkRows = {
    rows: ROWS,
    numbers: Float32Array.from({ length: ROWS * description.inputs.numbers }, () => 4 * draw() - 2),
    codes: description.inputs.categories.map(() => Int32Array.from({ length: ROWS }, () => Math.floor(4 * draw()))),
    ...(shape === undefined ? {} : { array: Float32Array.from({ length: ROWS * sizeOf(shape) }, () => 4 * draw() - 2) }),
  };
  const present = Float32Array.from({ length: description.inputs.masked === undefined ? 0 : ROWS * 5 }, (_, at) => Number(at % 5 >= Math.floor(at / 5) % 7));
  if (present.length > 0) rows = { ...rows, present };
  const wanted = answersOf(about, forwardAll(openTfjsNetwork(tf, description), { description, layout, weights: model, rows }));
  const files = tfjsFiles(model, {});
  const { modelTopology, weightsManifest } = JSON.parse(Buffer.from(files['model.json']).toString('utf8')) as { modelTopology: object; weightsManifest: [{ weights: [] }] };
  const weightData = new Uint8Array(files['weights.bin']).buffer;
  const loaded = await layers.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }) });
  const given: Tensor[] = description.inputs.categories.map(({ kind, size }, index) => {
    const codes = rows.codes[index] as Int32Array;
    if (kind === 'embedding') return tf.tensor2d(codes, [ROWS, 1], 'int32');
    return tf.tensor2d([...codes].flatMap((code) => Array.from({ length: size }, (_, level) => Number(level === code))), [ROWS, size]);
  });
  if (description.inputs.numbers > 0) given.unshift(tf.tensor2d(rows.numbers, [ROWS, description.inputs.numbers]));
  if (present.length > 0) given.unshift(tf.tensor(present, [ROWS, 5]));
  if (shape !== undefined) given.unshift(tf.tensor(rows.array as Float32Array, [ROWS, ...shape]));
  const answer = loaded.predict(given.length === 1 ? (given[0] as Tensor) : given) as Tensor;
  const found = answer.dataSync();
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, at) => expect(Math.abs(value - (found[at] ?? NaN)) / Math.max(1, Math.abs(value))).toBeLessThan(1e-5));
  const { numbers, categories } = JSON.parse(Buffer.from(files['preprocessing.json']).toString('utf8')) as { numbers: unknown[]; categories: unknown[] };
  expect([numbers.length, categories.length]).toEqual([description.inputs.numbers, description.inputs.categories.length]);
});
