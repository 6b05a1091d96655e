/** What one thing is called by the trainers, by scikit-learn, and by those who come from there: the clearest name first. */
const SAME: readonly (readonly string[])[] = [
  ['rounds', 'n_estimators', 'num_iterations', 'iterations', 'num_boost_round', 'num_round', 'num_rounds', 'nrounds', 'num_trees', 'num_tree', 'n_iter', 'max_iter'],
  ['learning_rate', 'eta', 'shrinkage_rate'],
  ['num_leaves', 'max_leaves', 'max_leaf_nodes', 'num_leaf', 'max_leaf'],
  ['max_depth', 'depth'],
  ['min_sum_hessian_in_leaf', 'min_child_weight', 'min_sum_hessian', 'min_sum_hessian_per_leaf', 'min_hessian'],
  ['min_data_in_leaf', 'min_samples_leaf', 'min_child_samples', 'min_data_per_leaf', 'min_data', 'min_child_weight'],
  ['min_gain_to_split', 'gamma', 'min_split_gain', 'min_split_loss', 'min_impurity_decrease'],
  ['bagging_fraction', 'subsample', 'max_samples', 'sub_row', 'bagging'],
  ['bagging_freq', 'subsample_freq'],
  ['feature_fraction', 'colsample_bytree', 'sub_feature', 'rsm'],
  ['feature_fraction_bynode', 'colsample_bynode', 'max_features', 'sub_feature_bynode'],
  ['lambda_l2', 'lambda', 'reg_lambda', 'l2_regularization', 'l2_leaf_reg'],
  // `alpha` is this to XGBoost, and a quantile to the others.
  ['lambda_l1', 'reg_alpha', 'l1_regularization'],
  ['max_delta_step', 'max_tree_output', 'max_leaf_output'],
  ['max_bin', 'max_bins', 'border_count'],
  ['bin_construct_sample_cnt', 'subsample_for_bin'],
  ['drop_rate', 'rate_drop'],
  ['max_cat_to_onehot', 'one_hot_max_size'],
  ['boosting', 'boosting_type', 'boost', 'booster'],
  ['grow_policy', 'tree_type'],
  ['extra_trees', 'extra_tree'],
  ['monotone_constraints', 'monotonic_cst', 'monotone_constraint', 'mc'],
  ['monotone_constraints_method', 'monotone_constraining_method', 'mc_method'],
  ['monotone_penalty', 'monotone_splits_penalty', 'mc_penalty'],
  ['interaction_constraints', 'interaction_cst'],
  ['linear_tree', 'linear_trees'],
  ['alpha', 'quantile_alpha', 'quantile', 'huber_slope'],
  ['quantile_alpha', 'quantile', 'alpha'],
  ['objective', 'loss_function', 'loss', 'criterion', 'app', 'application', 'objective_type'],
  ['early_stopping', 'early_stopping_rounds', 'early_stopping_round', 'n_iter_no_change', 'od_wait'],
  ['class_weight', 'class_weights', 'auto_class_weights', 'is_unbalance', 'scale_pos_weight'],
  ['weight', 'sample_weight', 'weight_column'],
  ['stream', 'seed', 'random_state', 'random_seed'],
];

/** What names that a kind does not have are called there, as far as they are known elsewhere. */
export function otherNames(known: readonly string[]): Readonly<Record<string, string>> {
  const own = new Set(known);
  const names: Record<string, string> = {};
  for (const group of SAME) {
    const here = group.find((name) => own.has(name));
    if (here === undefined) continue;
    for (const name of group) if (!own.has(name)) names[name] ??= here;
  }
  return names;
}
