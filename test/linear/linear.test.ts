import { describe, expect, test } from 'vitest';
import { StepError } from '../../compiler/kinds/run.ts';
import type { Feature, Labelled, Target } from '../../runtime/data/matrix.ts';
import { fitBaseline, predictBaseline } from '../../stdlib/models/linear/baseline.ts';
import { fitLinear } from '../../stdlib/models/linear/fit-linear.ts';
import { fitLogistic } from '../../stdlib/models/linear/fit-logistic.ts';
import { mergeTrainingRows } from '../../stdlib/models/linear/merge-training-rows.ts';
import { linearPredictor, predictLinear } from '../../stdlib/models/linear/predict-linear.ts';
import { summariseLinear } from '../../stdlib/models/linear/summarise-linear.ts';
import { weightedMedian } from '../../stdlib/models/linear/weighted-statistics.ts';
import { random } from '../metrics/oracle/cases.ts';

const yesNo = (codes: number[]): Target => ({ kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from(codes) });
const numbers = (values: number[]): Target => ({ kind: 'numbers', values: Float64Array.from(values) });
const numeric = (values: number[]): Feature => ({ kind: 'numeric', name: 'x', values: Float64Array.from(values) });
const labelled = (target: Target, ...features: Feature[]): Labelled => ({
  matrix: { rows: target.kind === 'classes' ? target.codes.length : target.values.length, features },
  target,
});

/** Discrete rows, many of them equal. */
function discrete(rows: number): Labelled {
  const r = random(5);
  const draw = (limit: number) => Uint8Array.from({ length: rows }, () => r.below(limit));
  const [x, category] = [draw(4), draw(3)];
  const codes = Uint8Array.from(x, (value, row) => (value + category[row]! + r.below(4) > 4 ? 1 : 0));
  return labelled(
    { kind: 'classes', classes: ['no', 'yes'], codes },
    { kind: 'category', name: 'c', codes: category, levels: ['p', 'q', 'r'], oneHot: true },
    { kind: 'numeric', name: 'n', values: Float64Array.from(x, (value) => value / 3) },
    { kind: 'numeric', name: 's', values: Float32Array.from(x, (value) => value / 7) },
    { kind: 'numeric', name: 'x', values: x },
  );
}

describe('what stops a fit', () => {
  test.each<[string, () => unknown, string]>([
    ['no rows', () => fitLogistic({ train: labelled(yesNo([]), numeric([])), C: 1 }), 'there are no rows to train on'],
    ['one class', () => fitLogistic({ train: labelled(yesNo([1, 1]), numeric([1, 2])), C: 1 }), 'all training rows are of the class `yes`'],
    [
      'an absent class',
      () => fitLogistic({ train: labelled({ kind: 'classes', classes: ['a', 'b', 'c'], codes: Uint8Array.from([0, 2]) }, numeric([1, 2])), C: 1 }),
      'no training row is of the class `b`',
    ],
    ['infinity', () => fitLogistic({ train: labelled(yesNo([0, 1]), numeric([1, -Infinity])), C: 1 }), 'the feature `x` has infinite values'],
    ['overflow', () => fitLinear({ train: labelled(numbers([0, 1]), numeric([1e308, -1e308])) }), 'the feature `x` has values too large to compute with'],
    ['a target of NaN', () => fitLinear({ train: labelled(numbers([0, NaN]), numeric([1, 2])) }), 'the target has infinite or missing values in training rows'],
    ['no weight', () => fitLogistic({ train: { ...labelled(yesNo([0, 1]), numeric([1, 2])), weights: new Float32Array(2) }, C: 1 }), 'no training row has a positive weight'],
    ['no rows, regression', () => fitLinear({ train: labelled(numbers([]), numeric([])) }), 'there are no rows to train on'],
    ['no rows, baseline', () => fitBaseline(labelled(yesNo([]))), 'there are no rows to train on'],
  ])('%s', (_, fit, message) => {
    expect(fit).toThrow(StepError);
    expect(fit).toThrow(message);
  });

  test('infinity in a row that is to be predicted', () => {
    const { model } = fitLinear({ train: labelled(numbers([0, 1]), numeric([1, 2])) });
    expect(() => predictLinear(model, { rows: 1, features: [numeric([Infinity])] })).toThrow('the feature `x` has infinite values');
  });
});

test('a fit that does not converge says what to try', () => {
  const fit = fitLogistic({ train: labelled(yesNo([0, 1, 0, 1]), numeric([1, 2, 3, 5])), C: 1e6, maxIterations: 2 });
  expect(fit.converged).toBe(false);
  expect(fit.warnings).toEqual(['the fit did not converge in 2 iterations: allow more, or penalise more with a smaller `C`']);
});

test('the loss falls with each iteration', () => {
  const losses: number[] = [];
  fitLogistic({ train: discrete(500), C: 10, onIteration: ({ loss }) => losses.push(loss) });
  expect(losses.length).toBeGreaterThan(2);
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
});

test('equal rows are merged, and the fit is the same', () => {
  const train = discrete(500);
  const merged = mergeTrainingRows(train);
  expect(merged.matrix.rows).toBeLessThan(30);
  expect(merged.weights?.reduce((sum, weight) => sum + weight, 0)).toBe(500);
  const whole = { ...train, weights: new Float32Array(500).fill(1) };
  expect(mergeTrainingRows(whole)).toBe(whole);
  const [one, other] = [train, whole].map((rows) => predictLinear(fitLogistic({ train: rows, C: 1 }).model, train.matrix));
  one!.forEach((value, row) => expect(value).toBeCloseTo(other![row]!, 10));
});

test('the same rows give the same bytes', () => {
  expect(JSON.stringify(fitLogistic({ train: discrete(400), C: 1 }).model)).toBe(JSON.stringify(fitLogistic({ train: discrete(400), C: 1 }).model));
});

test('features without any variation or value have no effect', () => {
  const train = labelled(numbers([1, 2, 4]), { ...numeric([NaN, NaN, NaN]), name: 'empty' }, { ...numeric([3, 3, 3]), name: 'same' }, numeric([1, 2, 3]));
  const { model } = fitLinear({ train });
  expect(model.terms.map((term) => term.coefficients[0])).toEqual([0, 0, expect.closeTo(1.224744871391589, 9)]);
});

test('without features the intercept is the mean, or its odds', () => {
  const { model } = fitLogistic({ train: labelled(yesNo([0, 1, 1, 1])), C: 1 });
  expect(model.intercepts[0]).toBeCloseTo(Math.log(3), 10);
  expect(fitLinear({ train: labelled(numbers([1, 2, 6])) }).model).toEqual({ task: 'regression', intercepts: [3], terms: [] });
});

test('a predictor takes one row at a time', () => {
  const train = discrete(300);
  const { model } = fitLogistic({ train, C: 1 });
  const all = predictLinear(model, train.matrix);
  const predict = linearPredictor(model);
  for (let row = 0; row < 20; row++) {
    const features = train.matrix.features.map((feature): Feature =>
      feature.kind === 'category' ? { ...feature, codes: feature.codes.slice(row, row + 1) } : { ...feature, values: feature.values.slice(row, row + 1) },
    );
    expect(predict({ rows: 1, features })[0]).toBe(all[row]);
  }
});

test('the summary puts the largest coefficients first', () => {
  const summary = summariseLinear({
    task: 'multiclass',
    classes: ['a', 'b', 'c'],
    intercepts: [0, 0, 0],
    terms: [
      { kind: 'category', feature: 'c', levels: ['p'], coefficients: [[0.1, -3, 0.2]], missingCoefficients: [0.3, 0.4, 0.5] },
      { kind: 'numeric', feature: 'x', fill: 0, mean: 0, deviation: 1, coefficients: [2, 0, 0], missing: { mean: 0, deviation: 1, coefficients: [0, 1, 0] } },
    ],
  });
  expect(summary.slice(0, 4)).toEqual([
    { feature: 'c', level: 'p', class: 'b', coefficient: -3 },
    { feature: 'x', class: 'a', coefficient: 2 },
    { feature: 'x', missing: true, class: 'b', coefficient: 1 },
    { feature: 'c', level: null, class: 'c', coefficient: 0.5 },
  ]);
});

describe('the baseline', () => {
  test.each<[string, Labelled, object, number[]]>([
    ['two classes', labelled(yesNo([0, 1, 1, 1])), { task: 'binary', classes: ['no', 'yes'], values: [0.25, 0.75] }, [0.75, 0.75]],
    [
      'three classes',
      labelled({ kind: 'classes', classes: ['a', 'b', 'c'], codes: Uint8Array.from([0, 0, 1, 2]) }),
      { task: 'multiclass', classes: ['a', 'b', 'c'], values: [0.5, 0.25, 0.25] },
      [0.5, 0.25, 0.25, 0.5, 0.25, 0.25],
    ],
    ['numbers', { ...labelled(numbers([1, 4])), weights: Float32Array.of(2, 1) }, { task: 'regression', values: [2] }, [2, 2]],
  ])('%s', (_, train, model, values) => {
    expect(fitBaseline(train)).toEqual(model);
    expect(Array.from(predictBaseline(fitBaseline(train), 2))).toEqual(values);
  });
});

test.each([
  [[], undefined, 0],
  [[3, 1, 2], undefined, 2],
  [[4, 1, 2, 3], undefined, 2.5],
  [[1, 2, 3], [1, 1, 3], 3],
  [[1, 2, 3], [1, 1, 2], 2.5],
  [[5, 1], [0, 2], 1],
])('the median of %j with weights %j', (values, weights, expected) => {
  expect(weightedMedian(Float64Array.from(values), weights && Float64Array.from(weights))).toBe(expected);
});
