import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { ModelArtifact, ReportArtifact } from '../../compiler/plan/artifact.ts';
import { scoreFolds } from './score-folds.ts';
import { scoreModel, type EvaluateParams, type Scored } from './score-model.ts';

/** Scores each model on each part, and in each fold, from what the models' artifacts hold: no engine is loaded. */
export async function runEvaluate(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as EvaluateParams;
  const models = context.inputs.flatMap(({ slot, artifact }) => (/^model\[\d+\]$/.test(slot) && artifact.type === 'model' ? [artifact] : []));
  const outputs: Record<string, ReportArtifact> = {};
  const warnings: string[] = [];
  const report = async (part: string, score: (model: ModelArtifact, index: number) => Promise<Scored>): Promise<void> => {
    const scored: JsonObject[] = [];
    for (const [index, model] of models.entries()) {
      const { warnings: found, ...figures } = await score(model, index);
      scored.push({ ...figures, optimistic: params.optimistic[part]?.[index] ?? false });
      warnings.push(...found.map((warning) => `\`model[${index}]\` ${part === 'folds' ? warning : `on ${part}: ${warning}`}`));
    }
    outputs[part] = { type: 'report', task: models[0]?.task ?? 'regression', models: scored };
  };
  for (const part of params.on) await report(part, (artifact) => scoreModel(context, { params, artifact, part }));
  const { folds } = params;
  if (folds !== undefined) await report('folds', (_, index) => scoreFolds(context, { params, model: index, folds }));
  return { outputs, warnings };
}
