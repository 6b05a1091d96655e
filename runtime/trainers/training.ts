import { matrixOf, type TrainerRows } from '../data/matrix.ts';
import type { Curve } from './checkpoint.ts';
import type { EngineParameters } from './parameters.ts';
import type { SegmentsRequest } from './segments.ts';

/** Everything that training boosted trees takes, whichever the engine. */
export interface TrainRequest extends SegmentsRequest {
  /** Path of the engine's shared library. */
  readonly library: string;
  readonly train: TrainerRows;
  readonly validate?: TrainerRows;
  readonly parameters: EngineParameters;
  readonly earlyStopping?: EarlyStopping;
  /** The engine's names of the metrics to follow; that of early stopping is added where it is missing. */
  readonly evalMetrics: readonly string[];
  readonly threads: number;
}

/** When to stop: no better value of the metric in this many rounds. */
export interface EarlyStopping {
  readonly rounds: number;
  /** The engine's name of the metric. */
  readonly metric: string;
  /** Whether more is better; by default as the metric means it. */
  readonly maximize?: boolean;
  /** By how much a value must be better than the best to count. Default 0. */
  readonly minDelta?: number;
}

/** A model, and how it came about. */
export interface TrainedModel {
  /** In the engine's own format. */
  readonly model: Uint8Array;
  /** Rounds that were trained. */
  readonly rounds: number;
  /** The round, from 1, that the model ends with: the best one under early stopping, else the last. */
  readonly bestRound: number;
  /** By `validate` and `train`, as far as they are followed, then by metric: a value for each round trained. */
  readonly curve: Curve;
  /** For every feature, in the matrix's order. */
  readonly importance: readonly FeatureImportance[];
}

/** How much a model uses a feature: mean gain of its splits (or what its engine says in place of it), and their number. */
export interface FeatureImportance {
  readonly feature: string;
  readonly gain: number;
  readonly weight: number;
}

/** The metrics to follow, each once. */
export function followedMetrics({ evalMetrics, earlyStopping }: Pick<TrainRequest, 'evalMetrics' | 'earlyStopping'>): string[] {
  return [...new Set([...evalMetrics, ...(earlyStopping === undefined ? [] : [earlyStopping.metric])])];
}

/** How early stopping goes on a session's metrics; `maximized` matches the metrics of which more is better. */
export function stoppingOf({ earlyStopping }: Pick<TrainRequest, 'earlyStopping'>, maximized: RegExp) {
  if (earlyStopping === undefined) return {};
  const { rounds, metric, maximize = maximized.test(metric), minDelta = 0 } = earlyStopping;
  return { stopping: { metric, rule: { rounds, maximize, minDelta } } };
}

/**
 * One-hot splits are one category against the rest, for features with fewer categories than this. The engines have one
 * threshold for all features, so native ones with fewer categories are split the same way.
 */
export function oneHotThreshold(rows: TrainerRows): number | undefined {
  const sizes = matrixOf(rows).features.flatMap((feature) => (feature.kind === 'category' && feature.oneHot ? [feature.levels.length] : []));
  return sizes.length === 0 ? undefined : Math.max(...sizes) + 1;
}
