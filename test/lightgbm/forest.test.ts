import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Feature, Labelled, Target } from '../../runtime/data/matrix.ts';
import { openForestPredictor, trainForest, type ForestRequest } from '../../runtime/engines/lightgbm/forest.ts';
import type { RoundProgress } from '../../runtime/trainers/segments.ts';
import { forestParameters } from '../../stdlib/models/forests/forest.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictForest } from './predict-lightgbm.ts';

type TargetName = 'species' | 'gentoo' | 'mass';
interface Oracle {
  readonly rows: { readonly features: Readonly<Record<string, readonly number[]>>; readonly targets: Readonly<Record<TargetName, readonly number[]>> };
  readonly expected: Readonly<Record<'random_forest' | 'extra_trees', Readonly<Record<TargetName, Readonly<Record<string, number>>>>>>;
}

const { rows, expected } = JSON.parse(readFileSync(new URL('oracle/forests.json', import.meta.url), 'utf8')) as Oracle;
const CLASSES: Readonly<Record<TargetName, readonly string[] | undefined>> = { species: ['Adelie', 'Chinstrap', 'Gentoo'], gentoo: ['no', 'yes'], mass: undefined };
const DEFAULTS = { max_depth: null, max_leaf_nodes: null, min_samples_leaf: 2, max_features: 'auto', max_bin: 255 };
const KINDS = {
  random_forest: { params: { ...DEFAULTS, max_samples: 0.632 }, options: { samples: 0.632, randomThresholds: false } },
  extra_trees: { params: { ...DEFAULTS, max_samples: 1 }, options: { samples: 1, randomThresholds: true, features: 'all' } },
} as const;

let library: string;
beforeAll(async () => {
  library = await engineLibrary('lightgbm');
});

function part(name: TargetName, wanted: (row: number) => boolean): Labelled {
  const pick = (values: readonly number[]): number[] => values.filter((_, row) => wanted(row));
  const features = Object.entries(rows.features).map(
    ([feature, values]): Feature => (feature === 'island' ? { kind: 'category', name: feature, codes: Uint8Array.from(pick(values)), levels: ['a', 'b', 'c'], oneHot: false } : { kind: 'numeric', name: feature, values: Float64Array.from(pick(values)) }),
  );
  const truth = pick(rows.targets[name]);
  const classes = CLASSES[name];
  const target: Target = classes === undefined ? { kind: 'numbers', values: Float64Array.from(truth) } : { kind: 'classes', classes, codes: Uint8Array.from(truth) };
  return { matrix: { rows: truth.length, features }, target };
}

function train(request: Partial<ForestRequest> & Pick<ForestRequest, 'train'>) {
  return trainForest({ library, parameters: { num_leaves: 16, bagging_fraction: 0.6, bagging_freq: 1 }, rounds: 20, segment: 6, seed: (segment) => 30 + segment, threads: 1, checkpoint: memoryCheckpoint(), ...request });
}

function measure(target: Target, values: Float64Array): Record<string, number> {
  if (target.kind === 'numbers') {
    const mean = target.values.reduce((sum, value) => sum + value, 0) / values.length;
    const [left, all] = [0, 1].map((which) => target.values.reduce((sum, value, row) => sum + (value - (which === 0 ? values[row] ?? 0 : mean)) ** 2, 0));
    return { r2: 1 - (left ?? 0) / (all ?? 1) };
  }
  const width = target.classes.length;
  const shares = (row: number): number[] => (width === 2 ? [1 - (values[row] ?? 0), values[row] ?? 0] : [...values.slice(row * width, (row + 1) * width)]);
  let [right, loss] = [0, 0];
  target.codes.forEach((code, row) => {
    const said = shares(row);
    right += said.indexOf(Math.max(...said)) === code ? 1 : 0;
    loss -= Math.log(Math.max(1e-15, said[code] ?? 0));
  });
  return { accuracy: right / target.codes.length, log_loss: loss / target.codes.length };
}

describe.each(['random_forest', 'extra_trees'] as const)("%s does as well as scikit-learn's", (kind) => {
  test.each(['species', 'gentoo', 'mass'] as const)('%s', async (name) => {
    const labelled = part(name, (row) => row % 3 !== 0);
    const held = part(name, (row) => row % 3 === 0);
    const { params, options } = KINDS[kind];
    const parameters = forestParameters(params, labelled, options);
    const { model } = await train({ train: labelled, parameters, rounds: 100, segment: 100 });
    const classes = CLASSES[name];
    const found = measure(held.target, await predictForest({ library, model, matrix: held.matrix, threads: 1, ...(classes === undefined ? {} : { classes: classes.length }) }));
    for (const [metric, value] of Object.entries(expected[kind][name])) expect(Math.abs((found[metric] ?? NaN) - value), `${metric}: ${found[metric]} for ${value}`).toBeLessThan(0.05);
  });
});

const THREE = makeLabelled({ classes: 3 });
const NUMBERS: Labelled = { ...THREE, target: { kind: 'numbers', values: Float64Array.from({ length: 600 }, (_, row) => 1e6 + (row % 7)) } };

test('one tree of all rows says the means of its leaves', async () => {
  // Of a feature of few values, each value is a leaf.
  const day = THREE.matrix.features.filter(({ name }) => name === 'day');
  const labelled: Labelled = { ...NUMBERS, matrix: { rows: 600, features: day }, weights: Float32Array.from({ length: 600 }, (_, row) => 1 + (row % 2)) };
  const { model } = await train({ train: labelled, parameters: { num_leaves: 8, min_data_in_leaf: 1 }, rounds: 3 });
  const values = await predictForest({ library, model, matrix: labelled.matrix, threads: 1 });
  const days = day[0]?.kind === 'numeric' ? day[0].values : [];
  for (const one of [0, 1, 2, 3]) {
    const of = Array.from({ length: 600 }, (_, row) => row).filter((row) => days[row] === one);
    const total = of.reduce((sum, row) => sum + (labelled.weights?.[row] ?? 0), 0);
    const mean = of.reduce((sum, row) => sum + (labelled.weights?.[row] ?? 0) * (1e6 + (row % 7)), 0) / total;
    for (const row of of) expect(values[row]).toBeCloseTo(mean, 4);
  }
});

test('a forest that can split nothing says the mean', async () => {
  const { model } = await train({ train: THREE, parameters: { num_leaves: 4, min_data_in_leaf: 500 } });
  const values = await predictForest({ library, model, matrix: THREE.matrix, threads: 1, classes: 3 });
  const codes = THREE.target.kind === 'classes' ? THREE.target.codes : [];
  for (const label of [0, 1, 2]) expect(values[label]).toBeCloseTo([...codes].filter((code) => code === label).length / 600, 6);
});

test('one thread and two give the same bytes', async () => {
  // Fewer rows would get one thread.
  const many = { train: makeLabelled({ rows: 170_000 }), rounds: 3 };
  expect(await train({ ...many, threads: 2 })).toEqual(await train({ ...many, threads: 1 }));
});

describe.each([['two classes', makeLabelled(), 2], ['three classes', THREE, 3], ['numbers', NUMBERS, undefined]] as const)('%s', (_, labelled, classes) => {
  const asked = classes === undefined ? {} : { classes };

  test('killed or not: the same bytes', async () => {
    const whole = await train({ train: labelled });
    const saved: Uint8Array[] = [];
    const onRound = ({ round }: RoundProgress) => {
      if (round === 14) throw new Error('killed');
    };
    await expect(train({ train: labelled, checkpoint: memoryCheckpoint(saved), onRound })).rejects.toThrow('killed');
    expect(saved).toHaveLength(2);
    expect(await train({ train: labelled, checkpoint: memoryCheckpoint(saved) })).toEqual(whole);
  });

  test('rows together and rows alone give the same', async () => {
    const { model } = await train({ train: labelled });
    const request = { library, model, threads: 2, ...asked };
    const values = await predictForest({ ...request, matrix: labelled.matrix });
    const width = values.length / 600;
    const predictor = await openForestPredictor({ ...request, features: labelled.matrix.features });
    for (let row = 0; row < 50; row++) {
      const alone = labelled.matrix.features.map((feature) => (feature.kind === 'numeric' ? feature.values[row] ?? NaN : (feature.codes[row] ?? 255) < 6 ? feature.codes[row] ?? NaN : NaN));
      expect(predictor.predictRow(alone)).toEqual(values.slice(row * width, (row + 1) * width));
    }
    predictor.close();
    if (classes === 3) for (let row = 0; row < 600; row++) expect((values[3 * row] ?? 0) + (values[3 * row + 1] ?? 0) + (values[3 * row + 2] ?? 0)).toBeCloseTo(1, 12);
  });
});
