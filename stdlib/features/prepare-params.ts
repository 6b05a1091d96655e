import { boolean, byColumn, call, column, described, either, integer, list, none, number, record, text, word } from '../../compiler/kinds/schema.ts';

/** What a missing value becomes. */
export type Imputation = 'mean' | 'median' | 'most_frequent' | Constant;

/** `constant(value)`: the same value for every missing one. */
export interface Constant {
  readonly $call: 'constant';
  readonly value: string | number | boolean;
}

/** How a column's values become features. */
export type Encoding =
  | { readonly $call: 'native' }
  | { readonly $call: 'ordinal' }
  | { readonly $call: 'one_hot'; readonly min_count?: number }
  | { readonly $call: 'target_mean'; readonly smoothing?: number; readonly folds?: number };

/** How numbers are scaled: to mean 0 and standard deviation 1, or to the range from 0 to 1. */
export type Scaling = 'standard' | 'min_max';

/** Parameters as inference completes them: each column by its name, groups resolved, what is `none` left out. */
export interface PrepareParams {
  readonly target: { readonly $column: string };
  readonly use: readonly { readonly $column: string }[];
  readonly impute: Readonly<Record<string, Imputation>>;
  /** Columns with an encoding are categories, the others numbers. */
  readonly encode: Readonly<Record<string, Encoding>>;
  readonly scale: Readonly<Record<string, Scaling>>;
}

/** What `target_mean` and `one_hot` are without arguments. */
export const ENCODING_DEFAULTS = { min_count: 1, smoothing: 20, folds: 5 } as const;

const imputation = either(
  word('mean', 'median', 'most_frequent'),
  call('constant', { value: either(text(), number(), boolean()) }, ['value']),
  none(),
);

const encoding = either(
  call('native'),
  call('ordinal'),
  call('one_hot', {
    min_count: described(integer({ min: 1 }), 'Levels of fewer training rows share the column `other`.', ENCODING_DEFAULTS.min_count),
  }),
  call('target_mean', {
    smoothing: described(number({ min: 0 }), 'How many rows of the mean of all are mixed into the mean of a level.', ENCODING_DEFAULTS.smoothing),
    folds: described(integer({ min: 2, max: 100 }), 'Folds of the training rows, each encoded by the others.', ENCODING_DEFAULTS.folds),
  }),
);

const scaling = either(word('standard', 'min_max'), none());

/** The parameters of `prepare`. */
export const prepareParams = record({
  use: described(list(column(), { min: 1 }), 'The columns that are features; without it, all but the target and the keys of the split.'),
  drop: described(list(column(), { min: 1 }), 'Columns that are no features, where `use` is not given.'),
  impute: described(
    byColumn(imputation, {
      numeric: described(imputation, 'For every column that stays a number.'),
      categorical: described(imputation, 'For every other column.'),
    }),
    'What a missing value becomes. Without it, it stays missing.',
  ),
  encode: described(
    byColumn(encoding, { categorical: described(encoding, 'For every text.') }),
    'How texts, and numbers that are names, become features. Without it, texts are native categories.',
  ),
  scale: described(byColumn(scaling, { numeric: described(scaling, 'For every column that stays a number.') }), 'After imputing: to mean 0 and deviation 1, or to 0..1.'),
  stream: described(integer({ min: 0 }), 'Another number gives other folds to `target_mean`.', 0),
});
