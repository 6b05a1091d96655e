import type { ClassMetric } from './metric.ts';
import { compensatedSum } from './sum.ts';

/** The distance from 1 to the next larger number, in single and in double precision. */
const EPSILON_SINGLE = 2 ** -23;
const EPSILON_DOUBLE = 2 ** -52;

const logLoss: ClassMetric = {
  of: 'classes',
  name: 'log_loss',
  tasks: ['binary', 'multiclass'],
  direction: 'minimize',
  range: [0, Infinity],
  weights: true,
  doc:
    'Mean of −ln(p), p being the probability of the true class, kept from 0 and 1 by the precision of its type, as ' +
    'scikit-learn does. Good (1952), Rational Decisions.',
  compute({ rows, truth, values, weights }) {
    const width = values.length / rows;
    const epsilon = values instanceof Float32Array ? EPSILON_SINGLE : EPSILON_DOUBLE;
    const loss = compensatedSum();
    const total = compensatedSum();
    for (let row = 0; row < rows; row++) {
      const klass = truth[row]!;
      const chance = width === 1 ? (klass === 1 ? values[row]! : 1 - values[row]!) : values[row * width + klass]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      loss.add(-weight * Math.log(Math.min(Math.max(chance, epsilon), 1 - epsilon)));
      total.add(weight);
    }
    return { value: loss.total() / total.total() };
  },
};

const brier: ClassMetric = {
  of: 'classes',
  name: 'brier',
  tasks: ['binary', 'multiclass'],
  direction: 'minimize',
  range: [0, 2],
  weights: true,
  doc:
    'Brier score: of two classes the mean of (p − y)², p being the probability of the positive class and y whether the ' +
    'row is of it; of several, the mean of the sum over classes of such squares, as scikit-learn does. Brier (1950).',
  compute({ rows, truth, values, weights }) {
    const width = values.length / rows;
    const loss = compensatedSum();
    const total = compensatedSum();
    for (let row = 0; row < rows; row++) {
      const klass = truth[row]!;
      let squares = 0;
      if (width === 1) squares = ((klass === 1 ? 1 : 0) - values[row]!) ** 2;
      else for (let at = 0; at < width; at++) squares += ((klass === at ? 1 : 0) - values[row * width + at]!) ** 2;
      const weight = weights === undefined ? 1 : weights[row]!;
      loss.add(weight * squares);
      total.add(weight);
    }
    return { value: loss.total() / total.total() };
  },
};

const calibrationError: ClassMetric = {
  of: 'classes',
  name: 'ece',
  tasks: ['binary', 'multiclass'],
  direction: 'minimize',
  range: [0, 1],
  weights: true,
  doc:
    'Expected calibration error: the mean over the bins of the calibration curve, weighted by their rows, of ' +
    '|observed − predicted|. Of several classes, of the probability of the predicted one. Guo et al. (2017).',
  compute(evaluation) {
    const bins = evaluation.calibration();
    const total = bins.reduce((sum, bin) => sum + bin.rows, 0);
    return { value: bins.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.observed - bin.predicted), 0) / total };
  },
};

/** Metrics of the probabilities themselves. */
export const probabilityMetrics: readonly ClassMetric[] = [logLoss, brier, calibrationError];
