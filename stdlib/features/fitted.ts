import type { Salt } from '../../runtime/data/hash.ts';
import type { CyclicPart, DatePart } from './date-parts.ts';
import type { Log, Shape } from './prepare-params.ts';

/** What `prepare` learned from the training rows: all that it takes to make features of any row. */
export interface FittedFeatures {
  /** The column that is to be predicted, which is no feature. */
  readonly target: string;
  /** Training rows that it was fitted on. */
  readonly rows: number;
  /** One a column, in the order of their names. A column's only feature has its name, others have it in front. */
  readonly features: readonly FittedFeature[];
  /** Deals training rows into folds, where a target mean is cross-fitted. */
  readonly salt?: Salt;
}

/** A column as it was fitted; it becomes one feature or several. */
export type FittedFeature = FittedNumber | FittedCategory | FittedHash | FittedDate | FittedText | FittedArray;

/** What every column may have beside its own features. */
interface FittedColumn {
  readonly column: string;
  /** Training rows without a value are left out. */
  readonly drop?: true;
  /** The feature that is 1 where the value is missing, else 0. */
  readonly indicator?: string;
}

/** `real` is a float of 32 bits. A bool is 0 or 1. */
export type NumberType = 'int' | 'float' | 'real' | 'decimal' | 'bool';

/** A number: what is done to it, in this order. */
export interface FittedNumber extends FittedColumn {
  readonly kind: 'number';
  readonly type: NumberType;
  /** Stands for a missing value. */
  readonly impute?: number;
  /** The bounds between which it is kept. */
  readonly clip?: { readonly low?: number; readonly high?: number };
  readonly log?: Log;
  readonly bins?: FittedBins;
  readonly scale?: FittedScale;
}

/** The number of its bin in place of a number: how many cuts are not above it. */
export interface FittedBins {
  readonly cuts: readonly number[];
  /** `ordinal` is a number, the others a category. */
  readonly as: 'ordinal' | 'one_hot' | 'native';
}

/**
 * `standard`: (x − mean) / std, as scikit-learn's StandardScaler; `min_max`: (x − min) / (max − min), as MinMaxScaler;
 * `robust`: (x − median) / (third − first quartile), as RobustScaler; `quantile`: the share of training rows below, between
 * quantiles linearly, as QuantileTransformer.
 */
export type FittedScale =
  | { readonly kind: 'standard'; readonly mean: number; readonly std: number }
  | { readonly kind: 'min_max'; readonly min: number; readonly range: number }
  | { readonly kind: 'robust'; readonly center: number; readonly range: number }
  | { readonly kind: 'quantile'; readonly quantiles: readonly number[] };

/** What the names are in the table: `int` and `bool` have their texts as levels. */
export type CategoryType = 'string' | 'int' | 'bool';

/** A column whose values are names. */
export interface FittedCategory extends FittedColumn {
  readonly kind: 'category';
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

/** Names that are put into buckets by a hash: nothing of them is kept, and no value is new. */
export interface FittedHash extends FittedColumn {
  readonly kind: 'hash';
  readonly type: CategoryType;
  readonly buckets: number;
  /** Stands for a missing value. */
  readonly impute?: string;
}

/** A date or a time, of which parts are features. */
export interface FittedDate extends FittedColumn {
  readonly kind: 'date';
  readonly type: 'date' | 'time' | 'timestamp';
  readonly parts: readonly FittedDatePart[];
}

/** A part of a date as a feature; with `wave`, the sine or cosine of how far round it is. */
export type FittedDatePart =
  | { readonly name: string; readonly part: DatePart }
  | { readonly name: string; readonly part: CyclicPart; readonly wave: 'sin' | 'cos' };

/** A text whose words, and runs of `n` of them, are counted in buckets, one a feature. */
export interface FittedText extends FittedColumn {
  readonly kind: 'text';
  readonly type: 'string';
  /** The least and the most words in a row. */
  readonly n: readonly [number, number];
  readonly buckets: number;
}

/** A list of numbers in a shape, one feature a number, as floats of 32 bits. A missing number, or list, is missing. */
export interface FittedArray extends FittedColumn {
  readonly kind: 'array';
  readonly type: 'list';
  readonly shape: Shape;
}

/** How a category becomes what a trainer takes. */
export type FittedEncoding = FittedNative | FittedOrdinal | FittedFrequency | FittedOneHot | FittedTargetMean;

/** Categories as such, for trainers that take them. */
export interface FittedNative {
  readonly kind: 'native';
}

/** The level's number, as scikit-learn's OrdinalEncoder; a value that is missing or was never seen is missing. */
export interface FittedOrdinal {
  readonly kind: 'ordinal';
}

/** The share of the training rows that have the level; missing is a level of its own, one never seen has none. */
export interface FittedFrequency {
  readonly kind: 'frequency';
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
