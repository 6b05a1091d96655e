import type { Salt } from '../../runtime/data/hash.ts';

/** What `prepare` learned from the training rows: all that it takes to make features of any row. */
export interface FittedFeatures {
  /** The column that is to be predicted, which is no feature. */
  readonly target: string;
  /** Training rows that it was fitted on. */
  readonly rows: number;
  /** One a column, in the order of their names; a feature has the name of its column. */
  readonly features: readonly FittedFeature[];
  /** Deals training rows into folds, where a target mean is cross-fitted. */
  readonly salt?: Salt;
}

/** A column as it was fitted. */
export type FittedFeature = FittedNumber | FittedCategory;

/** `real` is a float of 32 bits. A bool is 0 or 1. */
export type NumberType = 'int' | 'float' | 'real' | 'decimal' | 'bool';

/** A number that stays one. */
export interface FittedNumber {
  readonly kind: 'number';
  readonly column: string;
  readonly type: NumberType;
  /** Stands for a missing value. */
  readonly impute?: number;
  readonly scale?: FittedScale;
}

/** `standard`: (x − mean) / std, as scikit-learn's StandardScaler; `min_max`: (x − min) / (max − min), as MinMaxScaler. */
export type FittedScale =
  | { readonly kind: 'standard'; readonly mean: number; readonly std: number }
  | { readonly kind: 'min_max'; readonly min: number; readonly range: number };

/** What the names are in the table: `int` and `bool` have their texts as levels. */
export type CategoryType = 'string' | 'int' | 'bool';

/** A column whose values are names. */
export interface FittedCategory {
  readonly kind: 'category';
  readonly column: string;
  readonly type: CategoryType;
  /** The different values of the training rows as text, in the order of the values, after imputing. */
  readonly levels: readonly string[];
  /** Training rows of each level. */
  readonly counts: readonly number[];
  /** Training rows without a value, after imputing. */
  readonly missing: number;
  /** Stands for a missing value. */
  readonly impute?: string;
  readonly encoding: FittedEncoding;
}

/** How a category becomes what a trainer takes. */
export type FittedEncoding = FittedNative | FittedOrdinal | FittedOneHot | FittedTargetMean;

/** Categories as such, for trainers that take them. */
export interface FittedNative {
  readonly kind: 'native';
}

/** The level's number, as scikit-learn's OrdinalEncoder; a value that is missing or was never seen is missing. */
export interface FittedOrdinal {
  readonly kind: 'ordinal';
}

/** One column a level, as scikit-learn's OneHotEncoder; kept as categories until the trainer. */
export interface FittedOneHot {
  readonly kind: 'one_hot';
  /** Levels of fewer training rows are one level together. */
  readonly min_count: number;
  /** What that level is called, if there is one; it is also the level of values never seen. */
  readonly other?: string;
}

/**
 * The target's mean by level, drawn towards the mean of all rows, as scikit-learn's TargetEncoder:
 * (sum + smoothing × mean) / (count + smoothing). A missing value is a level of its own; a value never seen has the mean
 * of all. Training rows get it from the other folds' rows alone.
 */
export interface FittedTargetMean {
  readonly kind: 'target_mean';
  readonly smoothing: number;
  /** The mean of all training rows. */
  readonly mean: number;
  /** By level, and last for missing values: sums of the target. */
  readonly sums: readonly number[];
  readonly folds: readonly FoldTotals[];
}

/** Rows and sums of the target of one fold, by level, and last for missing values. */
export interface FoldTotals {
  readonly counts: readonly number[];
  readonly sums: readonly number[];
}
