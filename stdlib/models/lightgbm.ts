import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { interactionConstraints, monotoneConstraints } from '../../runtime/engines/lightgbm/constraints.ts';
import { LIGHTGBM_OBJECTIVES, LIGHTGBM_PARAMETERS } from '../../runtime/engines/lightgbm/parameters.ts';
import { exampleOnPenguins } from '../example.ts';
import { boostingParams } from './boosting/boosting-params.ts';
import type { BoostingTrainer } from './boosting/boosting-trainer.ts';
import { inferBoosting } from './boosting/infer-boosting.ts';
import { runBoosting } from './boosting/run-boosting.ts';

// Its `mape` divides by 1 where the truth is smaller, and its AUC of several classes is another one than ours.
const trainer: BoostingTrainer = {
  engine: 'lightgbm',
  label: 'LightGBM',
  parameters: LIGHTGBM_PARAMETERS,
  objectives: LIGHTGBM_OBJECTIVES,
  metrics: {
    auc: { binary: 'auc' },
    auc_pr: { binary: 'average_precision' },
    log_loss: { binary: 'binary_logloss', multiclass: 'multi_logloss' },
    accuracy: { binary: 'binary_error', multiclass: 'multi_error' },
    rmse: { regression: 'rmse' },
    mae: { regression: 'l1' },
    // Of whole queries: LightGBM takes none of more rows.
    ndcg: { ranking: 'ndcg@10000' },
    ndcg_at_5: { ranking: 'ndcg@5' },
    ndcg_at_10: { ranking: 'ndcg@10' },
    map: { ranking: 'map@10000' },
  },
  monotone: monotoneConstraints,
  interactions: interactionConstraints,
};

/** Gradient boosted trees that grow leaf by leaf. */
export const lightgbm: Kind = {
  name: 'lightgbm',
  keyword: 'model',
  version: 1,
  doc: 'Gradient boosted trees by LightGBM, which grow leaf by leaf, for two classes, several, a number, or an order. Parameters have LightGBM’s names. Missing values and native categories are taken as they are; one-hot columns are split one category against the rest without being widened. Where both stand in one model, native columns with fewer categories than the largest one-hot column are split that way too. An exported model (`.txt`) takes the columns of `mlp export … x.test` in their order, and a category as its place among the levels that `mlp export … x` lists: of a one-hot column those of at least `min_count` rows, then `other`; of bins and hashed names their numbers.',
  example: exampleOnPenguins(`model leaves = lightgbm(x) {
  rounds: 200
  num_leaves: 15
  min_data_in_leaf: 5
  early_stopping { rounds: 20, on: log_loss }
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: boostingParams(trainer, { objective: 'What is minimised; by default that of the task: squared error, the likelihood of the classes, or the order of the rows of each query.' }),
  engine: 'lightgbm',
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  infer: inferLightgbm,
  run: runLightgbm,
};

function inferLightgbm(context: InferContext): Inferred | undefined {
  return checkSampling(context) && checkWorkers(context) ? inferBoosting(context, trainer) : undefined;
}

/** LightGBM's leaves have linear models where all rows are in one place. */
function checkWorkers({ params, report, spanOf }: InferContext): boolean {
  if (params['workers'] === 1 || params['linear_tree'] !== true) return true;
  report('not-together', spanOf(['workers'], 'key'), { one: 'workers', other: 'linear_tree: true', why: 'its linear models need all rows in one process: take one of them out' });
  return false;
}

/** LightGBM passes over what it says of drawing rows, unless it is also told how often. */
function checkSampling({ params, report, spanOf }: InferContext): boolean {
  const draws = Number(params['bagging_freq']) > 0;
  const drawn = ['bagging_fraction', 'pos_bagging_fraction', 'neg_bagging_fraction'].find((name) => Number(params[name]) < 1);
  const drawsFeatures = Number(params['feature_fraction']) < 1;
  const goss = params['data_sample_strategy'] === 'goss';
  if (params['boosting'] === 'dart' && params['early_stopping'] !== undefined) {
    report('not-together', spanOf(['early_stopping'], 'key'), { one: 'early_stopping', other: 'boosting: dart', why: 'every round changes the trees before it, so no earlier round can be gone back to: take it out' });
    return false;
  }
  if (drawn !== undefined && !draws && !goss) {
    report('param-needs', spanOf([drawn], 'key'), { name: drawn, needs: 'bagging_freq', hint: 'add `bagging_freq: 1`: rows are then drawn anew in every round' });
    return false;
  }
  if (params['boosting'] === 'rf' && drawn === undefined && !drawsFeatures && !goss) {
    report('param-needs', spanOf(['boosting']), { name: 'boosting: rf', needs: 'bagging_fraction', hint: 'its trees would all be the same: add `bagging_fraction: 0.632, bagging_freq: 1`, or a `feature_fraction`' });
    return false;
  }
  return true;
}

function runLightgbm(context: RunContext): Promise<RunResult> {
  return runBoosting(context, trainer, async () => {
    const [{ trainLightgbm }, { openLightgbmPredictor }] = await Promise.all([import('../../runtime/engines/lightgbm/train.ts'), import('../../runtime/engines/lightgbm/predict.ts')]);
    return { train: trainLightgbm, open: openLightgbmPredictor };
  });
}
