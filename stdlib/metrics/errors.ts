import type { Task } from '../../compiler/types.ts';
import type { NumberEvaluation } from './evaluation.ts';
import type { MetricValue, NumberMetric } from './metric.ts';
import { compensatedSum } from './sum.ts';

/** The distance from 1 to the next larger number. */
const EPSILON = 2 ** -52;

const shared = { of: 'numbers', tasks: ['regression'] as readonly Task[], weights: true } as const;

/** Metrics of predicted numbers, yᵢ being the truth and ŷᵢ what is predicted. */
export const errorMetrics: readonly NumberMetric[] = [
  {
    ...shared,
    name: 'mse',
    direction: 'minimize',
    range: [0, Infinity],
    doc: 'Mean squared error: the mean of (yᵢ − ŷᵢ)².',
    compute: (evaluation) => ({ value: meanSquare(evaluation) }),
  },
  {
    ...shared,
    name: 'rmse',
    direction: 'minimize',
    range: [0, Infinity],
    doc: 'The square root of `mse`, in units of the target.',
    compute: (evaluation) => ({ value: Math.sqrt(meanSquare(evaluation)) }),
  },
  {
    ...shared,
    name: 'mae',
    direction: 'minimize',
    range: [0, Infinity],
    doc: 'Mean absolute error: the mean of |yᵢ − ŷᵢ|, in units of the target.',
    compute: (evaluation) => ({ value: mean(evaluation, (truth, value) => Math.abs(truth - value)) }),
  },
  {
    ...shared,
    name: 'r2',
    direction: 'maximize',
    range: [-Infinity, 1],
    doc: 'Coefficient of determination: 1 − Σ (yᵢ − ŷᵢ)² / Σ (yᵢ − ȳ)². Not defined where all yᵢ are equal.',
    compute: determination,
  },
  {
    ...shared,
    name: 'mape',
    direction: 'minimize',
    range: [0, Infinity],
    doc:
      'Mean absolute percentage error, as a share: the mean of |yᵢ − ŷᵢ| / |yᵢ|, ' +
      'with |yᵢ| of at least 2⁻⁵² as in scikit-learn. Not defined where a yᵢ is 0.',
    compute: percentage,
  },
];

function meanSquare(evaluation: NumberEvaluation): number {
  return mean(evaluation, (truth, value) => (truth - value) ** 2);
}

function determination(evaluation: NumberEvaluation): MetricValue {
  const { truth, rows } = evaluation;
  if (rows < 2) return { undefined: 'it takes two rows' };
  const centre = mean(evaluation, (value) => value);
  const spread = mean(evaluation, (value) => (value - centre) ** 2);
  const first = truth[0]!;
  if (spread === 0 || truth.every((value) => value === first)) return { undefined: `the target is ${first} in every row` };
  return { value: 1 - meanSquare(evaluation) / spread };
}

function percentage(evaluation: NumberEvaluation): MetricValue {
  if (evaluation.truth.includes(0)) return { undefined: 'the target is 0 in some rows' };
  return { value: mean(evaluation, (truth, value) => Math.abs(truth - value) / Math.max(Math.abs(truth), EPSILON)) };
}

function mean({ rows, truth, values, weights }: NumberEvaluation, term: (truth: number, value: number) => number): number {
  const sum = compensatedSum();
  const total = compensatedSum();
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum.add(weight * term(truth[row]!, values[row]!));
    total.add(weight);
  }
  return sum.total() / total.total();
}
