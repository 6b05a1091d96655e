import { boolean, byColumn, call, column, described, either, integer, list, none, number, range, record, share, text, word, type ParamSchema } from '../../compiler/kinds/schema.ts';
import { CYCLIC_PARTS, DATE_PARTS, type CyclicPart, type DatePart } from './date-parts.ts';

/** What a missing value becomes; `drop` leaves training rows without it out. */
export type Imputation = 'mean' | 'median' | 'most_frequent' | 'drop' | Constant;

/** `constant(value)`: the same value for every missing one. */
export interface Constant {
  readonly $call: 'constant';
  readonly value: string | number | boolean;
}

/** How a column's values become features. */
export type Encoding =
  | { readonly $call: 'native' }
  | { readonly $call: 'ordinal' }
  | { readonly $call: 'frequency' }
  | { readonly $call: 'hash'; readonly buckets?: number }
  | { readonly $call: 'one_hot'; readonly min_count?: number }
  | { readonly $call: 'target_mean'; readonly smoothing?: number; readonly folds?: number };

/** A range as parameters encode it. */
export interface Range {
  readonly $range: readonly [number | null, number | null];
}

/** Between which bounds numbers are kept: given ones, or quantiles of the training rows. */
export type Clip = Range | { readonly $call: 'quantiles'; readonly range: Range };

/** ln(1 + x), or with the sign of x: sign(x) · ln(1 + |x|). */
export type Log = 'log1p' | 'signed';

/** Where numbers are cut into bins: given cuts, as many rows in each, or as wide each. */
export type Bins = readonly number[] | { readonly $call: 'quantile' | 'uniform'; readonly bins: number };

/** How numbers are scaled. */
export type Scaling = 'standard' | 'min_max' | 'robust' | { readonly $call: 'quantile'; readonly quantiles?: number };

/** A part of a date, plain or as a place on a circle. */
export type DateEntry = DatePart | { readonly $call: 'cyclic'; readonly part: CyclicPart };

/** Words and runs of words, counted in buckets. */
export interface Ngrams {
  readonly $call: 'ngrams';
  readonly n?: number | Range;
  readonly buckets?: number;
}

/** The lengths of the axes of an array. */
export type Shape = readonly number[];

/** The transforms of `prepare` that name columns, and what they say of one. */
export interface Transforms {
  readonly impute: Imputation;
  readonly clip: Clip;
  readonly log: Log;
  readonly bins: Bins;
  readonly encode: Encoding;
  readonly scale: Scaling;
  readonly date: readonly DateEntry[];
  readonly text: Ngrams;
  readonly array: Shape;
}

/** Parameters as inference completes them: each column by its name, groups resolved, what is `none` left out. */
export type PrepareParams = {
  readonly target: { readonly $column: string };
  readonly use: readonly { readonly $column: string }[];
  /** Columns that have an indicator beside them. */
  readonly indicator?: readonly { readonly $column: string }[];
} & { readonly [K in keyof Transforms]?: Readonly<Record<string, Transforms[K]>> };

/** What constructors are without arguments. */
export const DEFAULTS = {
  one_hot: { min_count: 1 },
  target_mean: { smoothing: 20, folds: 5 },
  hash: { buckets: 256 },
  quantile: { quantiles: 100 },
  ngrams: { n: 1, buckets: 256 },
} as const;

const imputation = either(
  word('mean', 'median', 'most_frequent', 'drop'),
  call('constant', { value: either(text(), number(), boolean()) }, ['value']),
  none(),
);

const buckets = described(integer({ min: 2, max: 65_535 }), 'How many buckets values are hashed into.', DEFAULTS.hash.buckets);

const encoding = either(
  call('native'),
  call('ordinal'),
  call('frequency'),
  call('hash', { buckets }),
  call('one_hot', {
    min_count: described(integer({ min: 1 }), 'Levels of fewer training rows share the column `other`.', DEFAULTS.one_hot.min_count),
  }),
  call('target_mean', {
    smoothing: described(number({ min: 0 }), 'How many rows of the mean of all are mixed into the mean of a level.', DEFAULTS.target_mean.smoothing),
    folds: described(integer({ min: 2, max: 100 }), 'Folds of the training rows, each encoded by the others.', DEFAULTS.target_mean.folds),
  }),
);

const scaling = either(
  word('standard', 'min_max', 'robust'),
  call('quantile', { quantiles: described(integer({ min: 2, max: 1000 }), 'How many quantiles are kept.', DEFAULTS.quantile.quantiles) }),
  none(),
);

const clipping = either(range(number()), call('quantiles', { range: range(share()) }, ['range']), none());

const binCount = { bins: described(integer({ min: 2, max: 1000 }), 'How many bins.') };

const binning = either(call('quantile', binCount, ['bins']), call('uniform', binCount, ['bins']), list(number(), { min: 1 }), none());

const dateEntries = list(either(word(...DATE_PARTS), call('cyclic', { part: word(...CYCLIC_PARTS) }, ['part'])), { min: 1 });

const length = integer({ min: 1, max: 5 });

const ngrams = call('ngrams', {
  n: described(either(length, range(length)), 'Words in a row: 1 for single words, `1..2` for pairs too.', DEFAULTS.ngrams.n),
  buckets: described(integer({ min: 2, max: 4096 }), 'How many features they are counted in.', DEFAULTS.ngrams.buckets),
});

/** A transform of numbers, by column or for all of them. */
function ofNumbers(value: ParamSchema, description: string): ParamSchema {
  return described(byColumn(value, { numeric: described(value, 'For every column that stays a number.') }), description);
}

/** The parameters of `prepare`. */
export const prepareParams = record({
  use: described(list(column(), { min: 1 }), 'The columns that are features; without it, all but the target and the columns that the split is made by.'),
  drop: described(list(column(), { min: 1 }), 'Columns that are no features, where `use` is not given.'),
  impute: described(
    byColumn(imputation, {
      numeric: described(imputation, 'For every column that stays a number.'),
      categorical: described(imputation, 'For every other column.'),
    }),
    'What a missing value becomes. Without it, it stays missing.',
  ),
  indicator: described(either(boolean(), list(column(), { min: 1 })), 'Columns that get a feature beside them, 1 where the value is missing; `true`: all that may be missing.'),
  clip: ofNumbers(clipping, 'Between which bounds numbers are kept: `0..100`, or `quantiles(1%..99%)` of the training rows.'),
  log: ofNumbers(either(word('log1p', 'signed'), none()), 'Numbers become ln(1 + x), or `signed` sign(x) · ln(1 + |x|).'),
  bins: ofNumbers(binning, 'Numbers become the number of their bin: cut at `[18, 65]`, or into `quantile(10)` or `uniform(10)` bins.'),
  encode: described(
    byColumn(encoding, { categorical: described(encoding, 'For every text.') }),
    'How texts, and numbers that are names, become features. Without it, texts are native categories.',
  ),
  scale: ofNumbers(scaling, 'Last: to mean 0 and deviation 1, to 0..1, by median and quartiles, or by rank.'),
  date: described(byColumn(dateEntries), 'Which parts of a date, a time or a timestamp are features.'),
  text: described(byColumn(ngrams), 'Free texts become counts of their words.'),
  array: described(
    byColumn(list(integer({ min: 1 }), { min: 1 })),
    'Lists of numbers become features, each list in a shape, its last axis running fastest: `[28, 28, 1]` is an image by height, width and channels, `[14, 3]` a sequence of 14 steps with 3 numbers each, `[64]` a vector.',
  ),
  stream: described(integer({ min: 0 }), 'Another number gives other folds to `target_mean`.', 0),
});
