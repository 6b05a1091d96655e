import { describe, expect, it } from 'vitest';
import { ACTIVATIONS, inputWidth, type NetworkDescription } from '../../runtime/networks/description.ts';
import { initialParameters, initialStatistics } from '../../runtime/networks/initialise.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { engines } from './engines.ts';

const ROWS = 500;
const BATCHES = [1, 2, 3, 7, 16, 31, 32, 33, 64, 95, 97, 128, 256, 499];

describe.each(engines)('answers of $name are the same to the last bit, whatever the batch', ({ open }) => {
  it.each(ACTIVATIONS.map((activation, index) => ({ activation, numbers: [3, 8, 37, 69, 700][index % 5] ?? 1, units: [16, 5, 33, 64][index % 4] ?? 1 })))('$activation, $numbers → $units', async ({ activation, numbers, units }) => {
    const description: NetworkDescription = {
      inputs: { numbers, categories: [] },
      layers: [{ kind: 'dense', units, activation }, { kind: 'batch_norm', momentum: 0.9, epsilon: 1e-3 }, { kind: 'dense', units: 7, activation }],
      outputs: 3,
      loss: 'multiclass',
    };
    const layout = layoutOf(description);
    const draw = uniformNumbers('3', activation);
    const parameters = initialParameters(layout, '5');
    const statistics = initialStatistics(layout).map((value) => value + draw());
    const width = inputWidth(description.inputs);
    const inputs = Float32Array.from({ length: ROWS * width }, () => 4 * draw() - 2);
    const engine = (await open())(description);
    const inBatches = (batch: number, first: number): number[] => {
      const outputs: number[] = [];
      for (let start = first; start < ROWS; start += batch) {
        const end = Math.min(ROWS, start + batch);
        outputs.push(...engine.forward({ parameters, statistics, rows: end - start, inputs: inputs.subarray(start * width, end * width) }));
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
