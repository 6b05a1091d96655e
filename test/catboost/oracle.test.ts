import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { openCatboostPredictor } from '../../runtime/engines/catboost/predict.ts';
import { trainCatboost } from '../../runtime/engines/catboost/train.ts';
import type { EngineParameters } from '../../runtime/trainers/parameters.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { expectClose, ORACLE_CLASSES, oracleRows, type OracleRows } from '../support/oracle-rows.ts';

interface Case extends Omit<OracleRows, 'target'> {
  readonly name: string;
  /** `count` is the size of `number`. */
  readonly target: OracleRows['target'] | 'count';
  readonly parameters: Readonly<Record<string, string | number | boolean | readonly number[]>>;
  readonly rounds: number;
  readonly metrics: readonly string[];
  readonly stopping: { readonly metric: string; readonly rounds: number } | null;
  readonly expected: {
    readonly bestRound: number;
    readonly curve: Readonly<Record<string, readonly number[]>>;
    readonly importance: Readonly<Record<string, number>>;
    readonly predictions: readonly number[];
  };
}

const folder = mkdtempSync(join(tmpdir(), 'mlp-catboost-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { cases } = JSON.parse(readFileSync(new URL('oracle/expected.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };

/** CatBoost's parameters in the form in which a kind hands them over. */
function parametersOf({ parameters, target }: Case): EngineParameters {
  const { loss_function: loss, monotone_constraints: monotone, one_hot_max_size: oneHot, ...rest } = parameters;
  const [objective = '', setting] = String(loss).split(':');
  const [name, value] = setting?.split('=') ?? [];
  // CatBoost has age, count, color, size; the matrix has its features by name.
  const [age, count] = (monotone ?? []) as readonly number[];
  return {
    ...(rest as EngineParameters),
    objective,
    ...(name === undefined ? {} : { [name]: Number(value) }),
    ...(monotone === undefined ? {} : { monotone_constraints: JSON.stringify([age, 0, count, 0]) }),
    ...(oneHot === undefined || oneHot === 13 ? {} : { one_hot_max_size: oneHot as number }),
    ...(target === 'multi' ? { num_class: 3 } : {}),
  };
}

function rowsOf(example: Case, part: 'train' | 'validate' | 'test'): Labelled {
  const oneHot = example.parameters['one_hot_max_size'] === 13;
  const rows = complete(oracleRows({ ...example, target: example.target === 'count' ? 'number' : example.target }, part, oneHot), example.name.startsWith('unseen') && part !== 'test');
  if (example.target !== 'count') return rows;
  return rows.target.kind === 'numbers' ? { ...rows, target: { kind: 'numbers', values: rows.target.values.map(Math.abs) } } : rows;
}

/** Rows in which no category is missing: the first stands in. */
function complete(rows: Labelled, wanted: boolean): Labelled {
  const features = rows.matrix.features.map((feature) => (feature.kind === 'category' ? { ...feature, codes: feature.codes.map((code) => (code < feature.levels.length ? code : 0)) } : feature));
  return wanted ? { ...rows, matrix: { ...rows.matrix, features } } : rows;
}

describe("what is trained through mlp and asked in process is what CatBoost's own package says, to 1e-9", () => {
  test.each(cases)('$name', async (example) => {
    const trained = await trainCatboost({
      library: await engineLibrary('catboost'),
      scratch: join(folder, 'scratch'),
      train: rowsOf(example, 'train'),
      validate: rowsOf(example, 'validate'),
      parameters: parametersOf(example),
      rounds: example.rounds,
      segment: example.rounds,
      seed: () => 1234,
      ...(example.stopping === null ? {} : { earlyStopping: example.stopping }),
      evalMetrics: example.metrics,
      threads: 2,
      checkpoint: memoryCheckpoint(),
    });
    const { bestRound, curve, importance, predictions } = example.expected;
    expect(trained.bestRound).toBe(bestRound);
    for (const [metric, values] of Object.entries(curve)) expectClose(trained.curve['validate']?.[metric] ?? [], values, 1e-9);
    for (const { feature, gain } of trained.importance) expect(gain).toBeCloseTo(importance[feature] ?? NaN, 6);
    const { matrix } = rowsOf(example, 'test');
    const classes = example.target === 'count' ? undefined : ORACLE_CLASSES[example.target]?.length;
    const predictor = openCatboostPredictor({ model: trained.model, features: matrix.features, ...(classes === undefined ? {} : { classes }) });
    const values = predictor.predict(matrix);
    expectClose(values, predictions, 1e-9);
    const width = values.length / matrix.rows;
    for (let row = 0; row < 60; row++) {
      const alone = matrix.features.map((feature) => (feature.kind === 'numeric' ? (feature.values[row] ?? NaN) : (feature.codes[row] ?? 255) < feature.levels.length ? (feature.codes[row] ?? NaN) : NaN));
      expect(predictor.predictRow(alone)).toEqual(values.slice(row * width, (row + 1) * width));
    }
  });
});
