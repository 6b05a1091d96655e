import type { InferContext, Inferred, Kind } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { CATBOOST_OBJECTIVES, CATBOOST_PARAMETERS, OBJECTIVE_PARAMETERS } from '../../runtime/engines/catboost/parameters.ts';
import { exampleOnPenguins } from '../example.ts';
import { boostingParams } from './boosting/boosting-params.ts';
import type { BoostingTrainer } from './boosting/boosting-trainer.ts';
import { inferBoosting } from './boosting/infer-boosting.ts';
import { runBoosting } from './boosting/run-boosting.ts';

const trainer: BoostingTrainer = {
  engine: 'catboost',
  label: 'CatBoost',
  ownCheckpoints: true,
  parameters: CATBOOST_PARAMETERS,
  objectives: CATBOOST_OBJECTIVES,
  metrics: {
    auc: { binary: 'AUC' },
    auc_pr: { binary: 'PRAUC' },
    log_loss: { binary: 'Logloss', multiclass: 'MultiClass' },
    accuracy: { binary: 'ZeroOneLoss', multiclass: 'ZeroOneLoss' },
    rmse: { regression: 'RMSE' },
    mae: { regression: 'MAE' },
    mape: { regression: 'MAPE' },
    ndcg: { ranking: 'NDCG:type=Exp' },
    ndcg_at_5: { ranking: 'NDCG:top=5;type=Exp' },
    ndcg_at_10: { ranking: 'NDCG:top=10;type=Exp' },
    map: { ranking: 'MAP' },
    mrr: { ranking: 'MRR' },
  },
  monotone: (features, directions) => JSON.stringify(features.map((feature) => directions[feature] ?? 0)),
};

/** Gradient boosted trees that take categories by statistics of the target. */
export const catboost: Kind = {
  name: 'catboost',
  keyword: 'model',
  version: 2,
  doc: 'Gradient boosted trees by CatBoost, for two classes, several, a number, or an order. Parameters have CatBoost’s names. Categories are taken as they are: those with few values one against the rest, as one-hot columns are, others by statistics of the target that no row has a part in which it is used for. Missing numbers are taken as they are; a missing category is one of its own, `nan` in the model (`nan_` where a category has that name). CatBoost is trained in its own Python (3.9 to 3.14), which is looked for on the PATH or named by `MLP_PYTHON`; predicting needs none. A training that is killed goes on from CatBoost’s own snapshot, to the same bytes. Importance is CatBoost’s `PredictionValuesChange`, in percent. An exported model (`.cbm`, `.json`) takes the columns of `mlp export … x.test` by name, numbers before categories, and a category by its text.',
  example: exampleOnPenguins(`model trees = catboost(x) {
  rounds: 200
  depth: 4
  early_stopping { rounds: 20, on: log_loss }
}`),
  inputs: [{ name: 'x', accepts: ['features'], doc: 'Features and their target.' }],
  params: boostingParams(trainer, { objective: 'What is minimised; by default that of the task: squared error, the likelihood of the classes, or the order of the rows of each query.' }),
  engine: 'catboost',
  engineTrainsOnly: true,
  arithmetic: true,
  seeded: true,
  guarantee: 'platform',
  infer: inferCatboost,
  run: runCatboost,
};

/** What is said for one way of growing or drawing only, CatBoost passes over or refuses when it is too late. */
function inferCatboost(context: InferContext): Inferred | undefined {
  return checkTogether(context) ? inferBoosting(context, trainer) : undefined;
}

function checkTogether({ params, report, spanOf }: InferContext): boolean {
  const [grow, bootstrap, objective] = ['grow_policy', 'bootstrap_type', 'objective'].map((name) => params[name] as string | undefined);
  const needs: readonly (readonly [name: string, said: boolean, needs: string, hint: string])[] = [
    ['max_leaves', params['max_leaves'] !== 31 && grow !== 'Lossguide', 'grow_policy: Lossguide', 'the leaves of other trees follow from `depth`'],
    ['min_data_in_leaf', params['min_data_in_leaf'] !== 1 && grow === 'SymmetricTree', 'grow_policy: Depthwise', 'trees with one condition a level do not look at their leaves; `Lossguide` does, too'],
    ['bagging_temperature', params['bagging_temperature'] !== 1 && bootstrap !== 'Bayesian', 'bootstrap_type: Bayesian', 'other ways of drawing rows have a `subsample`'],
    ['subsample', params['subsample'] !== undefined && bootstrap !== 'Bernoulli' && bootstrap !== 'MVS', 'bootstrap_type: Bernoulli', '`MVS` draws rows, too: by their gradients'],
    ['mvs_reg', params['mvs_reg'] !== undefined && bootstrap !== 'MVS', 'bootstrap_type: MVS', 'other ways of drawing rows do not look at their gradients'],
    ['diffusion_temperature', params['diffusion_temperature'] !== 10000 && params['langevin'] !== true, 'langevin: true', 'without it no noise is added'],
    ...Object.values(OBJECTIVE_PARAMETERS).map(({ name }) => {
      const fitting = Object.keys(OBJECTIVE_PARAMETERS).filter((one) => OBJECTIVE_PARAMETERS[one]?.name === name);
      return [name, params[name] !== undefined && !fitting.includes(objective ?? ''), `objective: ${fitting[0] ?? ''}`, `it belongs to ${fitting.map((one) => `\`${one}\``).join(' and ')}`] as const;
    }),
  ];
  const idle = needs.find(([, said]) => said);
  if (idle !== undefined) {
    const [name, , what, hint] = idle;
    report('param-needs', spanOf([name], 'key'), { name, needs: what, hint });
    return false;
  }
  if (params['boosting_type'] === 'Ordered' && grow !== 'SymmetricTree') {
    report('not-together', spanOf(['boosting_type']), { one: 'boosting_type: Ordered', other: `grow_policy: ${grow ?? ''}`, why: 'ordered boosting grows symmetric trees alone' });
    return false;
  }
  return true;
}

function runCatboost(context: RunContext): Promise<RunResult> {
  return runBoosting(context, trainer, async () => {
    const [{ trainCatboost }, { openCatboostPredictor }] = await Promise.all([import('../../runtime/engines/catboost/train.ts'), import('../../runtime/engines/catboost/predict.ts')]);
    return { train: (request) => trainCatboost({ ...request, scratch: context.temporaryFile('.catboost') }), open: (request) => Promise.resolve(openCatboostPredictor(request)) };
  });
}
