import { beforeAll, describe, expect, it } from 'vitest';
import { ACTIVATIONS, inputWidth, type Layer, type Loss, type NetworkDescription } from '../../runtime/networks/description.ts';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { initialParameters } from '../../runtime/networks/initialise.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
import { dropoutMask, uniformNumbers } from '../../runtime/networks/random.ts';
import { addEmbeddingGradient, expandInputs, type NetworkRows } from '../../runtime/networks/rows.ts';
import { engines } from './engines.ts';

const ROWS = 7;
const CATEGORIES: NetworkDescription['inputs']['categories'] = [
  { kind: 'embedding', levels: 4, size: 3 },
  { kind: 'one_hot', levels: 3, size: 3 },
];

const dense = (units: number, activation: (typeof ACTIVATIONS)[number]): Layer => ({ kind: 'dense', units, activation });
const norm: Layer = { kind: 'batch_norm', momentum: 0.9, epsilon: 0.1 };
const drop: Layer = { kind: 'dropout', rate: 0.4 };

const cases: readonly { readonly name: string; readonly layers: readonly Layer[]; readonly loss: Loss; readonly outputs?: number; readonly categories?: typeof CATEGORIES }[] = [
  ...ACTIVATIONS.map((activation) => ({ name: activation, layers: [dense(6, activation), dense(4, activation)], loss: 'squared' as const })),
  { name: 'no layer of one’s own', layers: [], loss: 'binary' },
  { name: 'binary', layers: [dense(5, 'tanh')], loss: 'binary' },
  { name: 'multiclass', layers: [dense(5, 'tanh')], loss: 'multiclass', outputs: 3 },
  { name: 'absolute', layers: [dense(5, 'tanh')], loss: 'absolute' },
  { name: 'huber', layers: [dense(5, 'tanh')], loss: 'huber' },
  { name: 'batch_norm', layers: [dense(5, 'tanh'), norm, dense(4, 'swish')], loss: 'binary' },
  { name: 'batch_norm of the inputs', layers: [norm, dense(4, 'tanh')], loss: 'squared' },
  { name: 'dropout', layers: [dense(6, 'tanh'), drop, dense(4, 'sigmoid'), drop], loss: 'squared' },
  { name: 'dropout of the inputs', layers: [drop, dense(4, 'tanh')], loss: 'squared' },
  { name: 'categories', layers: [dense(5, 'tanh')], loss: 'binary', categories: CATEGORIES },
  { name: 'everything', layers: [drop, norm, dense(6, 'gelu'), norm, drop, dense(4, 'elu')], loss: 'multiclass', outputs: 3, categories: CATEGORIES },
];

describe.each(engines)('gradients of $name are what differences of the loss say', ({ open }) => {
  let openNetwork: OpenNetwork;
  beforeAll(async () => {
    openNetwork = await open();
  });

  it.each(cases)('$name', ({ layers, loss, outputs = 1, categories = [] }) => {
    const description: NetworkDescription = { inputs: { numbers: 4, categories }, layers, outputs, loss };
    const layout = layoutOf(description);
    const draw = uniformNumbers('1', 'test');
    const parameters = initialParameters(description, layout, '2').map((value) => value + 0.3 * (draw() - 0.5));
    const rows: NetworkRows = {
      rows: ROWS,
      numbers: Float32Array.from({ length: ROWS * 4 }, () => 4 * draw() - 2),
      codes: categories.map(({ levels }) => Int32Array.from({ length: ROWS }, () => Math.floor(draw() * levels))),
    };
    const picked = Uint32Array.from({ length: ROWS }, (_, row) => row);
    let width = inputWidth(description.inputs);
    const masks = layers.flatMap((layer) => {
      if (layer.kind === 'dense') width = layer.units;
      return layer.kind === 'dropout' ? [dropoutMask(ROWS * width, layer.rate, draw)] : [];
    });
    const truth = Float32Array.from({ length: ROWS }, () => (loss === 'binary' ? Math.floor(2 * draw()) : loss === 'multiclass' ? Math.floor(3 * draw()) : 6 * draw() - 3));
    const weights = Float32Array.from({ length: ROWS }, () => 0.5 + draw());
    const engine = openNetwork(description);
    const at = (values: Float32Array) => engine.differentiate({ parameters: values, rows: ROWS, inputs: expandInputs({ description, layout, parameters: values, rows, picked }), masks, loss, truth, weights });
    const { gradient, ofInputs } = at(parameters);
    addEmbeddingGradient({ description, layout, rows, picked }, ofInputs, gradient);
    const step = 2 ** -8;
    const differences = Float32Array.from(parameters, (_, index) => {
      const mean = (sign: number): number => at(parameters.map((value, other) => (other === index ? value + sign * step : value))).sum / ROWS;
      return (mean(1) - mean(-1)) / (2 * step);
    });
    expect(differences.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
    differences.forEach((slope, index) => expect(Math.abs((gradient[index] ?? NaN) - slope), `parameter ${index}: ${gradient[index]} and ${slope}`).toBeLessThan(1e-3));
  });
});
