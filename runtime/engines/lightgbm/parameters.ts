import { choiceParameter, flagParameter, integerParameter, NOT_NEGATIVE, numberParameter, PROBABILITY, SHARE, type TrainerParameter, type TrainerTask } from '../../trainers/parameters.ts';

/**
 * The objectives that fit a task and give what `Scores` holds: probabilities, or a value. The first is the default.
 * (`multiclassova` gives each class a probability of its own, which do not add up to 1.)
 */
export const LIGHTGBM_OBJECTIVES: Readonly<Record<TrainerTask, readonly string[]>> = {
  binary: ['binary'],
  multiclass: ['multiclass'],
  regression: ['regression', 'regression_l1', 'huber', 'fair', 'poisson', 'quantile', 'mape', 'gamma', 'tweedie', 'cross_entropy'],
  // And by the relevance of each row alone, with which the others are compared.
  ranking: ['lambdarank', 'rank_xendcg', 'regression'],
};

const POSITIVE = { exclusiveMinimum: 0 };

/**
 * Source: LightGBM 4.7, `docs/Parameters.rst` and `include/LightGBM/config.h`.
 *
 * Left out: what says how and not what (threads, devices, verbosity, files, histograms kept), what the engine sets
 * (`metric`, `num_class`, the seeds, `deterministic`, `force_col_wise`, `categorical_feature`), lists by feature that only
 * experts use (`feature_contri`, `max_bin_by_feature`, `cegb_penalty_feature_…`), and what ranks.
 */
export const LIGHTGBM_PARAMETERS: readonly TrainerParameter[] = [
  choiceParameter('boosting', ['gbdt', 'dart', 'rf'], 'How trees add up: boosting; boosting that leaves earlier trees out (`drop_rate`); a random forest, whose trees are averaged. `dart` and `rf` train in one go: killed, they begin anew.'),
  numberParameter('learning_rate', 0.1, POSITIVE, 'How much of each new tree counts: smaller steps need more rounds and overfit less.'),
  integerParameter('num_leaves', 31, { minimum: 2, maximum: 131072 }, 'The most leaves of a tree.'),
  integerParameter('max_depth', -1, { minimum: -1 }, 'The greatest depth of a tree; 0 and −1 set no limit.'),
  integerParameter('min_data_in_leaf', 20, NOT_NEGATIVE, 'The least rows in a leaf.'),
  numberParameter('min_sum_hessian_in_leaf', 1e-3, NOT_NEGATIVE, 'The least sum of Hessians in a leaf.'),
  numberParameter('min_gain_to_split', 0, NOT_NEGATIVE, 'The least gain for which a leaf is split further.'),
  numberParameter('lambda_l1', 0, NOT_NEGATIVE, 'L1 regularisation of the values of leaves.'),
  numberParameter('lambda_l2', 0, NOT_NEGATIVE, 'L2 regularisation of the values of leaves.'),
  numberParameter('max_delta_step', 0, NOT_NEGATIVE, "The most that a leaf's value may be; 0 sets no limit."),
  numberParameter('path_smooth', 0, NOT_NEGATIVE, "Draws a leaf's value towards its parent's, more where it has few rows; `min_data_in_leaf` must then be 2 or more."),
  numberParameter('bagging_fraction', 1, SHARE, 'The share of rows drawn. It takes `bagging_freq` to have an effect.'),
  integerParameter('bagging_freq', 0, NOT_NEGATIVE, 'Rows are drawn anew every so many rounds; 0 draws none.'),
  numberParameter('pos_bagging_fraction', 1, SHARE, 'For two classes, with `neg_bagging_fraction` in place of `bagging_fraction`: the share of rows of the positive class.'),
  numberParameter('neg_bagging_fraction', 1, SHARE, 'For two classes, with `pos_bagging_fraction` in place of `bagging_fraction`: the share of rows of the negative class.'),
  choiceParameter('data_sample_strategy', ['bagging', 'goss'], 'How rows are drawn: all alike, or those with large gradients all and a share of the others.'),
  numberParameter('top_rate', 0.2, PROBABILITY, 'With `data_sample_strategy: goss`: the share of rows with large gradients that is kept.'),
  numberParameter('other_rate', 0.1, PROBABILITY, 'With `data_sample_strategy: goss`: the share of the other rows that is drawn.'),
  numberParameter('feature_fraction', 1, SHARE, 'The share of features drawn for each tree.'),
  numberParameter('feature_fraction_bynode', 1, SHARE, "The share of the tree's features drawn for each split."),
  flagParameter('extra_trees', false, 'Whether one random threshold of each feature is looked at, not all.'),
  numberParameter('drop_rate', 0.1, PROBABILITY, 'With `boosting: dart`: the share of earlier trees that a round leaves out.'),
  integerParameter('max_drop', 50, { minimum: -1 }, 'With `boosting: dart`: the most trees that a round leaves out; 0 and −1 set no limit.'),
  numberParameter('skip_drop', 0.5, PROBABILITY, 'With `boosting: dart`: the probability that a round leaves out none.'),
  flagParameter('xgboost_dart_mode', false, 'With `boosting: dart`: new trees weigh as in XGBoost.'),
  flagParameter('uniform_drop', false, 'With `boosting: dart`: all trees are as likely to be left out.'),
  integerParameter('max_bin', 255, { minimum: 2 }, 'The most bins that the values of a feature are sorted into.'),
  integerParameter('min_data_in_bin', 3, { minimum: 1 }, 'The least rows in a bin.'),
  integerParameter('bin_construct_sample_cnt', 200000, { minimum: 1 }, 'Rows that bins are made from, drawn.'),
  flagParameter('enable_bundle', true, 'Whether features that are hardly ever other than 0 together are put into one.'),
  flagParameter('use_missing', true, 'Whether missing values are values of their own.'),
  flagParameter('zero_as_missing', false, 'Whether 0 is a missing value.'),
  integerParameter('min_data_per_group', 100, { minimum: 1 }, 'The least rows of a category, or of categories taken together, in splits by sets.'),
  integerParameter('max_cat_threshold', 32, { minimum: 1 }, 'The most categories on the smaller side of a split by sets.'),
  numberParameter('cat_l2', 10, NOT_NEGATIVE, 'L2 regularisation in splits by sets of categories.'),
  numberParameter('cat_smooth', 10, NOT_NEGATIVE, 'Draws small categories towards the others in splits by sets.'),
  integerParameter('max_cat_to_onehot', 4, { minimum: 1 }, 'Features with no more categories than this are split one category against the rest, others by sets.'),
  { name: 'monotone_constraints', aliases: [], type: { kind: 'monotone' }, doc: 'Features that the prediction may only rise with, or only fall.' },
  choiceParameter('monotone_constraints_method', ['basic', 'intermediate', 'advanced'], 'How `monotone_constraints` are held: the later ones are slower and constrain less.'),
  numberParameter('monotone_penalty', 0, NOT_NEGATIVE, 'Splits by features with `monotone_constraints` are held back on so many levels below the root.'),
  { name: 'interaction_constraints', aliases: [], type: { kind: 'interactions' }, doc: 'Groups of features; only those of one group may meet on a path of a tree.' },
  flagParameter('linear_tree', false, 'Whether a leaf has a linear model of the numeric features on its path in place of a value.'),
  numberParameter('linear_lambda', 0, NOT_NEGATIVE, 'With `linear_tree`: L2 regularisation of its coefficients.'),
  flagParameter('use_quantized_grad', false, 'Whether gradients are rounded to a few values, which is faster.'),
  integerParameter('num_grad_quant_bins', 4, { minimum: 2 }, 'With `use_quantized_grad`: to how many values.'),
  flagParameter('quant_train_renew_leaf', false, 'With `use_quantized_grad`: whether the values of leaves come from gradients as they were.'),
  flagParameter('stochastic_rounding', true, 'With `use_quantized_grad`: whether they are rounded at random.'),
  numberParameter('cegb_tradeoff', 1, NOT_NEGATIVE, 'How much the penalties for the cost of predicting weigh.'),
  numberParameter('cegb_penalty_split', 0, NOT_NEGATIVE, 'What a split costs.'),
  flagParameter('is_unbalance', false, 'For two classes: whether both weigh the same in all. Probabilities are then none of how often.'),
  numberParameter('scale_pos_weight', 1, POSITIVE, 'For two classes: the weight of the positive one.'),
  numberParameter('sigmoid', 1, POSITIVE, 'For two classes: the steepness of the sigmoid function.'),
  flagParameter('boost_from_average', true, 'Whether training begins with the mean of the target.'),
  flagParameter('reg_sqrt', false, 'For `regression`: whether square roots of the target are learnt.'),
  numberParameter('alpha', 0.9, POSITIVE, 'For `huber`: the error from which the loss grows linearly. For `quantile`: the quantile that is predicted.'),
  numberParameter('fair_c', 1, POSITIVE, 'For `fair`: its parameter.'),
  numberParameter('poisson_max_delta_step', 0.7, POSITIVE, 'For `poisson`: keeps steps small.'),
  numberParameter('tweedie_variance_power', 1.5, { minimum: 1, exclusiveMaximum: 2 }, 'For `tweedie`: near 2 as a gamma distribution, near 1 as a Poisson distribution.'),
  integerParameter('lambdarank_truncation_level', 30, { minimum: 1 }, 'For `lambdarank`: of how many first rows pairs are made; somewhat more than are looked at.'),
  flagParameter('lambdarank_norm', true, 'For `lambdarank`: whether gradients are normalised by the query.'),
];
