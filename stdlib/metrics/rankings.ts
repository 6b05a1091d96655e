import { averagedFamily } from './averaged.ts';
import type { PerClassValues } from './averaged.ts';
import type { ClassEvaluation } from './evaluation.ts';
import type { ClassMetric, MetricValue } from './metric.ts';
import type { Ranking } from './ranking-curve.ts';

/**
 * Metrics of how probabilities rank rows. Sources: Fawcett, An introduction to ROC analysis (2006); scikit-learn's
 * `average_precision_score`, which does not interpolate.
 */
export const rankingMetrics: readonly ClassMetric[] = [
  ...averagedFamily({
    name: 'auc',
    direction: 'maximize',
    doc: 'Area under the ROC curve: the share of pairs of a row of the class and another that its probability puts in order, ties as half.',
    binary: (evaluation) => binary(evaluation, (ranking) => ranking.auc, true),
    each: (evaluation) => each(evaluation, (ranking) => ranking.auc, true),
  }),
  ...averagedFamily({
    name: 'auc_pr',
    direction: 'maximize',
    doc: 'Average precision, the area under the curve of precision over recall by steps: Σ (Rᵢ − Rᵢ₋₁)·Pᵢ.',
    binary: (evaluation) => binary(evaluation, (ranking) => ranking.averagePrecision, false),
    each: (evaluation) => each(evaluation, (ranking) => ranking.averagePrecision, false),
  }),
];

type Take = (ranking: Ranking) => number;

function binary(evaluation: ClassEvaluation, take: Take, needsOthers: boolean): MetricValue {
  const ranking = evaluation.ranking(1);
  const [negative, positive] = evaluation.classes;
  if (ranking.positives === 0) return { undefined: `no row is of the positive class \`${positive}\`` };
  if (needsOthers && ranking.negatives === 0) return { undefined: `no row is of the class \`${negative}\`` };
  return { value: take(ranking) };
}

/** Each class against the rest. A class without rows leaves the plain mean undefined, and has no weight in the weighted one. */
function each(evaluation: ClassEvaluation, take: Take, needsOthers: boolean): PerClassValues {
  const rankings = evaluation.classes.map((_, klass) => evaluation.ranking(klass));
  const support = rankings.map((ranking) => ranking.positives);
  const values = rankings.map((ranking) =>
    ranking.positives > 0 && (ranking.negatives > 0 || !needsOthers) ? take(ranking) : undefined,
  );
  const absent = evaluation.classes.filter((_, klass) => support[klass] === 0);
  const alone = needsOthers ? rankings.findIndex((ranking) => ranking.positives > 0 && ranking.negatives === 0) : -1;
  if (alone >= 0) {
    const reason = `every row is of the class \`${evaluation.classes[alone]}\``;
    return { values, support, undefined: { macro: reason, weighted: reason } };
  }
  if (absent.length === 0) return { values, support };
  return { values, support, undefined: { macro: `no row is of ${absent.map((label) => `\`${label}\``).join(', ')}` } };
}
