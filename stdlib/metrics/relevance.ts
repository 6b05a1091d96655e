import type { QueryMetric } from './metric.ts';
import type { RankedQuery } from './ranked-queries.ts';

const shared = { of: 'queries', tasks: ['ranking'], direction: 'maximize', range: [0, 1], weights: false } as const;

/**
 * Metrics of the order into which the rows of each query are put: means over queries, each counting once. Queries without a
 * relevant row say nothing, and are left out. Rows of one score share their places, so that no metric depends on the order
 * in which rows stand.
 */
export const relevanceMetrics: readonly QueryMetric[] = [
  {
    ...shared,
    name: 'ndcg',
    doc:
      'Normalised discounted cumulative gain: Σ (2^relevance − 1) / log₂(place + 1), over that of the best order (Burges et al., ' +
      'Learning to rank using gradient descent, 2005); rows of one score have the mean of their gains, as in scikit-learn.',
    compute: (query) => normalisedGain(query, Infinity),
  },
  ...([5, 10] as const).map((most): QueryMetric => ({
    ...shared,
    name: `ndcg_at_${most}`,
    doc: `\`ndcg\` of the first ${most} places.`,
    compute: (query) => normalisedGain(query, most),
  })),
  {
    ...shared,
    name: 'map',
    doc: 'Mean average precision: of each query Σ (Rᵢ − Rᵢ₋₁)·Pᵢ, a row being relevant or (relevance 0) not.',
    compute: averagePrecision,
  },
  {
    ...shared,
    name: 'mrr',
    doc: 'Mean reciprocal rank: 1 / the place of the first relevant row, which stands after all others of its score that are not relevant.',
    compute: reciprocalRank,
  },
];

function normalisedGain({ relevance, ends }: RankedQuery, most: number): number | undefined {
  const best = relevance.slice().sort().reverse();
  const ideal = discountedGain(best, Array.from(best, (_, at) => at + 1), most);
  return ideal === 0 ? undefined : discountedGain(relevance, ends, most) / ideal;
}

/** Rows of one score have their mean gain in each of their places: McSherry and Najork, Computing information retrieval performance measures efficiently in the presence of tied scores, 2008. */
function discountedGain(relevance: Float64Array, ends: readonly number[], most: number): number {
  let sum = 0;
  let start = 0;
  for (const end of ends) {
    if (start >= most) break;
    let gains = 0;
    let discounts = 0;
    for (let at = start; at < end; at++) {
      gains += 2 ** relevance[at]! - 1;
      if (at < most) discounts += 1 / Math.log2(at + 2);
    }
    sum += (gains / (end - start)) * discounts;
    start = end;
  }
  return sum;
}

function averagePrecision({ relevance, ends }: RankedQuery): number | undefined {
  const total = countRelevant(relevance, 0, relevance.length);
  if (total === 0) return undefined;
  let sum = 0;
  let found = 0;
  let start = 0;
  for (const end of ends) {
    const more = countRelevant(relevance, start, end);
    found += more;
    sum += (more / total) * (found / end);
    start = end;
  }
  return sum;
}

function reciprocalRank({ relevance, ends }: RankedQuery): number | undefined {
  const first = relevance.findIndex((one) => one > 0);
  const end = ends.find((one) => one > first);
  if (first < 0 || end === undefined) return undefined;
  return 1 / (1 + end - countRelevant(relevance, 0, end));
}

function countRelevant(relevance: Float64Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (relevance[at]! > 0) count++;
  return count;
}
