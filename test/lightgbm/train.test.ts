import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { openLightgbmPredictor } from '../../runtime/engines/lightgbm/predict.ts';
import { datasetParameters, trainLightgbm } from '../../runtime/engines/lightgbm/train.ts';
import type { RoundProgress } from '../../runtime/trainers/segments.ts';
import type { TrainRequest } from '../../runtime/trainers/training.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled, makeRanked } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictLightgbm } from './predict-lightgbm.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('lightgbm');
});

const data = makeLabelled();
const validate = makeLabelled({ seed: 2, rows: 300 });
const BAGGED = { objective: 'binary', num_leaves: 8, bagging_fraction: 0.7, bagging_freq: 1, feature_fraction: 0.7 };

function train(request: Partial<TrainRequest>) {
  return trainLightgbm({
    library,
    train: data,
    parameters: { objective: 'binary', num_leaves: 8 },
    rounds: 20,
    segment: 5,
    seed: (segment) => 100 + segment,
    evalMetrics: [],
    threads: 1,
    checkpoint: memoryCheckpoint(),
    ...request,
  });
}

function digest({ model }: { readonly model: Uint8Array }): string {
  return createHash('sha256').update(model).digest('hex');
}

describe('a run that was killed gives the bytes of one that was not', () => {
  const request: Partial<TrainRequest> = { parameters: { ...BAGGED, learning_rate: 0.05 }, validate, evalMetrics: ['binary_logloss'], earlyStopping: { rounds: 12, metric: 'auc' }, rounds: 40 };
  test.each([[[1]], [[5]], [[6]], [[12]], [[3, 8, 13]], [[11, 11, 11]]])('killed in the rounds %j', async (kills) => {
    const whole = await train(request);
    expect(whole.rounds).toBeGreaterThanOrEqual(13);
    const saved: Uint8Array[] = [];
    for (const kill of kills) {
      const onRound = ({ round }: RoundProgress) => {
        if (round === kill) throw new Error('killed');
      };
      await expect(train({ ...request, checkpoint: memoryCheckpoint(saved), onRound })).rejects.toThrow('killed');
    }
    expect(saved).toHaveLength(Math.floor((Math.max(...kills) - 1) / 5));
    expect(await train({ ...request, checkpoint: memoryCheckpoint(saved) })).toEqual(whole);
  });

  test.each(['dart', 'rf'])('trees of %s cannot be gone on with: training begins anew', async (boosting) => {
    const saved: Uint8Array[] = [];
    const parameters = { ...BAGGED, boosting };
    const whole = await train({ parameters, checkpoint: memoryCheckpoint(saved) });
    expect(saved).toHaveLength(0);
    expect(digest(await train({ parameters, segment: 7 }))).toBe(digest(whole));
  });
});

test('seeds count where something is drawn', async () => {
  const one = await train({ parameters: BAGGED });
  const other = await train({ parameters: BAGGED, seed: (segment) => 200 + segment });
  expect(digest(other)).not.toBe(digest(one));
});

// Fewer rows would get one thread.
const MANY = 170_000;

test.each([['binary', makeLabelled({ rows: MANY }), BAGGED], ['several classes', makeLabelled({ rows: MANY, classes: 3 }), { ...BAGGED, objective: 'multiclass', num_class: 3 }]] as const)('one thread and two give the same bytes: %s', async (_, rows, parameters) => {
  const weights = Float32Array.from({ length: rows.matrix.rows }, (_value, row) => 1 + (row % 3));
  const metric = rows.target.kind === 'classes' && rows.target.classes.length > 2 ? 'multi_logloss' : 'binary_logloss';
  const request = { train: { ...rows, weights }, validate: rows, evalMetrics: [metric], parameters, rounds: 6, segment: 3 };
  expect(await train({ ...request, threads: 2 })).toEqual(await train({ ...request, threads: 1 }));
});

test.each([
  ['classes', makeLabelled({ rows: 400 }), { objective: 'binary' }, 'binary_logloss'],
  ['a ranking', makeRanked({ rows: 400, classes: 3 }), { objective: 'lambdarank' }, 'ndcg@5'],
] as const)('validation rows without weights count 1 each, also beside training rows with weights: %s', async (_, rows, parameters, metric) => {
  const queries = rows.target.kind === 'numbers' ? rows.target.queries : undefined;
  const weights = Float32Array.from({ length: 400 }, (_value, row) => 1 + ((queries?.[row] ?? row) % 3));
  const request = { train: { ...rows, weights }, evalMetrics: [metric], parameters, rounds: 6, segment: 3 };
  const trained = await train({ ...request, validate: rows });
  expect(trained).toEqual(await train({ ...request, validate: { ...rows, weights: new Float32Array(400).fill(1) } }));
  expect(trained.curve['validate']?.[metric]).not.toEqual((await train({ ...request, validate: { ...rows, weights } })).curve['validate']?.[metric]);
});

test('each thread has enough to do', () => {
  const threadsFor = (rows: number, threads: number) => datasetParameters({ train: makeLabelled({ rows }), parameters: {}, seed: () => 1, evalMetrics: [], threads })['num_threads'];
  expect([threadsFor(100, 2), threadsFor(MANY, 1), threadsFor(MANY, 2), threadsFor(MANY, 8)]).toEqual([1, 1, 2, 2]);
});

describe('early stopping', () => {
  test('ends with the best round', async () => {
    const request = { validate, rounds: 300, segment: 1000, parameters: { objective: 'binary', learning_rate: 0.6 } };
    const stopped = await train({ ...request, earlyStopping: { rounds: 7, metric: 'binary_logloss' } });
    const curve = stopped.curve['validate']?.['binary_logloss'] ?? [];
    expect(stopped.bestRound).toBe(curve.indexOf(Math.min(...curve)) + 1);
    expect(stopped.rounds).toBe(stopped.bestRound + 7);
    const alone = await train({ ...request, rounds: stopped.bestRound });
    expect(digest(stopped)).toBe(digest(alone));
  });

  test('goes by what the metric means', async () => {
    const { curve, bestRound } = await train({ validate, rounds: 6, earlyStopping: { rounds: 10, metric: 'auc' } });
    const values = curve['validate']?.['auc'] ?? [];
    expect(bestRound).toBe(values.indexOf(Math.max(...values)) + 1);
  });
});

test('rounds that find no split are rounds, and the best of them is the model', async () => {
  const parameters = { objective: 'binary', min_data_in_leaf: 290, boost_from_average: false };
  const stopped = await train({ validate, parameters, rounds: 30, earlyStopping: { rounds: 4, metric: 'auc' } });
  const whole = await predictLightgbm({ library, model: stopped.model, matrix: validate.matrix, threads: 1, classes: 2 });
  expect(whole.every(Number.isFinite)).toBe(true);
  expect(stopped.curve['validate']?.['auc']).toHaveLength(stopped.rounds);
});

describe.each([
  ['two classes', makeLabelled(), { objective: 'binary' }, 2, 1],
  ['two classes, rows that repeat', makeLabelled({ discrete: true, rows: 3000 }), { objective: 'binary' }, 2, 1],
  ['three classes', makeLabelled({ classes: 3 }), { objective: 'multiclass', num_class: 3 }, 3, 3],
  ['numbers, leaf by leaf', makeLabelled({ classes: 5 }), { objective: 'regression', linear_tree: true }, undefined, 1],
  ['numbers, forest', makeLabelled({ classes: 5 }), { objective: 'regression', boosting: 'rf', feature_fraction: 0.6 }, undefined, 1],
] as const)('%s', (_, rows, parameters, classes, width) => {
  test('rows together and rows alone give the same, on one thread and two', async () => {
    const { model } = await train({ train: rows, parameters });
    const request = { library, model, matrix: rows.matrix, ...(classes === undefined ? {} : { classes }) };
    const values = await predictLightgbm({ ...request, threads: 2 });
    expect(values).toHaveLength(rows.matrix.rows * width);
    expect(await predictLightgbm({ ...request, threads: 1 })).toEqual(values);
    const predictor = await openLightgbmPredictor({ ...request, features: rows.matrix.features, threads: 1 });
    for (let row = 0; row < 100; row++) {
      const alone = rows.matrix.features.map((feature) => (feature.kind === 'numeric' ? feature.values[row] ?? NaN : (feature.codes[row] ?? 255) < feature.levels.length ? feature.codes[row] ?? NaN : NaN));
      expect(predictor.predictRow(alone)).toEqual(values.slice(row * width, (row + 1) * width));
    }
    predictor.close();
  });
});

test('columns without a value, constant ones, and categories that training has not are no error', async () => {
  const rows = 60;
  const labelled = (codes: Uint8Array): Labelled => ({
    matrix: {
      rows,
      features: [
        { kind: 'category', name: 'empty', codes: new Uint8Array(rows).fill(255), levels: [], oneHot: true },
        { kind: 'category', name: 'levels {"odd": [1]}', codes, levels: ['a', 'b', 'c'], oneHot: false },
        { kind: 'numeric', name: 'nan', values: new Float64Array(rows).fill(NaN) },
        { kind: 'numeric', name: 'constant', values: new Int16Array(rows).fill(-3) },
      ],
    },
    target: { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from({ length: rows }, (_, row) => row % 2) },
  });
  const seen = labelled(Uint8Array.from({ length: rows }, (_, row) => row % 2));
  const request = { train: seen, evalMetrics: ['binary_logloss'], parameters: { objective: 'binary', min_data_in_leaf: 1, min_data_per_group: 1 } };
  const curves = [new Uint8Array(rows).fill(2), new Uint8Array(rows).fill(255)].map(async (codes) => (await train({ ...request, validate: labelled(codes) })).curve);
  expect(await curves[0]).toEqual(await curves[1]);
});

describe('what LightGBM refuses is said in one sentence', () => {
  const numbers = (values: Float64Array): Labelled => ({ ...data, target: { kind: 'numbers', values } });
  const oneClass: Labelled = { ...validate, target: { kind: 'classes', classes: ['no', 'yes'], codes: new Uint8Array(300) } };
  test.each<[string, Partial<TrainRequest>, RegExp]>([
    ['a parameter out of range', { parameters: { objective: 'binary', num_leaves: 1 } }, /^LightGBM: it is not true that num_leaves > 1$/],
    ['a parameter of another type', { parameters: { objective: 'binary', num_leaves: 'many' } }, /^LightGBM: .*num_leaves/],
    ['an unknown objective', { parameters: { objective: 'binry' } }, /^LightGBM: Unknown objective type name: binry$/],
    ['labels that are no numbers', { train: numbers(new Float64Array(600).fill(NaN)), parameters: { objective: 'regression' } }, /^LightGBM: the target is infinite or not a number/],
    ['labels that the objective cannot take', { train: numbers(new Float64Array(600).fill(-1)), parameters: { objective: 'poisson' } }, /^LightGBM: .*negative/],
    ['a metric that is not defined', { validate: oneClass, evalMetrics: ['auc'] }, /^LightGBM: the metric `auc` is not a number on the `validate` part$/],
    ['no rows', { train: { ...data, matrix: { ...data.matrix, rows: 0 } } }, /no rows/],
    ['no features', { train: { ...data, matrix: { rows: 600, features: [] } } }, /no features/],
    ['a library that is none', { library: '/dev/null' }, /^LightGBM's library cannot be loaded/],
  ])('%s', async (_, request, message) => {
    const error: unknown = await train({ rounds: 1, ...request }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toMatch(message);
    expect((error as StepError).message).not.toMatch(/\.cpp|\n/);
  });

  test('a model that is none', async () => {
    const request = { library, matrix: data.matrix, threads: 1, classes: 2 };
    for (const model of [new Uint8Array(50), new TextEncoder().encode('tree\nversion=v4\n')]) {
      await expect(predictLightgbm({ ...request, model })).rejects.toBeInstanceOf(StepError);
    }
  });

  test('a model of another number of classes', async () => {
    const { model } = await train({});
    await expect(predictLightgbm({ library, matrix: data.matrix, threads: 1, classes: 3, model })).rejects.toThrow(/1 value.* 3/);
  });
});
