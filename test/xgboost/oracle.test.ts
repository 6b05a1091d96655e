import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Feature, Labelled, Target } from '../../runtime/data/matrix.ts';
import { trainXgboost } from '../../runtime/engines/xgboost/train.ts';
import { xgboostLibrary } from './library.ts';
import { memoryCheckpoint } from './memory-checkpoint.ts';
import { predictXgboost } from './predict-xgboost.ts';

interface Data {
  readonly parts: Readonly<Record<'train' | 'validate' | 'test', readonly [number, number]>>;
  readonly levels: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, readonly (number | null)[]>>;
  readonly weights: readonly number[];
  readonly targets: Readonly<Record<string, readonly number[]>>;
}

interface Case {
  readonly name: string;
  readonly target: 'binary' | 'multi' | 'number';
  readonly features: readonly string[];
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly segment: number;
  readonly weighted: boolean;
  readonly merge: boolean;
  readonly metrics: readonly string[];
  readonly stopping: { readonly metric: string; readonly rounds: number } | null;
  readonly expected: {
    readonly bestRound: number;
    readonly curve: Readonly<Record<string, readonly number[]>>;
    readonly predictions: readonly number[];
  };
}

const data = read('data.json') as Data;
const { cases } = read('expected.json') as { cases: readonly Case[] };
const CLASSES = { binary: ['no', 'yes'], multi: ['low', 'mid', 'high'], number: undefined };

describe("Python's xgboost, trained in the same segments with the same seeds, predicts the same", () => {
  test.each(cases)('$name', async (example) => {
    const library = await xgboostLibrary();
    // One-hot is asked for by the matrix here, by the parameter in Python.
    const { max_cat_to_onehot: oneHot, ...parameters } = example.parameters;
    const trained = await trainXgboost({
      library,
      train: labelled(example, 'train', oneHot !== undefined),
      validate: labelled(example, 'validate', oneHot !== undefined),
      parameters,
      rounds: example.rounds,
      segment: example.segment,
      seed: (segment) => 1234 + 77 * segment,
      ...(example.stopping === null ? {} : { earlyStopping: example.stopping }),
      evalMetrics: example.metrics,
      threads: 2,
      mergeRows: example.merge,
      checkpoint: memoryCheckpoint(),
    });
    expect(trained.bestRound).toBe(example.expected.bestRound);
    for (const [metric, values] of Object.entries(example.expected.curve)) {
      expectClose(trained.curve['validate']?.[metric] ?? [], values);
    }
    const { matrix } = labelled(example, 'test', false);
    const classes = CLASSES[example.target]?.length;
    const request = { library, model: trained.model, matrix, threads: 1, ...(classes === undefined ? {} : { classes }) };
    expectClose(await predictXgboost(request), example.expected.predictions);
  });
});

function labelled(example: Case, part: 'train' | 'validate' | 'test', oneHot: boolean): Labelled {
  const [start, end] = data.parts[part];
  const features = example.features.map((name): Feature => {
    const values = (data.features[name] ?? []).slice(start, end);
    const levels = data.levels[name];
    if (levels !== undefined) {
      const names = Array.from({ length: levels }, (_, level) => `level ${level}`);
      return { kind: 'category', name, codes: Uint8Array.from(values, (value) => value ?? 255), levels: names, oneHot };
    }
    const numbers = values.map((value) => value ?? NaN);
    return { kind: 'numeric', name, values: name === 'count' ? Uint8Array.from(numbers) : Float64Array.from(numbers) };
  });
  const truth = (data.targets[example.target] ?? []).slice(start, end);
  const classes = CLASSES[example.target];
  const target: Target =
    classes === undefined
      ? { kind: 'numbers', values: Float64Array.from(truth) }
      : { kind: 'classes', classes, codes: Uint8Array.from(truth) };
  const weights = example.weighted ? { weights: Float32Array.from(data.weights.slice(start, end)) } : {};
  return { matrix: { rows: end - start, features }, target, ...weights };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((actual[index] as number) - value), `value ${index}`).toBeLessThanOrEqual(1e-6);
  });
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`oracle/${file}`, import.meta.url), 'utf8'));
}
