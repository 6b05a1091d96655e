import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { predictXgboost } from './predict-xgboost.ts';
import { trainXgboost } from '../../runtime/engines/xgboost/train.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { expectClose, ORACLE_CLASSES, oracleRows, type OracleRows } from '../support/oracle-rows.ts';

interface Case extends OracleRows {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly segment: number;
  readonly merge: boolean;
  readonly metrics: readonly string[];
  readonly stopping: { readonly metric: string; readonly rounds: number } | null;
  readonly expected: {
    readonly bestRound: number;
    readonly curve: Readonly<Record<string, readonly number[]>>;
    readonly predictions: readonly number[];
  };
}

const { cases } = read('expected.json') as { cases: readonly Case[] };

describe("Python's xgboost, trained in the same segments with the same seeds, predicts the same", () => {
  test.each(cases)('$name', async (example) => {
    const library = await engineLibrary('xgboost');
    // One-hot is asked for by the matrix here, by the parameter in Python.
    const { max_cat_to_onehot: oneHot, ...parameters } = example.parameters;
    const trained = await trainXgboost({
      library,
      train: oracleRows(example, 'train', oneHot !== undefined),
      validate: oracleRows(example, 'validate', oneHot !== undefined),
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
    const { matrix } = oracleRows(example, 'test', false);
    const classes = ORACLE_CLASSES[example.target]?.length;
    const request = { library, model: trained.model, matrix, threads: 1, ...(classes === undefined ? {} : { classes }) };
    expectClose(await predictXgboost(request), example.expected.predictions);
  });
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`oracle/${file}`, import.meta.url), 'utf8'));
}
