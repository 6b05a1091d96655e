import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import type { GroupedRows, Labelled } from '../../runtime/data/matrix.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import { trainXgboost, type XgboostRequest } from '../../runtime/engines/xgboost/train.ts';
import type { RoundProgress } from '../../runtime/trainers/segments.ts';
import { modelJson } from '../../runtime/engines/xgboost/predict.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictXgboost } from './predict-xgboost.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('xgboost');
});

const data = makeLabelled();
const validate = makeLabelled({ seed: 2, rows: 300 });
const repeated = makeLabelled({ discrete: true, rows: 3000 });

function train(request: Partial<XgboostRequest>) {
  return trainXgboost({
    library,
    train: data,
    parameters: { objective: 'binary:logistic', max_depth: 4 },
    rounds: 20,
    segment: 5,
    seed: (segment) => 100 + segment,
    evalMetrics: [],
    threads: 1,
    mergeRows: 'auto',
    checkpoint: memoryCheckpoint(),
    ...request,
  });
}

/** The same rows by groups. Rows of the first one are in two groups, and one group has no row. */
function byGroups({ matrix, target, weights }: Labelled): GroupedRows {
  if (target.kind !== 'classes') throw new Error('rows of classes are grouped');
  const rows = Array.from({ length: matrix.rows }, (_, row) => matrix.features.map((one) => (one.kind === 'category' ? one.codes : one.values)[row]).join());
  const first = [...new Set(rows)].map((text) => rows.indexOf(text));
  const kept = Uint32Array.from([...first, first[0] ?? 0, first[1] ?? 0]);
  const groups = Uint32Array.from(rows, (text) => first.indexOf(rows.indexOf(text)));
  groups.forEach((group, row) => {
    if (group === 0 && row % 2 === 1) groups[row] = first.length;
  });
  const features = matrix.features.map((one) => (one.kind === 'category' ? { ...one, codes: takeRows(one.codes, kept) } : { ...one, values: takeRows(one.values, kept) }));
  return { distinct: { rows: kept.length, features }, groups, target, ...(weights === undefined ? {} : { weights }) };
}

/** The same rows, where those of the last category have none. */
function withoutLast(labelled: Labelled): Labelled {
  const features = labelled.matrix.features.map((feature) =>
    feature.kind === 'category' ? { ...feature, codes: feature.codes.map((code) => (code === feature.levels.length - 1 ? 255 : code)) } : feature,
  );
  return { ...labelled, matrix: { ...labelled.matrix, features } };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('a run that was killed gives the bytes of one that was not', () => {
  const request: Partial<XgboostRequest> = {
    parameters: { objective: 'binary:logistic', subsample: 0.7, colsample_bynode: 0.7, eta: 0.05 },
    validate,
    evalMetrics: ['logloss'],
    earlyStopping: { rounds: 12, metric: 'auc' },
    rounds: 40,
  };
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

  test('a checkpoint that is none is not read', async () => {
    const whole = await train({});
    for (const bytes of [new Uint8Array(), new Uint8Array(3), new Uint8Array(100), Uint8Array.of(2, 0, 0, 0, 123, 125, 0)]) {
      expect(digest((await train({ checkpoint: memoryCheckpoint([bytes]) })).model)).toBe(digest(whole.model));
    }
  });
});

test('seeds count, and segments do not without sampling', async () => {
  const sampled = { objective: 'binary:logistic', subsample: 0.5 };
  const one = await train({ parameters: sampled });
  const other = await train({ parameters: sampled, seed: (segment) => 200 + segment });
  expect(digest(one.model)).not.toBe(digest(other.model));
  const whole = await train({ segment: 20 });
  expect(digest((await train({ segment: 3 })).model)).toBe(digest(whole.model));
});

test('one thread and two give the same bytes', async () => {
  const request = { train: repeated, validate, evalMetrics: ['auc'], parameters: { objective: 'binary:logistic', subsample: 0.8 } };
  expect(await train({ ...request, threads: 2 })).toEqual(await train({ ...request, threads: 1 }));
});

describe('early stopping', () => {
  test('ends with the best round', async () => {
    const request = { validate, rounds: 300, parameters: { objective: 'binary:logistic', eta: 0.6 } };
    const stopped = await train({ ...request, earlyStopping: { rounds: 7, metric: 'logloss' } });
    const curve = stopped.curve['validate']?.['logloss'] ?? [];
    expect(stopped.bestRound).toBe(curve.indexOf(Math.min(...curve)) + 1);
    expect(stopped.rounds).toBe(stopped.bestRound + 7);
    expect(curve).toHaveLength(stopped.rounds);
    const alone = await train({ rounds: stopped.bestRound, parameters: request.parameters });
    const predict = (model: Uint8Array) => predictXgboost({ library, model, matrix: validate.matrix, threads: 1, classes: 2 });
    expect(await predict(stopped.model)).toEqual(await predict(alone.model));
  });

  test('goes by what the metric means, or by what is said', async () => {
    const request = { validate, rounds: 6, evalMetrics: ['auc'] };
    const by = async (maximize?: boolean) =>
      train({ ...request, earlyStopping: { rounds: 10, metric: 'auc', ...(maximize === undefined ? {} : { maximize }) } });
    const best = await by();
    const curve = best.curve['validate']?.['auc'] ?? [];
    expect(best.bestRound).toBe(curve.indexOf(Math.max(...curve)) + 1);
    expect((await by(false)).bestRound).toBe(curve.indexOf(Math.min(...curve)) + 1);
  });

  test('does not count gains below minDelta', async () => {
    const stopped = await train({ validate, earlyStopping: { rounds: 4, metric: 'auc', minDelta: 1 } });
    expect([stopped.bestRound, stopped.rounds]).toEqual([1, 5]);
  });
});

test('reports rounds with metrics of the parts that are followed', async () => {
  const seen: RoundProgress[] = [];
  const onRound = (progress: RoundProgress) => seen.push(progress);
  const trained = await train({ validate, evalMetrics: ['auc', 'error@0.7'], evaluateTrain: true, rounds: 3, onRound });
  expect(seen.map(({ round, rounds }) => [round, rounds])).toEqual([[1, 3], [2, 3], [3, 3]]);
  expect(Object.keys(seen[2]?.metrics ?? {})).toEqual(['auc', 'error@0.7', 'train_auc', 'train_error@0.7']);
  expect(trained.curve['train']?.['auc']?.[2]).toBe(seen[2]?.metrics['train_auc']);
});

describe('the AUC that is followed alone is XGBoost’s, to the last bit', () => {
  test.each<[string, Partial<XgboostRequest>]>([
    ['rows that differ', { validate }],
    ['rows of which many are equal', { train: repeated, validate: repeated }],
    ['training rows that are not merged', { train: repeated, validate: repeated, mergeRows: false }],
    ['categories that training has not seen', { train: withoutLast(repeated), validate: repeated }],
    ['dropped trees', { validate, parameters: { objective: 'binary:logistic', booster: 'dart', rate_drop: 0.3 } }],
    ['ties of all rows', { validate, parameters: { objective: 'binary:logistic', gamma: 1e9 } }],
    ['a forest', { validate, parameters: { objective: 'binary:logistic', num_parallel_tree: 5, subsample: 0.7 } }],
  ])('%s', async (_, request) => {
    const own = await train({ ...request, evalMetrics: ['auc'] });
    // Where other metrics are followed too, all are XGBoost's.
    const both = await train({ ...request, evalMetrics: ['auc', 'logloss'] });
    expect(own.curve['validate']?.['auc']).toEqual(both.curve['validate']?.['auc']);
    expect(own.curve['validate']?.['auc']).toHaveLength(20);
    expect(digest(own.model)).toBe(digest(both.model));
  });

  test('and a run that was killed goes on with it', async () => {
    const request: Partial<XgboostRequest> = { train: repeated, validate: repeated, evalMetrics: ['auc'] };
    const whole = await train(request);
    const saved: Uint8Array[] = [];
    const onRound = ({ round }: RoundProgress) => {
      if (round === 13) throw new Error('killed');
    };
    await expect(train({ ...request, checkpoint: memoryCheckpoint(saved), onRound })).rejects.toThrow('killed');
    expect(await train({ ...request, checkpoint: memoryCheckpoint(saved) })).toEqual(whole);
  });
});

describe('equal rows', () => {
  test('are merged without a difference beyond rounding', async () => {
    const request = { train: repeated, validate: repeated, evalMetrics: ['auc'] };
    const merged = await train({ ...request, mergeRows: 'auto' });
    const plain = await train({ ...request, mergeRows: false });
    expect(merged.merged.of).toBe(3000);
    expect(merged.merged.rows).toBeLessThan(300);
    expect(plain.merged).toEqual({ rows: 3000, of: 3000 });
    const predict = (model: Uint8Array) => predictXgboost({ library, model, matrix: repeated.matrix, threads: 1, classes: 2 });
    expectClose(await predict(merged.model), await predict(plain.model), 1e-4);
    expectClose(merged.curve['validate']?.['auc'] ?? [], plain.curve['validate']?.['auc'] ?? [], 1e-6);
  });

  test.each<[string, Partial<XgboostRequest>]>([
    ['merged', {}],
    ['not merged', { mergeRows: false }],
    ['with weights', { train: { ...repeated, weights: Float32Array.from({ length: 3000 }, (_, row) => 1 + (row % 3)) }, mergeRows: true }],
    ['with all metrics', { evalMetrics: ['auc', 'logloss'] }],
    ['with categories that training has not seen', { train: withoutLast(repeated) }],
  ])('give the same model, bit by bit, when they come by groups: %s', async (_, request) => {
    const given = { train: repeated, validate: repeated, evalMetrics: ['auc'], ...request } satisfies Partial<XgboostRequest>;
    const grouped = { ...given, train: byGroups(given.train as Labelled), validate: byGroups(repeated) };
    expect(await train(grouped)).toEqual(await train(given));
  });

  test.each<[string, Partial<XgboostRequest>, number]>([
    ['not with sampling', { parameters: { objective: 'binary:logistic', subsample: 0.9 } }, 3000],
    ['not with weights', { train: { ...repeated, weights: new Float32Array(3000).fill(2) } }, 3000],
    ['not where few are equal', { train: data }, 600],
    ['but always when asked for', { train: { ...repeated, weights: new Float32Array(3000).fill(2) }, mergeRows: true }, 140],
  ])('%s', async (_, request, rows) => {
    const { merged } = await train({ train: repeated, rounds: 1, ...request });
    expect(Math.abs(merged.rows - rows)).toBeLessThan(30);
  });

  test('weights of merged rows are summed', async () => {
    const weights = Float32Array.from({ length: 3000 }, (_, row) => 1 + (row % 3));
    const weighted = { ...repeated, weights };
    const merged = await train({ train: weighted, mergeRows: true });
    const plain = await train({ train: weighted, mergeRows: false });
    const predict = (model: Uint8Array) => predictXgboost({ library, model, matrix: repeated.matrix, threads: 1, classes: 2 });
    expectClose(await predict(merged.model), await predict(plain.model), 1e-4);
  });
});

test('importance is under the names of the features, also where XGBoost would refuse them', async () => {
  const { importance, model } = await train({ validate, earlyStopping: { rounds: 3, metric: 'logloss' } });
  expect(importance.map(({ feature }) => feature)).toEqual(['age [years]', 'city', 'day']);
  expect(importance.every(({ gain, weight }) => gain > 0 && Number.isInteger(weight))).toBe(true);
  const json = JSON.parse(new TextDecoder().decode(await modelJson(library, model))) as { learner: Record<string, string[]> };
  expect(json.learner['feature_names']).toEqual(['age__years_', 'city', 'day']);
  expect(json.learner['feature_types']).toEqual(['q', 'c', 'q']);
});

test('a feature asked for one-hot is split one level against the rest', async () => {
  const features = data.matrix.features.map((feature) => (feature.kind === 'category' ? { ...feature, oneHot: true } : feature));
  const splits = async (labelled: Labelled) => {
    const { model } = await train({ train: labelled });
    const json = JSON.parse(new TextDecoder().decode(await modelJson(library, model))) as {
      learner: { gradient_booster: { model: { trees: { categories_sizes: number[] }[] } } };
    };
    return json.learner.gradient_booster.model.trees.flatMap((tree) => tree.categories_sizes);
  };
  expect(new Set(await splits({ ...data, matrix: { ...data.matrix, features } }))).toEqual(new Set([1]));
  expect(Math.max(...(await splits(data)))).toBeGreaterThan(1);
});

test('columns without a value, constant ones, and classes or categories that are not there are no error', async () => {
  const rows = 50;
  const levels = ['a', 'b', 'c'];
  const labelled = (codes: Uint8Array): Labelled => ({
    matrix: {
      rows,
      features: [
        { kind: 'category', name: 'empty', codes: new Uint8Array(rows).fill(255), levels: [], oneHot: true },
        { kind: 'category', name: 'levels', codes, levels, oneHot: false },
        { kind: 'numeric', name: 'nan', values: new Float64Array(rows).fill(NaN) },
        { kind: 'numeric', name: 'constant', values: new Int16Array(rows).fill(-3) },
      ],
    },
    target: { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from({ length: rows }, (_, row) => row % 2) },
  });
  const seen = labelled(Uint8Array.from({ length: rows }, (_, row) => row % 2));
  const unseen = labelled(new Uint8Array(rows).fill(2));
  const missing = labelled(new Uint8Array(rows).fill(255));
  const request = { train: seen, evalMetrics: ['logloss'], parameters: { objective: 'binary:logistic', min_child_weight: 0 } };
  // A category above those of training is a missing value, not the highest of them.
  const curves = [unseen, missing].map(async (part) => (await train({ ...request, validate: part })).curve);
  expect(await curves[0]).toEqual(await curves[1]);
});

describe('what XGBoost refuses is said in one sentence', () => {
  const nan: Labelled = { ...data, target: { kind: 'numbers', values: new Float64Array(600).fill(NaN) } };
  const infinite: Labelled = {
    ...data,
    matrix: { rows: 600, features: [{ kind: 'numeric', name: 'x', values: new Float64Array(600).fill(Infinity) }] },
  };
  const oneClass: Labelled = { ...validate, target: { kind: 'classes', classes: ['no', 'yes'], codes: new Uint8Array(300) } };
  test.each<[string, Partial<XgboostRequest>, RegExp]>([
    ['a parameter out of range', { parameters: { subsample: 1.5 } }, /^XGBoost: value 1\.5 for parameter subsample exceeds the bounds \[0,1\]$/],
    ['a parameter of another type', { parameters: { max_depth: 'deep' } }, /^XGBoost: parameter max_depth takes a value of type int, not 'deep'$/],
    ['an unknown objective', { parameters: { objective: 'binary:logistics' } }, /^XGBoost: .*binary:logistics/],
    ['an unknown metric', { validate, evalMetrics: ['sharpness'] }, /^XGBoost: .*sharpness/],
    ['labels that are no numbers', { train: nan, parameters: {} }, /^XGBoost: Label contains NaN/],
    ['infinite features', { train: infinite }, /^XGBoost: .*inf/],
    ['a metric that is not defined', { validate: oneClass, evalMetrics: ['auc'] }, /^XGBoost: the metric `auc` is not a number on the `validate` part$/],
    ['no rows', { train: { ...data, matrix: { ...data.matrix, rows: 0 } } }, /no rows/],
    ['no features', { train: { ...data, matrix: { rows: 600, features: [] } } }, /no features/],
    ['a library that is none', { library: '/dev/null' }, /^XGBoost's library cannot be loaded/],
  ])('%s', async (_, request, message) => {
    const error: unknown = await train({ rounds: 1, ...request }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toMatch(message);
    expect((error as StepError).message).not.toMatch(/Stack trace|\.cc:|\n/);
  });
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs((actual[i] as number) - (expected[i] as number))).toBeLessThanOrEqual(tolerance);
  }
}
