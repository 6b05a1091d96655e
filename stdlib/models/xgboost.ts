import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { boolean, described, either, word } from '../../compiler/kinds/schema.ts';
import { interactionConstraints, monotoneConstraints } from '../../runtime/engines/xgboost/constraints.ts';
import { XGBOOST_OBJECTIVES, XGBOOST_PARAMETERS } from '../../runtime/engines/xgboost/parameters.ts';
import type { TrainRequest } from '../../runtime/trainers/training.ts';
import { exampleOnPenguins } from '../example.ts';
import { boostingParams } from './boosting/boosting-params.ts';
import type { BoostingTrainer } from './boosting/boosting-trainer.ts';
import { inferBoosting } from './boosting/infer-boosting.ts';
import { runBoosting } from './boosting/run-boosting.ts';

const trainer: BoostingTrainer = {
  engine: 'xgboost',
  label: 'XGBoost',
  parameters: XGBOOST_PARAMETERS,
  objectives: XGBOOST_OBJECTIVES,
  metrics: {
    auc: { binary: 'auc', multiclass: 'auc' },
    auc_pr: { binary: 'aucpr', multiclass: 'aucpr' },
    log_loss: { binary: 'logloss', multiclass: 'mlogloss' },
    accuracy: { binary: 'error', multiclass: 'merror' },
    rmse: { regression: 'rmse' },
    mae: { regression: 'mae' },
    mape: { regression: 'mape' },
    ndcg: { ranking: 'ndcg' },
    ndcg_at_5: { ranking: 'ndcg@5' },
    ndcg_at_10: { ranking: 'ndcg@10' },
  },
  monotone: monotoneConstraints,
  interactions: interactionConstraints,
};

/** Gradient boosted trees. */
export const xgboost: Kind = {
  name: 'xgboost',
  keyword: 'model',
  version: 1,
  doc: 'Gradient boosted trees by XGBoost, for two classes, several, a number, or an order. Parameters have XGBoost’s names. Missing values and native categories are taken as they are; one-hot columns are split one category against the rest without being widened. Where both stand in one model, native columns with fewer categories than the largest one-hot column are split that way too. An exported model (`.ubj`, `.json`) takes the columns of `mlp export … x.test` by name, and a category as its place among the levels that `mlp export … x` lists: of a one-hot column those of at least `min_count` rows, then `other`; of bins and hashed names their numbers.',
  example: exampleOnPenguins(`model trees = xgboost(x) {
  rounds: 200
  max_depth: 4
  early_stopping { rounds: 20, on: log_loss }
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: boostingParams(trainer, {
    objective: 'What is minimised; by default that of the task: squared error, the likelihood of the classes, or the order of the rows of each query.',
    own: {
      merge_rows: described(
        either(word('auto'), boolean()),
        'Whether training rows that are equal in features and target become one with a weight: the same but for rounding, and much faster. `auto` does so where nothing is sampled, there are no `workers`, and it pays.',
        'auto',
      ),
    },
  }),
  engine: 'xgboost',
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  infer: inferXgboost,
  run: runXgboost,
};

function inferXgboost(context: InferContext): Inferred | undefined {
  const { params, report, spanOf } = context;
  if (params['workers'] === 1 || params['merge_rows'] !== true) return inferBoosting(context, trainer);
  report('not-together', spanOf(['merge_rows'], 'key'), { one: 'merge_rows: true', other: 'workers', why: 'equal rows may be at different workers: take it out' });
  return undefined;
}

function runXgboost(context: RunContext): Promise<RunResult> {
  return runBoosting(context, trainer, async () => {
    const [{ trainXgboost }, { openXgboostPredictor }] = await Promise.all([import('../../runtime/engines/xgboost/train.ts'), import('../../runtime/engines/xgboost/predict.ts')]);
    return { train: (request) => trainXgboost({ ...request, mergeRows: mergeRows(context.step.params, request) }), open: openXgboostPredictor };
  });
}

/** Rows with weights that the author gave, and rows that are drawn, stay as they are unless told otherwise. */
function mergeRows(params: JsonObject, { train }: TrainRequest): 'auto' | boolean {
  if (params['merge_rows'] !== 'auto') return params['merge_rows'] as boolean;
  return Number(params['subsample']) < 1 || train.weights !== undefined ? false : 'auto';
}
