/** When to stop: no better value of the metric in this many rounds. */
export interface EarlyStopping {
  readonly rounds: number;
  /** XGBoost's name of the metric. */
  readonly metric: string;
  /** Whether more is better; by default as the metric means it. */
  readonly maximize?: boolean;
  /** By how much a value must be better than the best to count. Default 0. */
  readonly minDelta?: number;
}

/** The best value so far, and the round, from 1, that it was seen in. */
export interface BestRound {
  readonly value: number;
  readonly round: number;
}

/** Metrics of which more is better, as XGBoost's documentation of `eval_metric` says. */
const MAXIMIZED = /^(?:auc|aucpr|pre|ndcg|map|interval-regression-accuracy)(?:@|-|$)/;

/** The best round after this one; the first of equal ones stays. */
export function updateBest(best: BestRound | undefined, value: number, round: number, rule: EarlyStopping): BestRound {
  if (best === undefined) return { value, round };
  const sign = rule.maximize ?? MAXIMIZED.test(rule.metric) ? 1 : -1;
  return sign * (value - best.value) > (rule.minDelta ?? 0) ? { value, round } : best;
}

/** Whether the rounds since the best one are used up. */
export function isStopped(best: BestRound, round: number, rule: EarlyStopping): boolean {
  return round - best.round >= rule.rounds;
}
