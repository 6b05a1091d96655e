import type { StoppingRule } from '../../data/early-stopping.ts';

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

/** Metrics of which more is better, as XGBoost's documentation of `eval_metric` says. */
const MAXIMIZED = /^(?:auc|aucpr|pre|ndcg|map|interval-regression-accuracy)(?:@|-|$)/;

/** The rule that early stopping follows. */
export function stoppingRule({ rounds, metric, maximize = MAXIMIZED.test(metric), minDelta = 0 }: EarlyStopping): StoppingRule {
  return { rounds, maximize, minDelta };
}
