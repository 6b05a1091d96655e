import type { Salt } from '../../runtime/data/hash.ts';
import { findFlaw, judge, type MetricsRequest } from './compute-metrics.ts';
import type { Metric } from './metric.ts';
import { quantileOf } from './quantile.ts';
import { poissonSampler, randomNumbers } from './random.ts';
import { findMetric } from './registry.ts';
import { representScores } from './represent-scores.ts';

/** How confidence intervals are made. */
export interface IntervalOptions {
  /** The share of repetitions of the whole experiment in which an interval should hold the true value. */
  readonly level: number;
  readonly resamples: number;
  readonly salt: Salt;
}

/** The ends of a metric's confidence interval; `null` where most resamples, or all, leave it undefined. */
export type Interval = readonly [low: number, high: number] | null;

/** More rows than this are represented by about so many. */
const MOST_ROWS = 4096;

/** An interval is given when at least this share of resamples defines its metric. */
const ENOUGH = 0.95;

/**
 * Confidence intervals of metrics by the percentile bootstrap over rows, or of a ranking over queries: Efron and Tibshirani, An Introduction to the
 * Bootstrap (1993), chapter 13. Rows are not drawn: each counts a Poisson number of times (Hanley and MacGibbon,
 * Creating non-parametric bootstrap samples using Poisson frequencies, 2006), so that a resample is the same metrics
 * under other weights, and a row that stands for m others counts Poisson(m) times. Where many rows are represented by
 * few (`representScores`), the percentiles are of differences from the representatives' own value, and are added to the
 * value over all rows; a draw of b of n rows whose counts sum up to n is the bag of little bootstraps with one bag
 * (Kleiner et al., A scalable bootstrap for massive data, 2014). The time does not grow with the rows.
 */
export function bootstrapIntervals(request: Omit<MetricsRequest, 'weights'>, values: Readonly<Record<string, number | null>>, options: IntervalOptions): Record<string, Interval> {
  const { metrics, scores, threshold, edges } = request;
  if (findFlaw(scores, undefined) !== undefined) return Object.fromEntries(metrics.map((name) => [name, null]));
  const random = randomNumbers(options.salt);
  const cuts = [threshold ?? 0.5, ...(edges ?? [])];
  const few = representScores({ scores, most: MOST_ROWS, cuts, random });
  const judgeFew = judge({ ...request, scores: few.scores });
  const known = metrics.map((name) => findMetric(name)!);
  const measure = (weights: Float64Array): (number | undefined)[] => {
    const { value } = judgeFew(weights);
    return known.map((metric) => numberOf(metric, value));
  };
  const middle = measure(few.counts);
  const samplers = countSamplers(few.counts, (mean) => poissonSampler(mean, random));
  const found = known.map((): number[] => []);
  const weights = new Float64Array(few.counts.length);
  for (let resample = 0; resample < options.resamples; resample++) {
    for (let row = 0; row < weights.length; row++) weights[row] = samplers[row]!();
    measure(weights).forEach((value, at) => {
      if (value !== undefined) found[at]!.push(value);
    });
  }
  return Object.fromEntries(known.map((metric, at) => [metric.name, interval(metric, { value: values[metric.name] ?? null, middle: middle[at], found: found[at]! }, options)]));
}

/** One sampler for all rows of the same count. */
function countSamplers(counts: Float64Array, make: (mean: number) => () => number): (() => number)[] {
  const known = new Map<number, () => number>();
  return Array.from(counts, (count) => {
    const sampler = known.get(count) ?? make(count);
    known.set(count, sampler);
    return sampler;
  });
}

function numberOf(metric: Metric, value: ReturnType<ReturnType<typeof judge>>['value']): number | undefined {
  const result = value(metric);
  return 'value' in result && Number.isFinite(result.value) ? result.value : undefined;
}

interface Resampled {
  /** Over all rows, and over the rows that stand for them. */
  readonly value: number | null;
  readonly middle: number | undefined;
  readonly found: number[];
}

function interval({ range: [least, largest] }: Metric, { value, middle, found }: Resampled, { level, resamples }: IntervalOptions): Interval {
  if (value === null || middle === undefined || found.length < ENOUGH * resamples) return null;
  const sorted = Float64Array.from(found).sort();
  const end = (share: number): number => Math.min(largest, Math.max(least, value + (quantileOf(sorted, share) - middle)));
  return [end((1 - level) / 2), end((1 + level) / 2)];
}
