import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainNetwork } from '../../runtime/networks/train-network.ts';
import { engines } from './engines.ts';
import { scenarios, SEED } from './oracle/scenarios.ts';

const FOLDER = join(import.meta.dirname, 'oracle');
const GIVEN = join(FOLDER, 'scenarios.json');

interface Expected {
  readonly parameters: readonly number[];
  readonly statistics: readonly number[];
  readonly losses: readonly number[];
}

const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Readonly<Record<string, Expected>>;
const difference = (found: ArrayLike<number>, wanted: readonly number[]): number => {
  expect(found.length).toBe(wanted.length);
  return Math.max(0, ...wanted.map((value, at) => Math.abs(value - (found[at] ?? NaN))));
};

describe('a network is trained as NumPy trains it', () => {
  it('from what the script was given', () => {
    const text = `${JSON.stringify(scenarios)}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(GIVEN, text);
    expect(readFileSync(GIVEN, 'utf8')).toBe(text);
  });

  const cases = engines.flatMap(({ name, open }) => scenarios.map((scenario) => ({ engine: name, open, ...scenario })));
  it.each(cases)('on $engine: $name', async ({ open, name, description, optimizer, rate, epochs, batch, rows, numbers, truth, weights }) => {
    const openNetwork = await open();
    const inputs = { rows, numbers: Float32Array.from(numbers), codes: [] };
    const trained = await trainNetwork({
      ...{ engine: openNetwork(description), description, optimizer, rate, epochs, batch, seed: SEED },
      train: { rows: inputs, truth, ...(weights === undefined ? {} : { weights: Float32Array.from(weights) }) },
      validate: inputs,
      evaluate: () => ({}),
      followed: 'loss',
      trainingMetric: { name: 'loss', of: (mean) => mean },
      checkpoint: { load: async () => undefined, save: async () => undefined },
    });
    const { parameters, statistics, losses } = expected[name] as Expected;
    expect(difference(trained.parameters, parameters)).toBeLessThan(1e-4);
    expect(difference(trained.statistics, statistics)).toBeLessThan(1e-4);
    expect(difference(trained.curve.train['loss'] ?? [], losses)).toBeLessThan(1e-4);
  });
});
