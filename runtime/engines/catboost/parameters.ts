import { choiceParameter, flagParameter, integerParameter, NOT_NEGATIVE, numberParameter, SHARE, type TrainerParameter, type TrainerTask } from '../../trainers/parameters.ts';

/**
 * The objectives that fit a task and give what `Scores` holds: probabilities, or a value. The first is the default.
 * (`MultiClassOneVsAll` gives each class a probability of its own, which do not add up to 1.)
 */
export const CATBOOST_OBJECTIVES: Readonly<Record<TrainerTask, readonly string[]>> = {
  binary: ['Logloss'],
  multiclass: ['MultiClass'],
  regression: ['RMSE', 'MAE', 'Quantile', 'Huber', 'Expectile', 'MAPE', 'LogCosh', 'Lq', 'Poisson', 'Tweedie'],
  // And by the relevance of each row alone, with which the others are compared.
  ranking: ['YetiRank', 'YetiRankPairwise', 'PairLogit', 'PairLogitPairwise', 'QueryRMSE', 'QuerySoftMax', 'RMSE'],
};

/** The parameters that belong to one objective: they are written into its name, as in `Quantile:alpha=0.9`. */
export const OBJECTIVE_PARAMETERS: Readonly<Record<string, { readonly name: string; readonly preset: number }>> = {
  Quantile: { name: 'alpha', preset: 0.5 },
  Expectile: { name: 'alpha', preset: 0.5 },
  Huber: { name: 'delta', preset: 1 },
  Lq: { name: 'q', preset: 2 },
  Tweedie: { name: 'variance_power', preset: 1.5 },
};

/** In how many threads training runs, unless it is said: sums are cut into as many, so it is part of what a model is. */
export const CATBOOST_THREADS = 8;

const POSITIVE = { exclusiveMinimum: 0 };
const INSIDE = { exclusiveMinimum: 0, exclusiveMaximum: 1 };

/**
 * Source: CatBoost 1.2, "Training parameters" of its documentation, for training on processors.
 *
 * Left out: what says how and not what (devices, files, logs, memory), what the engine sets (`loss_function`,
 * `eval_metric`, `random_seed`, `classes_count`, early stopping), descriptions of statistics by hand (`simple_ctr` …),
 * and what reads texts and embeddings.
 */
export const CATBOOST_PARAMETERS: readonly TrainerParameter[] = [
  numberParameter('learning_rate', undefined, POSITIVE, 'How much of each new tree counts: smaller steps need more rounds and overfit less. By default CatBoost chooses it by rows and rounds.', ['eta']),
  integerParameter('depth', 6, { minimum: 1, maximum: 16 }, 'The depth of a tree; all its branches are split by the same condition at a level, unless `grow_policy` says otherwise.'),
  choiceParameter('grow_policy', ['SymmetricTree', 'Depthwise', 'Lossguide'], 'How trees grow: with one condition a level; level by level; or leaf by leaf, the best first.'),
  integerParameter('min_data_in_leaf', 1, { minimum: 1 }, 'The least rows in a leaf, for `grow_policy: Depthwise` or `Lossguide`.'),
  integerParameter('max_leaves', 31, { minimum: 2, maximum: 65536 }, 'The most leaves of a tree, for `grow_policy: Lossguide`.'),
  numberParameter('l2_leaf_reg', 3, NOT_NEGATIVE, 'L2 regularisation of the values of leaves.'),
  numberParameter('random_strength', 1, NOT_NEGATIVE, 'How much chance plays in choosing splits: less and less over the rounds.'),
  { name: 'random_score_type', aliases: [], type: { kind: 'enum', values: ['NormalWithModelSizeDecrease', 'Gumbel'] }, doc: 'What that chance looks like: normal, and less with each round, which is the default, or by Gumbel’s distribution.' },
  { name: 'bootstrap_type', aliases: [], type: { kind: 'enum', values: ['Bayesian', 'Bernoulli', 'MVS', 'No'] }, doc: 'How rows are drawn or weighed anew for each tree. By default CatBoost chooses by objective.' },
  numberParameter('bagging_temperature', 1, NOT_NEGATIVE, 'With `bootstrap_type: Bayesian`: how far weights are from equal.'),
  numberParameter('subsample', undefined, SHARE, 'With `bootstrap_type: Bernoulli` or `MVS`: the share of rows for each tree.'),
  numberParameter('mvs_reg', undefined, NOT_NEGATIVE, 'With `bootstrap_type: MVS`: at 0 rows are drawn by the size of their gradients, the larger it is the more alike. By default CatBoost sets it in each round by the gradients.'),
  choiceParameter('sampling_frequency', ['PerTree', 'PerTreeLevel'], 'How often rows are drawn.'),
  numberParameter('rsm', 1, SHARE, 'The share of features that each choice of a split looks at.', ['colsample_bylevel']),
  { name: 'boosting_type', aliases: [], type: { kind: 'enum', values: ['Ordered', 'Plain'] }, doc: 'How residuals are made: of each row by models that have not seen it (slower, for few rows), or as usual. By default CatBoost chooses.' },
  integerParameter('border_count', 254, { minimum: 1, maximum: 65535 }, 'The most thresholds that are tried of a numeric feature.'),
  choiceParameter('feature_border_type', ['GreedyLogSum', 'Median', 'Uniform', 'UniformAndQuantiles', 'MaxLogSum', 'MinEntropy'], 'How these thresholds are found.'),
  numberParameter('sparse_features_conflict_fraction', undefined, { minimum: 0, exclusiveMaximum: 1 }, 'The share of rows, by default none, in which features that are bundled because they are hardly ever said together may be said together all the same.'),
  choiceParameter('nan_mode', ['Min', 'Max'], 'Whether missing numbers stand below all others, or above.'),
  { name: 'one_hot_max_size', aliases: [], type: { kind: 'integer', minimum: 1, maximum: 255 }, doc: 'Categories are split one against the rest where a feature has no more of them than this, a missing one among them; others by statistics of the target.' },
  integerParameter('max_ctr_complexity', 4, { minimum: 0, maximum: 15 }, 'How many categorical features are combined for statistics of the target, at most.'),
  choiceParameter('counter_calc_method', ['SkipTest', 'Full'], 'Whether categories are counted in training rows alone, or in those of validation, too.'),
  numberParameter('model_size_reg', 0.5, NOT_NEGATIVE, 'How much combinations of categories that make the model large are held back.'),
  choiceParameter('score_function', ['Cosine', 'L2'], 'How splits are compared.'),
  { name: 'leaf_estimation_method', aliases: [], type: { kind: 'enum', values: ['Newton', 'Gradient', 'Exact'] }, doc: 'How values of leaves are found. By default CatBoost chooses by objective.' },
  { name: 'leaf_estimation_iterations', aliases: [], type: { kind: 'integer', minimum: 1 }, doc: 'In how many steps.' },
  choiceParameter('leaf_estimation_backtracking', ['AnyImprovement', 'No'], 'Whether these steps are made smaller until they help.'),
  { name: 'boost_from_average', aliases: [], type: { kind: 'boolean' }, doc: 'Whether training begins with the mean of the target. By default CatBoost chooses by objective.' },
  flagParameter('langevin', false, 'Whether noise is added to gradients and steps are shrunk, as stochastic gradient Langevin boosting does.'),
  numberParameter('diffusion_temperature', 10000, NOT_NEGATIVE, 'With `langevin`: how much noise.'),
  numberParameter('model_shrink_rate', undefined, { minimum: 0 }, 'By how much earlier trees are shrunk in each round.'),
  choiceParameter('model_shrink_mode', ['Constant', 'Decreasing'], 'Whether that stays the same over the rounds.'),
  flagParameter('has_time', false, 'Whether rows are in the order of time, which is then that of statistics of the target, instead of random ones.'),
  flagParameter('approx_on_full_history', false, 'With `boosting_type: Ordered`: whether residuals come from all rows before, instead of those of the last doubling.'),
  integerParameter('fold_permutation_block', 0, { minimum: 0, maximum: 256 }, 'How many rows stay together in random orders; 0 lets CatBoost choose.'),
  numberParameter('fold_len_multiplier', 2, { exclusiveMinimum: 1 }, 'With `boosting_type: Ordered`: how fast the parts grow that residuals are made with.'),
  { name: 'monotone_constraints', aliases: [], type: { kind: 'monotone' }, doc: 'Numeric features that the prediction may only rise with, or only fall.' },
  numberParameter('scale_pos_weight', 1, POSITIVE, 'For two classes: the weight of the positive one.'),
  numberParameter('alpha', undefined, INSIDE, 'For `Quantile` and `Expectile`: which of them is predicted, by default 0.5.'),
  numberParameter('delta', undefined, POSITIVE, 'For `Huber`: the error from which the loss grows linearly, by default 1.'),
  numberParameter('q', undefined, { minimum: 1 }, 'For `Lq`: the power, by default 2.'),
  numberParameter('variance_power', undefined, { exclusiveMinimum: 1, exclusiveMaximum: 2 }, 'For `Tweedie`: near 2 as a gamma distribution, near 1 as a Poisson distribution, by default 1.5.'),
  integerParameter('thread_count', CATBOOST_THREADS, { minimum: 1, maximum: 1024 }, 'In how many threads training runs, whatever the machine has: sums are cut into as many parts, so it is part of what the model is.'),
];
