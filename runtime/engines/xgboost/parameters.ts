import { choiceParameter, flagParameter, integerParameter, NOT_NEGATIVE, numberParameter, PROBABILITY, SHARE, type TrainerParameter, type TrainerTask } from '../../trainers/parameters.ts';

/** The objectives that fit a task and give what `Scores` holds: probabilities, or a value. The first is the default. */
export const XGBOOST_OBJECTIVES: Readonly<Record<TrainerTask, readonly string[]>> = {
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
  // And by the relevance of each row alone, with which the others are compared.
  ranking: ['rank:ndcg', 'rank:map', 'rank:pairwise', 'reg:squarederror'],
};

/**
 * The metrics that XGBoost evaluates for a task. `error@t` takes another threshold than 0.5,
 * `tweedie-nloglik@p` another variance power.
 */
export const XGBOOST_METRICS: Readonly<Record<TrainerTask, readonly string[]>> = {
  binary: ['logloss', 'auc', 'aucpr', 'error', 'rmse', 'mae'],
  multiclass: ['mlogloss', 'merror', 'auc', 'aucpr'],
  regression: [
    ...['rmse', 'mae', 'mape', 'rmsle', 'mphe', 'logloss'],
    ...['poisson-nloglik', 'gamma-nloglik', 'gamma-deviance', 'tweedie-nloglik@1.5', 'quantile', 'expectile'],
  ],
  ranking: ['ndcg', 'ndcg@5', 'map', 'pre@5', 'auc'],
};

/**
 * Source: XGBoost 3.4.1, `doc/parameter.rst` and the declarations in `src/`, for trees grown with `hist`.
 *
 * Left out: what says how and not what (`nthread`, `verbosity`, `device`, `validate_parameters`,
 * `disable_default_eval_metric`), what the engine sets (`objective` and `eval_metric` by task, `num_class`, `seed`,
 * `booster`, `tree_method`), and what trains on an existing model (`updater`, `process_type`, `refresh_leaf`).
 */
export const XGBOOST_PARAMETERS: readonly TrainerParameter[] = [
  numberParameter('eta', 0.3, PROBABILITY, 'How much of each new tree counts: smaller steps need more rounds and overfit less.', ['learning_rate']),
  numberParameter('gamma', 0, NOT_NEGATIVE, 'The least gain for which a leaf is split further.', ['min_split_loss']),
  integerParameter('max_depth', 6, NOT_NEGATIVE, 'The greatest depth of a tree; 0 sets no limit.'),
  numberParameter('min_child_weight', 1, NOT_NEGATIVE, 'The least sum of Hessians in a child; for squared error, the least number of rows.'),
  numberParameter('max_delta_step', 0, NOT_NEGATIVE, "The most that a leaf's value may change in a step; 0 sets no limit. 1 to 10 helps where classes are very unequal."),
  numberParameter('subsample', 1, SHARE, 'The share of rows drawn for each round.'),
  choiceParameter('sampling_method', ['uniform', 'gradient_based'], 'How rows are drawn: all alike, or by the size of their gradients, for a `subsample` down to 0.1.'),
  numberParameter('colsample_bytree', 1, SHARE, 'The share of features drawn for each tree.'),
  numberParameter('colsample_bylevel', 1, SHARE, "The share of the tree's features drawn for each level."),
  numberParameter('colsample_bynode', 1, SHARE, "The share of the level's features drawn for each split."),
  numberParameter('lambda', 1, NOT_NEGATIVE, 'L2 regularisation of the values of leaves.', ['reg_lambda']),
  numberParameter('alpha', 0, NOT_NEGATIVE, 'L1 regularisation of the values of leaves.', ['reg_alpha']),
  numberParameter('scale_pos_weight', 1, {}, 'The weight of the positive class, where classes are unequal: try negatives divided by positives.'),
  choiceParameter('grow_policy', ['depthwise', 'lossguide'], 'Which leaf is split next: the one nearest to the root, or the one with the greatest gain.'),
  integerParameter('max_leaves', 0, NOT_NEGATIVE, 'The most leaves of a tree; 0 sets no limit.'),
  integerParameter('max_bin', 256, { minimum: 2 }, 'The most bins that the values of a feature are sorted into.'),
  integerParameter('num_parallel_tree', 1, { minimum: 1 }, 'Trees grown in each round: more than 1, with sampling, makes a random forest of each.'),
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
  choiceParameter('multi_strategy', ['one_output_per_tree', 'multi_output_tree'], 'For several classes: a tree for each, or trees whose leaves have a value for each.'),
  integerParameter('max_cached_hist_node', 65536, { minimum: 1 }, 'The most nodes whose histograms are kept, which limits the memory for deep trees.'),
  integerParameter('max_cat_to_onehot', 4, { minimum: 1 }, 'Features with fewer categories than this are split one category against the rest, others by sets.'),
  integerParameter('max_cat_threshold', 64, { minimum: 1 }, 'The most categories that a split by sets considers.'),
  choiceParameter('sample_type', ['uniform', 'weighted'], 'With `rate_drop`: how the trees that are dropped are drawn.'),
  choiceParameter('normalize_type', ['tree', 'forest'], 'With `rate_drop`: whether a new tree weighs as much as each dropped one, or as all of them.'),
  numberParameter('rate_drop', 0, PROBABILITY, 'The share of earlier trees that a round leaves out (DART).'),
  flagParameter('one_drop', false, 'With `rate_drop`: leave out at least one tree.'),
  numberParameter('skip_drop', 0, PROBABILITY, 'With `rate_drop`: the probability that a round leaves out none.'),
  { name: 'base_score', aliases: [], type: { kind: 'number' }, doc: 'The prediction before the first tree; estimated from the target if not given.' },
  numberParameter('huber_slope', 1, {}, 'For `reg:pseudohubererror`: the error from which the loss grows linearly.'),
  numberParameter('quantile_alpha', undefined, PROBABILITY, 'For `reg:quantileerror`: the quantile that is predicted.'),
  numberParameter('expectile_alpha', undefined, PROBABILITY, 'For `reg:expectileerror`: the expectile that is predicted.'),
  numberParameter('tweedie_variance_power', 1.5, { exclusiveMinimum: 1, exclusiveMaximum: 2 }, 'For `reg:tweedie`: near 2 as a gamma distribution, near 1 as a Poisson distribution.'),
  choiceParameter('lambdarank_pair_method', ['topk', 'mean'], 'To rank: pairs of the first rows with all others, or pairs drawn at random for each row.'),
  { name: 'lambdarank_num_pair_per_sample', aliases: [], type: { kind: 'integer', minimum: 1 }, doc: 'To rank: how many pairs are drawn for a row, or how many of the first rows are paired (by default 32).' },
  flagParameter('lambdarank_normalization', true, 'To rank: whether gradients are normalised by the query.'),
  flagParameter('lambdarank_score_normalization', true, 'To rank: whether the change of the metric is divided by the difference of the scores.'),
  flagParameter('lambdarank_unbiased', false, 'To rank by clicks: whether the bias of the places in which rows were shown is learnt, and taken out. Rows of a query have to stand as they were shown.'),
  numberParameter('lambdarank_bias_norm', 1, NOT_NEGATIVE, 'With `lambdarank_unbiased`: the regularisation of the bias, its Lp norm.'),
  flagParameter('ndcg_exp_gain', true, 'For `rank:ndcg`: whether the gain of a relevance is 2^relevance − 1, or the relevance itself.'),
];
