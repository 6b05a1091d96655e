import { averagedFamily } from './averaged.ts';
import type { PerClassValues } from './averaged.ts';
import { countClasses } from './confusion.ts';
import type { ClassEvaluation } from './evaluation.ts';
import type { ClassMetric, MetricValue } from './metric.ts';

type Quotient = 'precision' | 'recall' | 'f1';

const NOTHING: Readonly<Record<Quotient, string>> = {
  precision: 'is never predicted',
  recall: 'has no row',
  f1: 'has no row and is never predicted',
};

const accuracy: ClassMetric = {
  of: 'classes',
  name: 'accuracy',
  tasks: ['binary', 'multiclass'],
  direction: 'maximize',
  range: [0, 1],
  weights: true,
  doc: 'The share of rows whose class is predicted: that of highest probability, the first of equals.',
  compute(evaluation) {
    const { matrix } = evaluation.confusion();
    const total = matrix.flat().reduce((sum, cell) => sum + cell, 0);
    return { value: matrix.reduce((sum, row, klass) => sum + row[klass]!, 0) / total };
  },
};

/** Metrics of the decisions for a class. Source: van Rijsbergen, Information Retrieval (1979), chapter 7. */
export const decisionMetrics: readonly ClassMetric[] = [
  accuracy,
  ...quotientFamily('precision', 'Of the rows for which the class is predicted, the share that is of it: TP / (TP + FP).'),
  ...quotientFamily('recall', 'Of the rows of the class, the share for which it is predicted: TP / (TP + FN).'),
  ...quotientFamily('f1', 'The harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN).'),
];

function quotientFamily(name: Quotient, doc: string): ClassMetric[] {
  return averagedFamily({
    name,
    direction: 'maximize',
    doc,
    binary: (evaluation) => ofPositives(evaluation, name),
    each: (evaluation) => ofEachClass(evaluation, name),
  });
}

function ofPositives(evaluation: ClassEvaluation, name: Quotient): MetricValue {
  const value = countClasses(evaluation.confusion())[1]![name];
  return value === null ? { undefined: `the positive class \`${evaluation.classes[1]}\` ${NOTHING[name]}` } : { value };
}

/**
 * As scikit-learn takes means by default: over the classes that occur in truth or predictions, where a quotient that is
 * not defined counts as 0.
 */
function ofEachClass(evaluation: ClassEvaluation, name: Quotient): PerClassValues {
  const counts = countClasses(evaluation.confusion());
  const occurs = counts.map(({ support, predicted }) => support > 0 || predicted > 0);
  const values = counts.map((of, klass) => (occurs[klass] ? (of[name] ?? 0) : undefined));
  const zeroed = evaluation.classes.filter((_, klass) => occurs[klass] && counts[klass]![name] === null);
  const support = counts.map((of) => of.support);
  if (zeroed.length === 0) return { values, support };
  return { values, support, warning: `${quoteAll(zeroed)} ${NOTHING[name]}, which counts as 0 in the mean` };
}

function quoteAll(labels: readonly string[]): string {
  return labels.map((label) => `\`${label}\``).join(', ');
}
