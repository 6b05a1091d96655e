import { didYouMean } from '../../../grammar/index.ts';
import type { JsonObject } from '../../../compiler/json.ts';
import type { InferContext, Inferred } from '../../../compiler/kinds/kind.ts';
import { checkWeights, weightReads } from '../row-weights.ts';
import { featuresOf, inferModel } from '../scored-model.ts';
import { withoutAliases, type EarlyStoppingParams } from './boosting-params.ts';
import { engineMetric, followedMetrics, type BoostingTrainer } from './boosting-trainer.ts';

/** The type of a boosted model, and its parameters under the engine's own names, objective and metric filled in. */
export function inferBoosting(context: InferContext, trainer: BoostingTrainer): Inferred | undefined {
  const { task, target } = featuresOf(context).split;
  const renamed = withoutAliases(trainer, context.params);
  if ('twice' in renamed) {
    const [name, alias] = renamed.twice;
    context.report('alias-twice', context.spanOf([alias], 'key'), { name, alias });
    return undefined;
  }
  const { workers, ...others } = renamed.params;
  const params: JsonObject = workers === 1 ? others : renamed.params;
  const stopping = params['early_stopping'] as EarlyStoppingParams | undefined;
  if (stopping?.on !== undefined && engineMetric(trainer, stopping.on, task) === undefined) {
    const known = followedMetrics(trainer, task);
    context.report('metric-unfit', context.spanOf(['early_stopping', 'on']), { metric: stopping.on, task, known, suggestion: undefined });
    return undefined;
  }
  const objective = params['objective'] as string | undefined;
  const fitting = trainer.objectives[task];
  if (objective !== undefined && !fitting.includes(objective)) {
    context.report('objective-unfit', context.spanOf(['objective']), { objective, task, target: target.name, known: fitting });
    return undefined;
  }
  if (!checkFeatureNames(context, params) || !checkWeights(context)) return undefined;
  const filled: JsonObject = {
    ...params,
    objective: objective ?? fitting[0] ?? '',
    ...(stopping === undefined ? {} : { early_stopping: { ...stopping, on: stopping.on ?? followedMetrics(trainer, task)[0] ?? '' } }),
  };
  return {
    ...inferModel(context, 'medium', stopping !== undefined),
    params: filled,
    ...weightReads(context),
  };
}

/** Constraints name features. */
function checkFeatureNames(context: InferContext, params: JsonObject): boolean {
  const names = featuresOf(context).features.map((feature) => feature.name);
  let sound = true;
  const require = (name: string, path: readonly (string | number)[], part: 'key' | 'value'): void => {
    if (names.includes(name)) return;
    sound = false;
    context.report('not-among-features', context.spanOf(path, part), { name, known: names, suggestion: didYouMean(name, names) });
  };
  for (const name of Object.keys((params['monotone_constraints'] ?? {}) as JsonObject)) require(name, ['monotone_constraints', name], 'key');
  const groups = (params['interaction_constraints'] ?? []) as readonly (readonly { readonly $column: string }[])[];
  groups.forEach((group, i) => group.forEach(({ $column }, j) => require($column, ['interaction_constraints', i, j], 'value')));
  return sound;
}
