import { beforeAll, describe, expect, it } from 'vitest';
import type { Labelled, Matrix } from '../../runtime/data/matrix.ts';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { encodeNetworkBlob } from '../../runtime/networks/network-blob.ts';
import { uniformNumbers } from '../../runtime/networks/random.ts';
import { fitNetwork, type NetworkFit } from '../../stdlib/models/network/fit-network.ts';
import { decodeNetwork } from '../../stdlib/models/network/network-model.ts';
import { completeParams, settingsOf } from '../../stdlib/models/network/network-params.ts';
import { networkPredictor } from '../../stdlib/models/network/predict-network.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { engines } from './engines.ts';

const LEVELS = ['a', 'b', 'c', 'd'];

type Truth = 'binary' | 'multiclass' | 'regression';

/** Rows whose truth follows from a number, from whether another is missing, and from a category. */
function makeRows(rows: number, truth: Truth, purpose: string, oneHot = false): Labelled {
  const draw = uniformNumbers('7', purpose);
  const a = Float64Array.from({ length: rows }, () => 1000 + 50 * draw());
  const b = Float64Array.from({ length: rows }, () => (draw() < 0.2 ? NaN : draw()));
  const codes = Uint8Array.from({ length: rows }, () => Math.floor(4 * draw()));
  const score = Float64Array.from(a, (value, row) => (value - 1025) / 20 + (Number.isNaN(b[row]) ? 1 : 0) + [2, -2, 0, 1][codes[row] as number]!);
  const matrix: Matrix = {
    rows,
    features: [
      { kind: 'numeric', name: 'a', values: a },
      { kind: 'numeric', name: 'b', values: b },
      { kind: 'category', name: 'c', codes, levels: LEVELS, oneHot },
    ],
  };
  if (truth === 'regression') return { matrix, target: { kind: 'numbers', values: score.map((value) => 1e6 + 300 * value) } };
  const classes = truth === 'binary' ? ['no', 'yes'] : ['low', 'middle', 'high'];
  return { matrix, target: { kind: 'classes', classes, codes: Uint8Array.from(score, (value) => Number(value > 0) + (truth === 'multiclass' ? Number(value > 2) : 0)) } };
}

interface Options {
  readonly truth?: Truth;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly train?: Labelled;
  readonly open?: OpenNetwork;
  readonly checkpoint?: ReturnType<typeof memoryCheckpoint>;
  readonly onEpoch?: (progress: { readonly epoch: number }) => void;
}

const PARAMS = {
  layers: [{ $call: 'dense', units: 16 }, { $call: 'batch_norm' }, { $call: 'dropout', rate: 0.1 }, { $call: 'dense', units: 8, activation: 'tanh' }],
  optimizer: { $call: 'adam', rate: 0.01 },
  epochs: 12,
  batch: 32,
};

describe.each(engines)('a network on $name', ({ open: openEngine }) => {
  let open: OpenNetwork;
  beforeAll(async () => {
    open = await openEngine();
  });

  const fit = ({ truth = 'binary', params = {}, train = makeRows(400, truth, 'train'), checkpoint = memoryCheckpoint(), open: opened = open, onEpoch }: Options = {}): Promise<NetworkFit> =>
    fitNetwork({
      ...{ open: opened, train, validate: makeRows(200, truth, 'validate'), seed: '42', checkpoint },
      settings: settingsOf(completeParams({ ...PARAMS, ...params }, truth)),
      ...(onEpoch === undefined ? {} : { onEpoch }),
    });
  const bytes = async (options: Options = {}) => Buffer.from(encodeNetworkBlob((await fit(options)).model)).toString('hex');
  const last = (values: readonly number[] | undefined) => values?.at(-1) ?? NaN;

  it.each([
    ['binary', 'log_loss', 0.25],
    ['multiclass', 'log_loss', 0.4],
    ['regression', 'rmse', 150],
  ] as const)('learns a %s target from numbers, what is missing, and a category', async (truth, metric, bound) => {
    const { curve, model, epochs } = await fit({ truth, params: { epochs: 30 } });
    expect(epochs).toBe(30);
    expect(curve.train[metric]).toHaveLength(30);
    expect(last(curve.validate[metric])).toBeLessThan(bound);
    expect(model.about.features.map((feature) => [feature.feature, 'missing' in feature])).toEqual([['a', false], ['b', true], ['c', false]]);
  });

  it('has the same bytes twice, and others with another batch', async () => {
    const first = await bytes();
    expect(await bytes()).toBe(first);
    expect(await bytes({ params: { batch: 31 } })).not.toBe(first);
  });

  it.each([{ $call: 'cosine', rate: 0.05, warm_up: 1 }, { $call: 'on_plateau', rate: 0.05, patience: 1 }, { $call: 'one_cycle', rate: 0.05 }])('that was killed after any epoch and goes on has the same bytes, at a rate $$call', async (rate) => {
    const params = { early_stopping: { patience: 3, on: 'auc' }, epochs: 8, optimizer: { $call: 'adamw', rate } };
    const whole = await bytes({ params });
    for (const killed of [1, 4]) {
      const saved: Uint8Array[] = [];
      const crash = new Error('killed');
      const dying = fit({ params, checkpoint: memoryCheckpoint(saved), onEpoch: ({ epoch }) => { if (epoch === killed) throw crash; } });
      await expect(dying).rejects.toBe(crash);
      expect(saved).toHaveLength(killed);
      const epochs: number[] = [];
      expect(await bytes({ params, checkpoint: memoryCheckpoint(saved), onEpoch: ({ epoch }) => epochs.push(epoch) })).toBe(whole);
      expect(epochs[0]).toBe(killed + 1);
    }
  });

  it('starts anew where the checkpoint is none', async () => {
    expect(await bytes({ checkpoint: memoryCheckpoint([new Uint8Array([9, 9, 9, 9, 9, 9])]) })).toBe(await bytes());
  });

  it('learns more slowly once it stands on a plateau', async () => {
    const lossesOf = async (rate: object) => (await fit({ params: { optimizer: { $call: 'adam', rate } } })).curve.validate['log_loss'] ?? [];
    const [plain, fallen] = [await lossesOf({ $call: 'constant', rate: 0.1 }), await lossesOf({ $call: 'on_plateau', rate: 0.1, patience: 1 })];
    const first = plain.findIndex((loss, epoch) => epoch > 0 && loss >= Math.min(...plain.slice(0, epoch)));
    expect(fallen.slice(0, first + 1)).toEqual(plain.slice(0, first + 1));
    expect(fallen[first + 1]).not.toBe(plain[first + 1]);
  });

  it('is less sure of smoothed labels', async () => {
    const surest = async (params: Options['params']) => {
      const { model, curve } = await fit({ params: { epochs: 30, ...params } });
      return { most: Math.max(...networkPredictor(open, model).predict(makeRows(400, 'binary', 'train').matrix)), followed: Object.keys(curve.train) };
    };
    const [plain, smoothed] = [await surest({}), await surest({ label_smoothing: 0.2 })];
    expect(smoothed.most).toBeLessThan(plain.most - 0.03);
    expect([plain.followed, smoothed.followed]).toEqual([['log_loss'], ['smoothed_log_loss']]);
  });

  it('that stops early has the weights of its best epoch', async () => {
    const params = { early_stopping: { patience: 4 }, epochs: 200, optimizer: { $call: 'adam', rate: 0.1 } };
    const { bestEpoch, epochs, curve, model } = await fit({ params });
    const losses = curve.validate['log_loss'] ?? [];
    expect(epochs).toBe(bestEpoch + 4);
    expect(epochs).toBeLessThan(200);
    expect(losses[bestEpoch - 1]).toBe(Math.min(...losses));
    const validate = makeRows(200, 'binary', 'validate');
    const values = networkPredictor(open, model).predict(validate.matrix);
    const truth = validate.target.kind === 'classes' ? validate.target.codes : [];
    const loss = [...values].reduce((sum, value, row) => sum - Math.log(truth[row] === 1 ? value : 1 - value), 0) / 200;
    expect(loss).toBeCloseTo(losses[bestEpoch - 1] ?? NaN, 5);
  });

  it('answers for one row as for many, and for values that training never saw', async () => {
    const { model } = await fit();
    const { predict } = networkPredictor(open, decodeNetwork(encodeNetworkBlob(model)));
    const { matrix } = makeRows(50, 'binary', 'other');
    const all = predict(matrix);
    const row: Matrix = {
      rows: 1,
      features: matrix.features.map((feature) => (feature.kind === 'category' ? { ...feature, codes: feature.codes.slice(7, 8), levels: [...LEVELS] } : { ...feature, values: feature.values.slice(7, 8) })),
    };
    expect(predict(row)[0]).toBe(all[7]);
    const reordered: Matrix = { rows: 1, features: row.features.map((feature) => (feature.kind === 'category' ? { ...feature, levels: ['z', 'd', 'c', 'b', 'a'], codes: Uint8Array.of(4 - (feature.codes[0] as number)) } : feature)) };
    expect(predict(reordered)[0]).toBe(predict(row)[0]);
    const unseen: Matrix = { rows: 1, features: row.features.map((feature) => (feature.kind === 'category' ? { ...feature, codes: Uint8Array.of(255) } : feature)) };
    expect(predict(unseen)[0]).not.toBe(predict(row)[0]);
    const infinite: Matrix = { rows: 1, features: row.features.map((feature) => (feature.name === 'a' ? { kind: 'numeric', name: 'a', values: Float64Array.of(Infinity) } : feature)) };
    expect(() => predict(infinite)).toThrow('`a` has infinite values');
  });

  it('takes one-hot categories as columns, and embeds them where it is told to', async () => {
    const train = makeRows(400, 'binary', 'train', true);
    const columns = async (params: Options['params']) => (await fit({ train, ...(params === undefined ? {} : { params }) })).model.about.description.inputs.categories;
    expect(await columns({})).toEqual([{ kind: 'one_hot', levels: 5, size: 4 }]);
    expect(await columns({ embed: { c: 2 } })).toEqual([{ kind: 'embedding', levels: 5, size: 2 }]);
  });

  it('gives no more weight to rows than their proportions say', async () => {
    const train = makeRows(400, 'binary', 'train');
    const of = (weight: (row: number) => number) => bytes({ train: { ...train, weights: Float32Array.from({ length: 400 }, (_, row) => weight(row)) } });
    expect(await of(() => 8)).toBe(await bytes());
    expect(await of((row) => 1 + (row % 2))).not.toBe(await bytes());
  });

  it('leaves out a last batch of one row where layers normalise', async () => {
    const batches: number[] = [];
    const watched: OpenNetwork = (description) => {
      const engine = open(description);
      return { ...engine, differentiate: (batch) => (batches.push(batch.rows), engine.differentiate(batch)) };
    };
    const train = makeRows(97, 'binary', 'train');
    await fit({ train, open: watched, params: { epochs: 2 } });
    expect(batches).toEqual([32, 32, 32, 32, 32, 32]);
    batches.length = 0;
    await fit({ train, open: watched, params: { epochs: 1, layers: [] } });
    expect(batches).toEqual([32, 32, 32, 1]);
  });

  it('whose loss is no number any more says where, and what to try', async () => {
    const exploding = fit({ truth: 'regression', params: { layers: [{ $call: 'dense', units: 8 }], optimizer: { $call: 'sgd', rate: 1e6 } } });
    await expect(exploding).rejects.toMatchObject({ message: expect.stringMatching(/no longer a finite number: in epoch 1, step \d+, at a learning rate of 1000000/) as unknown, hint: expect.stringContaining('a tenth of the rate') as unknown });
  });

  it('is closed whatever becomes of its training', async () => {
    const opened: string[] = [];
    const watched: OpenNetwork = (description) => {
      const engine = open(description);
      opened.push('open');
      return { ...engine, close: () => (opened.pop(), engine.close()) };
    };
    await fit({ open: watched, params: { epochs: 1 } });
    expect(opened).toEqual([]);
    const failing = fit({ truth: 'regression', open: watched, params: { layers: [], optimizer: { $call: 'sgd', rate: 1e9 } } });
    await expect(failing).rejects.toThrow('no longer a finite number');
    expect(opened).toEqual([]);
  });

  it('warns of batches larger than the rows there are', async () => {
    expect((await fit({ params: { batch: 1000 } })).warnings).toEqual(['a batch has 1,000 rows, and there are only 400 to train on: each epoch is one step']);
  });

  it('refuses a target of one class, and one that is not finite', async () => {
    const train = makeRows(40, 'binary', 'train');
    const one: Labelled = { ...train, target: { kind: 'classes', classes: ['no', 'yes'], codes: new Uint8Array(40) } };
    await expect(fit({ train: one })).rejects.toThrow('all training rows are of the class `no`');
    const lost: Labelled = { ...train, target: { kind: 'numbers', values: new Float64Array(40).fill(NaN) } };
    await expect(fit({ train: lost, truth: 'regression' })).rejects.toThrow('the target has infinite or missing values');
  });
});
