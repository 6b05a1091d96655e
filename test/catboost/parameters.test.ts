import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATBOOST_PARAMETERS } from '../../runtime/engines/catboost/parameters.ts';
import { catboost } from '../../stdlib/models/catboost.ts';

/** What CatBoost's package takes and `catboost` does not, by the reason for it. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'it says how, not what': [
    ...['allow_writing_files', 'callback', 'logging_level', 'metric_period', 'silent', 'verbose', 'name', 'metadata', 'train_dir', 'save_snapshot', 'snapshot_file', 'snapshot_interval'],
    ...['used_ram_limit', 'input_borders', 'output_borders', 'dev_efb_max_buckets', 'dev_score_calc_obj_block_size', 'store_all_simple_ctr'],
  ],
  'it is for devices': ['data_partition', 'device_config', 'devices', 'gpu_cat_features_storage', 'gpu_ram_part', 'pinned_memory_size', 'ctr_history_unit', 'task_type'],
  'the engine or another parameter of ours sets it': [
    ...['cat_features', 'class_names', 'class_weights', 'auto_class_weights', 'classes_count', 'custom_loss', 'custom_metric', 'eval_metric', 'eval_fraction', 'ignored_features', 'loss_function', 'random_seed', 'target_border', 'allow_const_label'],
    ...['best_model_min_trees', 'early_stopping_rounds', 'od_pval', 'od_type', 'od_wait', 'use_best_model', 'iterations', 'posterior_sampling'],
  ],
  'statistics of categories, or borders, are described by hand': ['combinations_ctr', 'ctr_description', 'ctr_leaf_count_limit', 'ctr_target_border_count', 'per_feature_ctr', 'simple_ctr', 'per_float_feature_quantization', 'fixed_binary_splits'],
  'it lists features, for experts': ['feature_weights', 'first_feature_use_penalties', 'penalties_coefficient', 'per_object_feature_penalties'],
  'it reads texts and embeddings': ['dictionaries', 'embedding_features', 'feature_calcers', 'text_features', 'text_processing', 'tokenizers'],
  'it is for groups of rows': ['sampling_unit'],
  'it makes models that the package itself crashes on': ['final_ctr_computation_mode'],
};

/** Other names that the package has for what is here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  max_depth: 'depth',
  max_bin: 'border_count',
  min_child_samples: 'min_data_in_leaf',
  n_estimators: 'rounds',
  num_boost_round: 'rounds',
  num_trees: 'rounds',
  num_leaves: 'max_leaves',
  random_state: 'stream',
  reg_lambda: 'l2_leaf_reg',
};

const { names } = JSON.parse(readFileSync(join(import.meta.dirname, 'oracle/parameters.json'), 'utf8')) as { readonly names: readonly string[] };
/** What our list has that is written into the name of an objective there. */
const OF_OBJECTIVES = ['alpha', 'delta', 'q', 'variance_power'];

test("the package's own list of parameters is ours, and what is left out", () => {
  const offered = CATBOOST_PARAMETERS.flatMap(({ name, aliases }) => [name, ...aliases]).filter((name) => !OF_OBJECTIVES.includes(name));
  expect([...offered, 'objective', ...Object.keys(OTHER_NAMES), ...Object.values(LEFT_OUT).flat()].sort()).toEqual(names);
});

test.each(Object.entries(OTHER_NAMES))("the package's name %s leads to %s", (name, own) => {
  expect((catboost.params['x-known-as'] as Readonly<Record<string, string>>)[name]).toBe(own);
});
