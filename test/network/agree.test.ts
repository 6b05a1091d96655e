import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkEngine, OpenNetwork } from '../../runtime/networks/engine.ts';
import { initialStatistics } from '../../runtime/networks/initialise.ts';
import { applyOptimizer } from '../../runtime/networks/optimizers.ts';
import { addEmbeddingGradient } from '../../runtime/networks/rows.ts';
import { settingsOf } from '../../stdlib/models/network/network-params.ts';
import { engines } from './engines.ts';
import { layerCases, makeCase, type LayerCase, type MadeCase } from './layer-cases.ts';
import { paramsOf } from './model-params.ts';

const PRESETS: readonly (readonly [array: readonly number[], model: string])[] = [
  [[], 'mlp(x)'],
  [[4, 2], 'mlp(x) { units: [8], batch_norm: true, dropout: 0.3 }'],
  [[12, 12, 2], 'cnn(x) { filters: [4, 6], units: [8], batch_norm: true }'],
  [[9, 3], 'cnn(x) { filters: [8], units: [4] }'],
  [[6, 3], 'rnn(x)'],
  [[6, 3], 'rnn(x) { cell: lstm, states: [5, 4], bidirectional: true, dropout: 0.3 }'],
  [[6, 3], 'rnn(x) { states: [5, 4], masking: true }'],
];

const presetCase = async (array: readonly number[], model: string): Promise<LayerCase> => {
  const { layers, masking } = settingsOf(await paramsOf(array, model));
  return { name: model, layers, loss: 'binary', ...(array.length === 0 ? {} : { array, numbers: 0 }), ...(masking ? { masked: true } : {}) };
};

const difference = (one: Float32Array, other: Float32Array): number => {
  expect(one.length).toBe(other.length);
  return Math.max(0, ...one.map((value, at) => Math.abs(value - (other[at] ?? NaN))));
};

/** What an engine says of rows, what it learns of them in a step, and what it says then. */
function take(engine: NetworkEngine, { description, layout, rows, picked, parameters, batchOf }: MadeCase): readonly Float32Array[] {
  const { masks: _, truth: __, weights: ___, ...request } = batchOf(parameters);
  const before = engine.forward({ ...request, statistics: initialStatistics(layout) });
  const { gradient, ofInputs, statistics, sum } = engine.differentiate(batchOf(parameters));
  addEmbeddingGradient({ description, layout, rows, picked }, ofInputs, gradient);
  const after = parameters.slice();
  applyOptimizer({ kind: 'sgd', weight_decay: 0 }, layout, { parameters: after, gradient: gradient.slice(), slots: [], rate: 0.1, step: 0 });
  return [before, Float32Array.of(sum), gradient, statistics, engine.forward({ ...request, inputs: batchOf(after).inputs, parameters: after, statistics })];
}

describe.skipIf(engines.length < 2)('engines agree within 1e-4, before and after a step', () => {
  let open: readonly OpenNetwork[];
  beforeAll(async () => {
    open = await Promise.all(engines.map((engine) => engine.open()));
  });
  const expectAgreement = (one: LayerCase): void => {
    const made = makeCase(one);
    const [first, ...others] = open.map((openNetwork) => take(openNetwork(made.description), made));
    for (const other of others) first?.forEach((values, at) => expect(difference(values, other[at] as Float32Array)).toBeLessThan(1e-4));
  };

  it.each(layerCases)('$name', expectAgreement);
  it.each(PRESETS)('of %j, %s', async (array, model) => expectAgreement(await presetCase(array, model)));
});

const masked = engines.flatMap(({ name, open }) => layerCases.filter((one) => one.masked).map((one) => ({ engine: name, open, one, layers: one.name })));
it.each(masked)('on $engine, nothing in a step that does not count changes anything: $layers', async ({ open, one }) => {
  const made = makeCase(one);
  const engine = (await open())(made.description);
  const { present = new Float32Array(), array = new Float32Array() } = made.rows;
  const channels = array.length / present.length;
  const other = array.map((value, at) => (present[Math.floor(at / channels)] === 1 ? value : 7 - value));
  expect(difference(array, other)).toBeGreaterThan(1);
  const given = take(engine, made);
  const changed = take(engine, { ...made, batchOf: (parameters) => ({ ...made.batchOf(parameters), array: other }) });
  given.forEach((values, at) => expect(difference(values, changed[at] as Float32Array)).toBeLessThan(1e-6));
});
