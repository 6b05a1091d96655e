import type { Task } from '../../compiler/types.ts';
import type { ClassEvaluation, NumberEvaluation } from './evaluation.ts';
import type { RankedQuery } from './ranked-queries.ts';

/** Which way a metric is better. */
export type Direction = 'maximize' | 'minimize';

/** A metric's value, or why it has none. */
export type MetricValue = { readonly value: number; readonly warning?: string } | { readonly undefined: string };

interface MetricRecord {
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly direction: Direction;
  /** The least and the largest value that it can have. */
  readonly range: readonly [number, number];
  /** Whether weights of rows are taken. */
  readonly weights: boolean;
  /** The formula, with its source, and when it is not defined. */
  readonly doc: string;
}

/** A metric of predicted classes or of their probabilities. */
export interface ClassMetric extends MetricRecord {
  readonly of: 'classes';
  readonly compute: (evaluation: ClassEvaluation) => MetricValue;
}

/** A metric of predicted numbers. */
export interface NumberMetric extends MetricRecord {
  readonly of: 'numbers';
  readonly compute: (evaluation: NumberEvaluation) => MetricValue;
}

/** A metric of a ranking: a mean over its queries. */
export interface QueryMetric extends MetricRecord {
  readonly of: 'queries';
  /** Of one query; `undefined` where it has no relevant row. */
  readonly compute: (query: RankedQuery) => number | undefined;
}

/** A metric, as data. */
export type Metric = ClassMetric | NumberMetric | QueryMetric;
