/** A parameter of XGBoost's, as its documentation describes it. */
export interface XgboostParameter {
  readonly name: string;
  /** Other names that XGBoost takes for it. */
  readonly aliases: readonly string[];
  readonly type: ParameterType;
  /** What XGBoost takes when nothing is said; absent where it depends on objective or data. */
  readonly default?: number | boolean | string;
  readonly doc: string;
}

/** What values a parameter takes. */
export type ParameterType =
  | ({ readonly kind: 'number' | 'integer' } & NumberRange)
  | { readonly kind: 'boolean' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** By feature: −1 decreasing, 0 free, 1 increasing. See `monotoneConstraints`. */
  | { readonly kind: 'monotone' }
  /** Groups of features that may meet in a tree. See `interactionConstraints`. */
  | { readonly kind: 'interactions' };

/** Bounds, as JSON Schema names them. */
export interface NumberRange {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** What a model is trained to predict. */
export type XgboostTask = 'binary' | 'multiclass' | 'regression';

/** The objectives that fit a task and give what `Scores` holds: probabilities, or a value. The first is the default. */
export const XGBOOST_OBJECTIVES: Readonly<Record<XgboostTask, readonly string[]>> = {
  binary: ['binary:logistic'],
  multiclass: ['multi:softprob'],
  regression: [
    'reg:squarederror',
    'reg:squaredlogerror',
    'reg:logistic',
    'reg:pseudohubererror',
    'reg:absoluteerror',
    'reg:quantileerror',
    'reg:expectileerror',
    'reg:gamma',
    'reg:tweedie',
    'count:poisson',
  ],
};

/**
 * The metrics that XGBoost evaluates for a task. `error@t` takes another threshold than 0.5,
 * `tweedie-nloglik@p` another variance power.
 */
export const XGBOOST_METRICS: Readonly<Record<XgboostTask, readonly string[]>> = {
  binary: ['logloss', 'auc', 'aucpr', 'error', 'rmse', 'mae'],
  multiclass: ['mlogloss', 'merror', 'auc', 'aucpr'],
  regression: [
    ...['rmse', 'mae', 'mape', 'rmsle', 'mphe', 'logloss'],
    ...['poisson-nloglik', 'gamma-nloglik', 'gamma-deviance', 'tweedie-nloglik@1.5', 'quantile', 'expectile'],
  ],
};

const NOT_NEGATIVE: NumberRange = { minimum: 0 };
const SHARE: NumberRange = { exclusiveMinimum: 0, maximum: 1 };
const PROBABILITY: NumberRange = { minimum: 0, maximum: 1 };

/**
 * Source: XGBoost 3.4.1, `doc/parameter.rst` and the declarations in `src/`, for trees grown with `hist`.
 *
 * Left out: what says how and not what (`nthread`, `verbosity`, `device`, `validate_parameters`,
 * `disable_default_eval_metric`), what the engine sets (`objective` and `eval_metric` by task, `num_class`, `seed`,
 * `booster`, `tree_method`), and what trains on an existing model (`updater`, `process_type`, `refresh_leaf`).
 */
export const XGBOOST_PARAMETERS: readonly XgboostParameter[] = [
  number('eta', ['learning_rate'], 0.3, PROBABILITY, 'How much of each new tree counts: smaller steps need more rounds and overfit less.'),
  number('gamma', ['min_split_loss'], 0, NOT_NEGATIVE, 'The least gain for which a leaf is split further.'),
  integer('max_depth', 6, NOT_NEGATIVE, 'The greatest depth of a tree; 0 sets no limit.'),
  number('min_child_weight', [], 1, NOT_NEGATIVE, 'The least sum of Hessians in a child; for squared error, the least number of rows.'),
  number('max_delta_step', [], 0, NOT_NEGATIVE, "The most that a leaf's value may change in a step; 0 sets no limit. 1 to 10 helps where classes are very unequal."),
  number('subsample', [], 1, SHARE, 'The share of rows drawn for each round.'),
  choice('sampling_method', ['uniform', 'gradient_based'], 'How rows are drawn: all alike, or by the size of their gradients, for a `subsample` down to 0.1.'),
  number('colsample_bytree', [], 1, SHARE, 'The share of features drawn for each tree.'),
  number('colsample_bylevel', [], 1, SHARE, "The share of the tree's features drawn for each level."),
  number('colsample_bynode', [], 1, SHARE, "The share of the level's features drawn for each split."),
  number('lambda', ['reg_lambda'], 1, NOT_NEGATIVE, 'L2 regularisation of the values of leaves.'),
  number('alpha', ['reg_alpha'], 0, NOT_NEGATIVE, 'L1 regularisation of the values of leaves.'),
  number('scale_pos_weight', [], 1, {}, 'The weight of the positive class, where classes are unequal: try negatives divided by positives.'),
  choice('grow_policy', ['depthwise', 'lossguide'], 'Which leaf is split next: the one nearest to the root, or the one with the greatest gain.'),
  integer('max_leaves', 0, NOT_NEGATIVE, 'The most leaves of a tree; 0 sets no limit.'),
  integer('max_bin', 256, { minimum: 2 }, 'The most bins that the values of a feature are sorted into.'),
  integer('num_parallel_tree', 1, { minimum: 1 }, 'Trees grown in each round: more than 1, with sampling, makes a random forest of each.'),
  {
    name: 'monotone_constraints',
    aliases: [],
    type: { kind: 'monotone' },
    doc: 'Features that the prediction may only rise with, or only fall.',
  },
  {
    name: 'interaction_constraints',
    aliases: [],
    type: { kind: 'interactions' },
    doc: 'Groups of features; only those of one group may meet on a path of a tree.',
  },
  choice('multi_strategy', ['one_output_per_tree', 'multi_output_tree'], 'For several classes: a tree for each, or trees whose leaves have a value for each.'),
  integer('max_cached_hist_node', 65536, { minimum: 1 }, 'The most nodes whose histograms are kept, which limits the memory for deep trees.'),
  integer('max_cat_to_onehot', 4, { minimum: 1 }, 'Features with fewer categories than this are split one category against the rest, others by sets.'),
  integer('max_cat_threshold', 64, { minimum: 1 }, 'The most categories that a split by sets considers.'),
  choice('sample_type', ['uniform', 'weighted'], 'With `rate_drop`: how the trees that are dropped are drawn.'),
  choice('normalize_type', ['tree', 'forest'], 'With `rate_drop`: whether a new tree weighs as much as each dropped one, or as all of them.'),
  number('rate_drop', [], 0, PROBABILITY, 'The share of earlier trees that a round leaves out (DART).'),
  { name: 'one_drop', aliases: [], type: { kind: 'boolean' }, default: false, doc: 'With `rate_drop`: leave out at least one tree.' },
  number('skip_drop', [], 0, PROBABILITY, 'With `rate_drop`: the probability that a round leaves out none.'),
  { name: 'base_score', aliases: [], type: { kind: 'number' }, doc: 'The prediction before the first tree; estimated from the target if not given.' },
  number('huber_slope', [], 1, {}, 'For `reg:pseudohubererror`: the error from which the loss grows linearly.'),
  number('quantile_alpha', [], undefined, PROBABILITY, 'For `reg:quantileerror`: the quantile that is predicted.'),
  number('expectile_alpha', [], undefined, PROBABILITY, 'For `reg:expectileerror`: the expectile that is predicted.'),
  number('tweedie_variance_power', [], 1.5, { exclusiveMinimum: 1, exclusiveMaximum: 2 }, 'For `reg:tweedie`: near 2 as a gamma distribution, near 1 as a Poisson distribution.'),
];

function number(
  name: string,
  aliases: readonly string[],
  preset: number | undefined,
  range: NumberRange,
  doc: string,
): XgboostParameter {
  return { name, aliases, type: { kind: 'number', ...range }, ...(preset === undefined ? {} : { default: preset }), doc };
}

function integer(name: string, preset: number, range: NumberRange, doc: string): XgboostParameter {
  return { name, aliases: [], type: { kind: 'integer', ...range }, default: preset, doc };
}

/** A choice whose first value is the default. */
function choice(name: string, values: readonly [string, ...string[]], doc: string): XgboostParameter {
  return { name, aliases: [], type: { kind: 'enum', values }, default: values[0], doc };
}
