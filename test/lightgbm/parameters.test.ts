import { beforeAll, describe, expect, test } from 'vitest';
import { interactionConstraints, monotoneConstraints } from '../../runtime/engines/lightgbm/constraints.ts';
import { openLightgbm } from '../../runtime/engines/lightgbm/library.ts';
import { LIGHTGBM_OBJECTIVES, LIGHTGBM_PARAMETERS } from '../../runtime/engines/lightgbm/parameters.ts';
import { trainLightgbm } from '../../runtime/engines/lightgbm/train.ts';
import type { EngineParameters, TrainerTask } from '../../runtime/trainers/parameters.ts';
import type { Labelled } from '../../runtime/data/matrix.ts';
import { lightgbm } from '../../stdlib/models/lightgbm.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { makeLabelled, makeRanked } from '../support/make-labelled.ts';
import { memoryCheckpoint } from '../support/memory-checkpoint.ts';
import { predictLightgbm } from './predict-lightgbm.ts';

let library: string;
beforeAll(async () => {
  library = await engineLibrary('lightgbm');
});

const binary = makeLabelled({ rows: 200 });
const shares = Float64Array.from({ length: 200 }, (_, row) => ((row * 37) % 100) / 100 + 0.001);
const regression: Labelled = { ...binary, target: { kind: 'numbers', values: shares } };
const DATA: Readonly<Record<TrainerTask, Labelled>> = { binary, multiclass: makeLabelled({ rows: 200, classes: 3 }), regression, ranking: makeRanked({ rows: 200 }) };

function train(parameters: EngineParameters, task: TrainerTask = 'regression', metrics: readonly string[] = []) {
  const objective = { objective: LIGHTGBM_OBJECTIVES[task][0] ?? '', ...(task === 'multiclass' ? { num_class: 3 } : {}) };
  return trainLightgbm({
    library,
    train: DATA[task],
    validate: DATA[task],
    parameters: { ...objective, ...parameters },
    ...{ rounds: 3, segment: 100, seed: () => 1, evalMetrics: metrics, threads: 1 },
    checkpoint: memoryCheckpoint(),
  });
}

/** What LightGBM has and `lightgbm` does not: how and not what, files, what the engine sets, lists for experts. */
const LEFT_OUT = [
  ...['config', 'task', 'objective', 'data', 'valid', 'num_iterations', 'tree_learner', 'num_threads', 'device_type', 'seed', 'deterministic'],
  ...['force_col_wise', 'force_row_wise', 'histogram_pool_size', 'bagging_seed', 'bagging_by_query', 'feature_fraction_seed', 'extra_seed', 'drop_seed', 'objective_seed', 'data_random_seed'],
  ...['early_stopping_round', 'early_stopping_min_delta', 'first_metric_only', 'top_k', 'feature_contri', 'forcedsplits_filename', 'refit_decay_rate'],
  ...['cegb_penalty_feature_lazy', 'cegb_penalty_feature_coupled', 'verbosity', 'input_model', 'output_model', 'saved_feature_importance_type', 'snapshot_freq'],
  ...['max_bin_by_feature', 'is_enable_sparse', 'feature_pre_filter', 'pre_partition', 'two_round', 'header', 'label_column', 'weight_column', 'group_column', 'ignore_column'],
  ...['categorical_feature', 'forcedbins_filename', 'save_binary', 'precise_float_parser', 'parser_config_file', 'start_iteration_predict', 'num_iteration_predict'],
  ...['predict_raw_score', 'predict_leaf_index', 'predict_contrib', 'predict_disable_shape_check', 'pred_early_stop', 'pred_early_stop_freq', 'pred_early_stop_margin', 'output_result'],
  ...['convert_model_language', 'convert_model', 'num_class', 'label_gain', 'lambdarank_position_bias_regularization'],
  ...['metric', 'metric_freq', 'is_provide_training_metric', 'eval_at', 'multi_error_top_k', 'auc_mu_weights', 'num_machines', 'local_listen_port', 'time_out', 'machine_list_filename', 'machines'],
  ...['gpu_platform_id', 'gpu_device_id', 'gpu_device_id_list', 'gpu_use_dp', 'num_gpu'],
];

test("the engine's own list of parameters is ours, and what is left out", async () => {
  const known = Object.keys((await openLightgbm(library)).parameterAliases()).sort();
  expect([...LIGHTGBM_PARAMETERS.map(({ name }) => name), ...LEFT_OUT].sort()).toEqual(known);
});

test("the engine's other names lead to the one that the kind has", async () => {
  const aliases = (await openLightgbm(library)).parameterAliases();
  const own = Object.keys(lightgbm.params.properties);
  const here = lightgbm.params['x-known-as'] as Readonly<Record<string, string>>;
  const told = Object.entries(aliases).flatMap(([name, others]) => others.filter((other) => here[other] === name).map(() => name));
  expect(new Set(told).size).toBeGreaterThan(15);
  // Of what leads anywhere, nothing leads elsewhere.
  for (const [name, others] of Object.entries(aliases)) {
    for (const other of others) if (own.includes(name) && here[other] !== undefined) expect([other, here[other]]).toEqual([other, name]);
  }
});

test('the defaults are those of LightGBM', async () => {
  const defaults = Object.fromEntries(LIGHTGBM_PARAMETERS.flatMap(({ name, default: preset }) => (preset === undefined ? [] : [[name, preset] as const])));
  for (const task of ['binary', 'multiclass', 'regression', 'ranking'] as const) {
    expect((await train(defaults, task)).model).toEqual((await train({}, task)).model);
  }
});

describe('ends of ranges that belong to them are taken', () => {
  const ends = LIGHTGBM_PARAMETERS.flatMap(({ name, type }) =>
    type.kind === 'number' || type.kind === 'integer' ? [type.minimum, type.maximum].flatMap((value) => (value === undefined ? [] : [{ name, value }])) : [],
  );
  /** Rows kept and drawn are all there are. */
  const beside: Readonly<Record<string, EngineParameters>> = { top_rate: { other_rate: 0 }, other_rate: { top_rate: 0 } };
  test.each(ends)('$name: $value', async ({ name, value }) => {
    await train({ boosting: 'dart', ...beside[name], [name]: value });
  });
});

describe.each(['binary', 'multiclass', 'regression', 'ranking'] as const)('%s', (task) => {
  test.each(LIGHTGBM_OBJECTIVES[task])('%s is trained and gives what scores hold', async (objective) => {
    const { model } = await train({ objective }, task);
    const { matrix, target } = DATA[task];
    const values = await predictLightgbm({ library, model, matrix, threads: 1, ...(target.kind === 'classes' ? { classes: target.classes.length } : {}) });
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

test('constraints are held', async () => {
  const features = binary.matrix.features.map(({ name }) => name);
  expect(monotoneConstraints(features, { 'age [years]': -1 })).toBe('-1,0,0');
  expect(interactionConstraints(features, [['day', 'city'], ['age [years]']])).toBe('[2,1],[0]');
  const { model } = await train({ monotone_constraints: '-1,0,0' }, 'binary');
  const matrix = {
    rows: 80,
    features: binary.matrix.features.map((feature) =>
      feature.kind === 'category' ? { ...feature, codes: new Uint8Array(80) } : { ...feature, values: feature.name === 'day' ? new Uint8Array(80) : Float64Array.from({ length: 80 }, (_, row) => row) },
    ),
  };
  const values = await predictLightgbm({ library, model, matrix, threads: 1, classes: 2 });
  for (let row = 1; row < 80; row++) expect(values[row]).toBeLessThanOrEqual(values[row - 1] ?? 0);
  await train({ interaction_constraints: '[2,1],[0]' }, 'binary');
});
