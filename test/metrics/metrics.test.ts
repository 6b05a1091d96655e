import { describe, expect, test } from 'vitest';
import type { Task } from '../../compiler/types.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { computeMetrics } from '../../stdlib/metrics/compute-metrics.ts';
import { expandMetrics, metrics, metricsOf } from '../../stdlib/metrics/registry.ts';

function classScores(classes: string[], truth: number[], values: number[]): Scores {
  return { rows: truth.length, target: { kind: 'classes', classes, codes: Uint8Array.from(truth) }, values: Float64Array.from(values) };
}

function numberScores(truth: number[], values: number[]): Scores {
  return { rows: truth.length, target: { kind: 'numbers', values: Float64Array.from(truth) }, values: Float64Array.from(values) };
}

describe('the registry', () => {
  test('names are unique and documented', () => {
    expect(new Set(metrics.map((metric) => metric.name)).size).toBe(metrics.length);
    for (const metric of metrics) expect(metric.doc).toMatch(/\.$/);
  });

  const all = ['accuracy', 'precision', 'recall', 'f1', 'auc', 'auc_pr', 'log_loss', 'brier', 'ece'];
  test.each<[readonly string[], Task, readonly string[]]>([
    [['classification'], 'binary', all],
    [['regression'], 'regression', ['mse', 'rmse', 'mae', 'r2', 'mape']],
    [['auc', 'f1', 'auc'], 'binary', ['auc', 'f1']],
    [['f1_macro'], 'multiclass', ['f1_macro']],
    [['classification'], 'multiclass', metricsOf('multiclass')],
  ])('%j of a %s task', (written, task, expected) => {
    expect(expandMetrics(written, task)).toEqual({ metrics: expected });
  });

  test.each<[string, Task, string | undefined]>([
    ['acuracy', 'binary', 'accuracy'],
    ['rmse', 'binary', undefined],
    ['f1_macro', 'binary', undefined],
    ['regression', 'binary', undefined],
  ])('%s is no metric of a %s task', (name, task, suggestion) => {
    expect(expandMetrics([name], task)).toEqual({ unfit: name, suggestion });
  });
});

test('two classes: the shape of show --json', () => {
  const scores = classScores(['no', 'yes'], [0, 0, 1, 1], [0.2, 0.6, 0.5, 0.9]);
  expect(computeMetrics({ scores, task: 'binary', metrics: ['accuracy', 'precision', 'auc'] })).toEqual({
    metrics: { accuracy: 0.5, precision: 0.5, auc: 0.75 },
    classes: {
      no: { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      yes: { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
    },
    confusion: { labels: ['no', 'yes'], matrix: [[1, 1], [1, 1]] },
    calibration: [
      { from: 0.1, to: 0.2, rows: 1, predicted: 0.2, observed: 0 },
      { from: 0.4, to: 0.5, rows: 1, predicted: 0.5, observed: 1 },
      { from: 0.5, to: 0.6, rows: 1, predicted: 0.6, observed: 0 },
      { from: 0.8, to: 0.9, rows: 1, predicted: 0.9, observed: 1 },
    ],
    warnings: [],
  });
});

test.each<[string, Scores, Task, string, string]>([
  ['never predicted', classScores(['no', 'yes'], [0, 1], [0.1, 0.2]), 'binary', 'precision', '`precision` is not defined: the positive class `yes` is never predicted'],
  ['no positive row', classScores(['no', 'yes'], [0, 0], [0.1, 0.9]), 'binary', 'recall', '`recall` is not defined: the positive class `yes` has no row'],
  ['one class', classScores(['no', 'yes'], [1, 1], [0.1, 0.2]), 'binary', 'auc', '`auc` is not defined: no row is of the class `no`'],
  ['an absent class', classScores(['a', 'b', 'c'], [0, 1], [0.5, 0.3, 0.2, 0.1, 0.5, 0.4]), 'multiclass', 'auc', '`auc` is not defined: no row is of `c`'],
  ['no rows', classScores(['no', 'yes'], [], []), 'binary', 'accuracy', 'no metric is defined: there are no rows'],
  ['a score that is no number', classScores(['no', 'yes'], [0, 1], [0.5, NaN]), 'binary', 'accuracy', 'no metric is defined: 1 of 2 predicted values are not finite numbers'],
  ['a constant target', numberScores([3, 3], [1, 2]), 'regression', 'r2', '`r2` is not defined: the target is 3 in every row'],
  ['a single row', numberScores([3], [1]), 'regression', 'r2', '`r2` is not defined: it takes two rows'],
  ['a target of zero', numberScores([0, 3], [1, 2]), 'regression', 'mape', '`mape` is not defined: the target is 0 in some rows'],
  ['overflow', numberScores([0, 3], [1e200, 2]), 'regression', 'mse', '`mse` is not defined: it is too large for a number'],
])('%s: null, and why', (_, scores, task, metric, warning) => {
  const result = computeMetrics({ scores, task, metrics: [metric] });
  expect(result.metrics).toEqual({ [metric]: null });
  expect(result.warnings).toEqual([warning]);
});

test('a class that is never predicted counts as 0 in a mean, with a warning', () => {
  const scores = classScores(['a', 'b', 'c'], [0, 1, 2], [0.6, 0.3, 0.1, 0.1, 0.6, 0.3, 0.6, 0.3, 0.1]);
  expect(computeMetrics({ scores, task: 'multiclass', metrics: ['precision'] })).toMatchObject({
    metrics: { precision: 0.5 },
    classes: { c: { precision: null, recall: 0, f1: 0, support: 1 } },
    warnings: ['`precision`: `c` is never predicted, which counts as 0 in the mean'],
  });
});
