import { beforeAll, describe, expect, test } from 'vitest';
import type { Codes, Labelled, Matrix } from '../../runtime/data/matrix.ts';
import { openXgboostPredictor } from '../../runtime/engines/xgboost/predict.ts';
import { trainXgboost } from '../../runtime/engines/xgboost/train.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictXgboost } from './predict-xgboost.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('xgboost');
});

async function model(train: Labelled, parameters: Record<string, string | number>): Promise<Uint8Array> {
  const options = { rounds: 8, segment: 100, seed: () => 1, evalMetrics: [], threads: 1, mergeRows: 'auto' } as const;
  return (await trainXgboost({ library, train, parameters, ...options, checkpoint: memoryCheckpoint() })).model;
}

/** Features of a row as numbers, NaN for what is missing. */
function rowOf(matrix: Matrix, row: number): number[] {
  return matrix.features.map((feature) => {
    if (feature.kind === 'numeric') return feature.values[row] as number;
    const code = feature.codes[row] as number;
    return code < feature.levels.length ? code : NaN;
  });
}

describe.each([
  ['two classes', makeLabelled(), { objective: 'binary:logistic' }, 2, 1],
  ['two classes, rows that repeat', makeLabelled({ discrete: true, rows: 3000 }), { objective: 'binary:logistic' }, 2, 1],
  ['three classes', makeLabelled({ classes: 3 }), { objective: 'multi:softprob', num_class: 3 }, 3, 3],
  ['three classes, rows that repeat', makeLabelled({ classes: 3, discrete: true, rows: 3000 }), { objective: 'multi:softprob', num_class: 3 }, 3, 3],
  ['numbers', makeLabelled({ classes: 5 }), { objective: 'reg:squarederror' }, undefined, 1],
] as const)('%s', (_, data, parameters, classes, width) => {
  test('rows together and rows alone give the same, on one thread and two', async () => {
    const trained = await model(data, parameters);
    const request = { library, model: trained, matrix: data.matrix, ...(classes === undefined ? {} : { classes }) };
    const values = await predictXgboost({ ...request, threads: 2 });
    expect(values).toHaveLength(data.matrix.rows * width);
    expect(await predictXgboost({ ...request, threads: 1 })).toEqual(values);
    const predictor = await openXgboostPredictor({ library, model: trained, features: data.matrix.features, threads: 1 });
    for (let row = 0; row < 100; row++) {
      expect(predictor.predictRow(rowOf(data.matrix, row))).toEqual(values.slice(row * width, (row + 1) * width));
    }
    predictor.close();
  });
});

test('no rows give no values', async () => {
  const data = makeLabelled();
  const empty = { rows: 0, features: data.matrix.features };
  const trained = await model(data, { objective: 'binary:logistic' });
  expect(await predictXgboost({ library, model: trained, matrix: empty, threads: 1, classes: 2 })).toHaveLength(0);
});

test('wide codes and narrow ones give the same', async () => {
  const data = makeLabelled();
  const trained = await model(data, { objective: 'binary:logistic' });
  const predict = (matrix: Matrix) => predictXgboost({ library, model: trained, matrix, threads: 1, classes: 2 });
  const expected = await predict(data.matrix);
  const widened = (codes: Codes, missing: number) => Array.from(codes, (code) => (code === 255 ? missing : code));
  for (const widen of [
    (codes: Codes) => Uint16Array.from(widened(codes, 0xffff)),
    (codes: Codes) => Uint32Array.from(widened(codes, 0xffffffff)),
  ]) {
    const features = data.matrix.features.map((feature) =>
      feature.kind === 'category' ? { ...feature, codes: widen(feature.codes) } : feature,
    );
    expect(await predict({ rows: data.matrix.rows, features })).toEqual(expected);
  }
});

test('a model that is none, and an objective without probabilities, are errors', async () => {
  const { matrix } = makeLabelled();
  const request = { library, matrix, threads: 1, classes: 3 };
  await expect(predictXgboost({ ...request, model: new Uint8Array(50) })).rejects.toThrow(/^XGBoost: [^\n]*$/);
  const trained = await model(makeLabelled({ classes: 3 }), { objective: 'multi:softmax', num_class: 3 });
  await expect(predictXgboost({ ...request, model: trained })).rejects.toThrow(/the model gives \d+ values where \d+ were expected/);
});

test('many single rows take no memory', async () => {
  const data = makeLabelled();
  const trained = await model(data, { objective: 'binary:logistic' });
  const predictor = await openXgboostPredictor({ library, model: trained, features: data.matrix.features, threads: 1 });
  const row = rowOf(data.matrix, 0);
  const run = (times: number) => {
    for (let i = 0; i < times; i++) predictor.predictRow(row);
    return process.memoryUsage().rss;
  };
  const before = run(2000);
  expect(run(20_000) - before).toBeLessThan(30e6);
  predictor.close();
});
