import type { Task } from '../../../compiler/types.ts';

/**
 * A fitted linear model with its completion: plain JSON, and all that a prediction needs.
 *
 * A score is an intercept plus one contribution a term. A regression has one score, the value; two classes have one,
 * the logarithm of the odds of the last class; k > 2 classes have k, whose softmax is the probabilities.
 */
export interface LinearModel {
  readonly task: Task;
  /** For classifications. */
  readonly classes?: readonly string[];
  /** One for each score. */
  readonly intercepts: readonly number[];
  /** One for each feature, in the order of their names. */
  readonly terms: readonly LinearTerm[];
}

/** What one feature contributes to the scores. */
export type LinearTerm = NumericTerm | CategoryTerm;

/** Contributes coefficient · (x − mean) / deviation. */
export interface NumericTerm extends NumericCompletion {
  /** One for each score. */
  readonly coefficients: readonly number[];
  readonly missing?: MissingTerm;
}

/** Contributes coefficient · (m − mean) / deviation, m being 1 where the value is missing and 0 elsewhere. */
export interface MissingTerm extends Standard {
  readonly coefficients: readonly number[];
}

/** Contributes the coefficient of the row's level; nothing for a level that training did not have. */
export interface CategoryTerm extends CategoryCompletion {
  /** By level, one for each score. */
  readonly coefficients: readonly (readonly number[])[];
  /** Of missing values; absent, and nothing, where training had none. */
  readonly missingCoefficients?: readonly number[];
}

/** What was learned of a numeric feature before fitting. */
export interface NumericCompletion extends Standard {
  readonly kind: 'numeric';
  readonly feature: string;
  /** The median of training, which stands for missing values. */
  readonly fill: number;
  /** Of the indicator of missing values, where training had some. */
  readonly missing?: Standard;
}

/** Mean and population standard deviation in training; 1 in place of a deviation of 0. */
export interface Standard {
  readonly mean: number;
  readonly deviation: number;
}

/** What was learned of a category feature before fitting. */
export interface CategoryCompletion {
  readonly kind: 'category';
  readonly feature: string;
  readonly levels: readonly string[];
}
