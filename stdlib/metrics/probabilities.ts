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

/** Metrics of the probabilities themselves. */
export const probabilityMetrics: readonly ClassMetric[] = [logLoss];
