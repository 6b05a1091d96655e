/** When training ends before its last round: no better value of a metric in this many rounds. */
export interface StoppingRule {
  readonly rounds: number;
  /** Whether more of the metric is better. */
  readonly maximize: boolean;
  /** By how much a value must be better than the best to count. */
  readonly minDelta: number;
}

/** The best value so far, and the round, from 1, that it was seen in. */
export interface BestRound {
  readonly value: number;
  readonly round: number;
}

/** The best round after this one; the first of equal ones stays. */
export function updateBest(best: BestRound | undefined, value: number, round: number, rule: StoppingRule): BestRound {
  if (best === undefined) return { value, round };
  const sign = rule.maximize ? 1 : -1;
  return sign * (value - best.value) > rule.minDelta ? { value, round } : best;
}

/** Whether the rounds since the best one are used up. */
export function isStopped(best: BestRound, round: number, rule: StoppingRule): boolean {
  return round - best.round >= rule.rounds;
}
