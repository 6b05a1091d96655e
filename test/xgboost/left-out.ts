/** What XGBoost has and `xgboost` does not offer, by the reason for it. */
export const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'it says how, not what': ['device', 'fail_on_invalid_gpu_id', 'n_jobs', 'nthread', 'validate_parameters', 'disable_default_eval_metric', 'debug_synchronize', 'sparse_threshold'],
  'the engine sets it': ['objective', 'booster', 'tree_method', 'seed', 'random_state', 'rng_state', 'seed_per_iteration', 'num_class', 'num_feature', 'num_target', 'num_trees', 'boost_from_average'],
  'it trains on an existing model': ['process_type', 'refresh_leaf', 'updater', 'updater_seq'],
};
