import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deriveSalt } from '../../runtime/data/hash.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { bootstrapIntervals } from '../../stdlib/metrics/bootstrap.ts';
import { binEdges } from '../../stdlib/metrics/calibration.ts';
import { chooseThreshold, type ThresholdRule } from '../../stdlib/metrics/choose-threshold.ts';
import { computeMetrics } from '../../stdlib/metrics/compute-metrics.ts';
import { poissonSampler, randomNumbers } from '../../stdlib/metrics/random.ts';
import { metricsOf } from '../../stdlib/metrics/registry.ts';
import { representScores } from '../../stdlib/metrics/represent-scores.ts';
import { random } from './oracle/cases.ts';

type Curve = Readonly<Record<'observed' | 'predicted', readonly number[]>>;

/** Made by `oracle/judging.py`. */
const oracle = JSON.parse(readFileSync(new URL('./oracle/judging.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly {
    readonly thresholds: Readonly<Record<'max_f1' | 'max_precision' | 'max_recall', number | null>>;
    readonly curves: Readonly<Record<'uniform' | 'quantile', Curve>>;
  }[];
  readonly binary: Readonly<Record<string, readonly [number, number]>>;
  readonly regression: Readonly<Record<string, readonly [number, number]>>;
};

function binaryScores(truth: readonly number[], values: readonly number[]): Scores {
  return { rows: truth.length, target: { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from(truth) }, values: Float64Array.from(values) };
}

/** As `sample` of `judging.py`. */
function sample(seed: number, rows: number, places?: number): { readonly truth: number[]; readonly values: number[] } {
  const r = random(seed);
  const [truth, values]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    const p = r.next();
    truth.push(r.next() < p * p * (3 - 2 * p) ? 1 : 0);
    values.push(places === undefined ? p : Math.round(p * places) / places);
  }
  return { truth, values };
}

function caseScores(seed: number): Scores {
  const { truth, values } = sample(seed, 300, [undefined, 20, 4][seed % 3]);
  return binaryScores(truth, values);
}

const salt = deriveSalt('1', 'test');

describe.each(oracle.cases.map((expected, seed) => ({ seed, ...expected })))('scikit-learn on case $seed', ({ seed, thresholds, curves }) => {
  const scores = caseScores(seed);

  test.each<[keyof typeof thresholds, ThresholdRule]>([
    ['max_f1', { best: 'f1' }],
    ['max_precision', { best: 'precision', recall: 0.8 }],
    ['max_recall', { best: 'recall', precision: 0.75 }],
  ])('%s', (name, rule) => {
    expect(chooseThreshold(scores, rule) ?? null).toBe(thresholds[name]);
  });

  test.each(['uniform', 'quantile'] as const)('calibration by %s bins', (strategy) => {
    const { calibration = [] } = computeMetrics({ scores, task: 'binary', metrics: ['ece'], edges: binEdges(scores.values, { bins: 8, strategy }) });
    const rounded = (numbers: readonly number[]): number[] => numbers.map((one) => Number(one.toFixed(10)));
    expect(rounded(calibration.map(({ observed }) => observed))).toEqual(rounded(curves[strategy].observed));
    expect(rounded(calibration.map(({ predicted }) => predicted))).toEqual(rounded(curves[strategy].predicted));
    expect(calibration.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
  });
});

describe('a threshold', () => {
  test('decides at or above it', () => {
    const scores = binaryScores([0, 1, 1], [0.2, 0.3, 0.4]);
    expect(computeMetrics({ scores, task: 'binary', metrics: ['accuracy'], threshold: 0.3 }).confusion?.matrix).toEqual([[1, 0], [0, 2]]);
    expect(computeMetrics({ scores, task: 'binary', metrics: ['accuracy'] }).confusion?.matrix).toEqual([[1, 0], [2, 0]]);
  });

  test('that no rows allow is none', () => {
    expect(chooseThreshold(binaryScores([1, 0], [0.1, 0.9]), { best: 'recall', precision: 0.9 })).toBeUndefined();
    expect(chooseThreshold(binaryScores([0, 0], [0.1, 0.9]), { best: 'f1' })).toBeUndefined();
  });
});

/** The ends of intervals from Poisson weights differ from scipy's by chance and by n against n − 1: by less than this share of the width. */
const CLOSE = 0.12;

describe('intervals', () => {
  const { truth, values } = sample(100, 150);
  const numbers: Scores = { rows: 150, target: { kind: 'numbers', values: Float64Array.from(truth, (one, row) => one + 2 * values[row]!) }, values: Float64Array.from(values) };

  test.each([
    ['binary', binaryScores(truth, values), oracle.binary],
    ['regression', numbers, oracle.regression],
  ] as const)('of a %s task are those of scipy', (task, scores, expected) => {
    const metrics = Object.keys(expected);
    const request = { scores, task, metrics };
    const found = bootstrapIntervals(request, computeMetrics(request).metrics, { level: 0.95, resamples: 10_000, salt });
    const far = metrics.filter((name) => {
      const [low, high] = expected[name]!;
      const [a, b] = found[name] ?? [NaN, NaN];
      return !(Math.abs(a - low) < CLOSE * (high - low) && Math.abs(b - high) < CLOSE * (high - low));
    });
    expect({ far, found, expected: far.length === 0 ? {} : expected }).toEqual({ far: [], found, expected: {} });
  });

  test('hold the true value as often as they say', () => {
    // P(positive row scores higher) for p of density 1 and a chance of p to be positive: 5/6.
    const repetitions = 200;
    let held = 0;
    for (let seed = 0; seed < repetitions; seed++) {
      const r = random(seed + 1000);
      const chances = Array.from({ length: 120 }, () => r.next());
      const scores = binaryScores(chances.map((p) => (r.next() < p ? 1 : 0)), chances);
      const request = { scores, task: 'binary', metrics: ['auc'] } as const;
      const [low, high] = bootstrapIntervals(request, computeMetrics(request).metrics, { level: 0.9, resamples: 200, salt }).auc ?? [0, 0];
      if (low <= 5 / 6 && 5 / 6 <= high) held += 1;
    }
    expect(held / repetitions).toBeGreaterThan(0.85);
    expect(held / repetitions).toBeLessThan(0.95);
  });

  test('of many rows are about those of all of them', () => {
    const many = sample(7, 40_000);
    const scores = binaryScores(many.truth, many.values);
    const request = { scores, task: 'binary', metrics: ['accuracy', 'auc', 'auc_pr', 'log_loss', 'brier'] } as const;
    const found = bootstrapIntervals(request, computeMetrics(request).metrics, { level: 0.95, resamples: 2000, salt });
    // Half of a normal interval: 1.96 standard errors. That of the AUC by DeLong et al. (1988), made here by its placements.
    const error = standardErrors(scores);
    for (const name of ['accuracy', 'auc', 'brier'] as const) {
      const [low, high] = found[name]!;
      expect((high - low) / (2 * 1.96 * error[name])).toBeGreaterThan(0.93);
      expect((high - low) / (2 * 1.96 * error[name])).toBeLessThan(1.07);
    }
  });

  test('of several classes and of numbers come from a sample of many rows', () => {
    const r = random(3);
    const rows = 20_000;
    const codes = Uint8Array.from({ length: rows }, (_, row) => (row < 30 ? 2 : r.below(2)));
    const values = Float64Array.from({ length: rows * 3 }, () => 1 / 3);
    const scores: Scores = { rows, target: { kind: 'classes', classes: ['a', 'b', 'rare'], codes }, values };
    const few = representScores({ scores, most: 300, cuts: [], random: randomNumbers(salt) });
    const perClass = [0, 0, 0];
    if (few.scores.target.kind !== 'classes') throw new Error('classes stay classes');
    few.scores.target.codes.forEach((code, row) => (perClass[code] = perClass[code]! + few.counts[row]!));
    expect(few.scores.rows).toBe(230);
    expect(perClass.map(Math.round)).toEqual([0, 1, 2].map((klass) => codes.filter((code) => code === klass).length));
  });

  test('keep classes, decisions and ties of a binary task', () => {
    const { truth: t, values: v } = sample(5, 30_000);
    t[17] = 1;
    v[17] = 0.5;
    const scores = binaryScores(t, v);
    const few = representScores({ scores, most: 1000, cuts: [0.5], random: randomNumbers(salt) });
    expect(few.scores.rows).toBeLessThan(1500);
    const names = metricsOf('binary');
    const all = computeMetrics({ scores, task: 'binary', metrics: names });
    const some = computeMetrics({ scores: few.scores, task: 'binary', metrics: names, weights: few.counts });
    expect(some.confusion).toEqual(all.confusion);
    for (const name of names) expect(Math.abs(some.metrics[name]! - all.metrics[name]!), name).toBeLessThan(1e-3);
  });

  test('are none where most resamples do not define the metric', () => {
    const scores = binaryScores([1, 0, 0, 0, 0, 0, 0, 0], [0.9, 0.1, 0.2, 0.3, 0.2, 0.1, 0.3, 0.2]);
    const request = { scores, task: 'binary', metrics: ['auc', 'accuracy'] } as const;
    const found = bootstrapIntervals(request, computeMetrics(request).metrics, { level: 0.95, resamples: 500, salt });
    expect(found).toEqual({ auc: null, accuracy: [1, 1] });
  });
});

/** Standard errors of means, and of the AUC from the placements of each row among those of the other class. */
function standardErrors({ target, values, rows }: Scores): Record<'accuracy' | 'brier' | 'auc', number> {
  if (target.kind !== 'classes') throw new Error('classes');
  const ofMean = (numbers: readonly number[]): number => {
    const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    return Math.sqrt(numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (numbers.length - 1) / numbers.length);
  };
  const list = Array.from({ length: rows }, (_, row) => ({ hit: target.codes[row]!, value: values[row]! })).sort((a, b) => a.value - b.value);
  const placements: [number[], number[]] = [[], []];
  const before: [number, number] = [0, 0];
  for (const { hit } of list) {
    placements[hit as 0 | 1].push(before[hit === 1 ? 0 : 1]);
    before[hit as 0 | 1] += 1;
  }
  const [ofNegatives, ofPositives] = [ofMean(placements[0]) / before[1], ofMean(placements[1]) / before[0]];
  return {
    accuracy: ofMean(list.map(({ hit, value }) => ((value > 0.5 ? 1 : 0) === hit ? 1 : 0))),
    brier: ofMean(list.map(({ hit, value }) => (hit - value) ** 2)),
    auc: Math.hypot(ofNegatives, ofPositives),
  };
}

test.each([0.3, 1, 9.5, 10, 37, 2500])('Poisson numbers of mean %d have its mean and variance, and its share at the mode', (mean) => {
  const draw = poissonSampler(mean, randomNumbers(deriveSalt('5', 'poisson')));
  const draws = Array.from({ length: 40_000 }, draw);
  const average = draws.reduce((sum, one) => sum + one, 0) / draws.length;
  const variance = draws.reduce((sum, one) => sum + (one - average) ** 2, 0) / draws.length;
  expect(Math.abs(average - mean) / Math.sqrt(mean / draws.length)).toBeLessThan(4);
  expect(Math.abs(variance / mean - 1)).toBeLessThan(0.04);
  const mode = Math.floor(mean);
  let chance = Math.exp(-mean);
  if (mean > 700) return;
  for (let k = 1; k <= mode; k++) chance *= mean / k;
  const share = draws.filter((one) => one === mode).length / draws.length;
  expect(Math.abs(share - chance) / Math.sqrt(chance / draws.length)).toBeLessThan(4);
});
