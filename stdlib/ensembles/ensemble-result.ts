import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { BlobRef, ModelArtifact, StoredModel } from '../../compiler/plan/artifact.ts';
import type { PartName, Task } from '../../compiler/types.ts';
import { inputOf } from '../../runtime/data/load-table.ts';
import { encodeScores, type Scores } from '../../runtime/data/scores.ts';
import { computeMetrics } from '../metrics/compute-metrics.ts';
import { readScores, SCORED_PARTS } from '../models/scored-model.ts';
import { takeOver } from '../models/take-over.ts';
import { combine, type Combination } from './combine.ts';
import { encodeRecipe, type EnsembleRecipe } from './open-ensemble.ts';

/** What every ensemble is told of its members when it is inferred. */
export interface EnsembleParams {
  /** Of each member the places of its sets of features among the ensemble's. */
  readonly features: readonly (readonly number[])[];
}

/** The models that arrive in the inputs `model[0]`, `model[1]`, … */
export function membersOf(context: RunContext): ModelArtifact[] {
  const { features } = context.step.params as unknown as EnsembleParams;
  return features.map((_, index) => inputOf(context, `model[${index}]`, 'model'));
}

/** Scores of a part by combining those of the members. */
export function combineScores(combination: Combination, model: Pick<ModelArtifact, 'task' | 'classes'>, members: readonly Scores[]): Scores {
  const [first] = members;
  if (first === undefined) throw new Error('an ensemble has no members');
  return { ...first, values: combine(combination, model, members.map(({ values }) => values)) };
}

/** An ensemble to be kept. */
export interface MadeEnsemble {
  readonly members: readonly ModelArtifact[];
  readonly meta?: StoredModel;
  readonly recipe: EnsembleRecipe;
  /** Beside what is told of each member. */
  readonly summary: JsonObject;
  /** Of each member, beside its kind and metrics. */
  readonly about?: readonly JsonObject[];
  readonly scores: ModelArtifact['scores'];
  readonly warnings?: readonly string[];
}

/** The artifact of an ensemble. What its members are loaded from is part of it, so that it predicts by itself. */
export async function ensembleResult(context: RunContext, made: MadeEnsemble): Promise<RunResult> {
  const { members, meta, recipe, summary, about = [], scores, warnings = [] } = made;
  const { features } = context.step.params as unknown as EnsembleParams;
  const [first] = members;
  if (first === undefined) throw new Error('an ensemble has no members');
  const told: JsonObject[] = [];
  for (const [index, member] of members.entries()) told.push({ kind: member.kind, ...about[index], validate: await judge(context, member) });
  return {
    outputs: {
      value: {
        type: 'model',
        kind: context.step.kind,
        task: first.task,
        classes: first.classes,
        model: await context.putBytes(encodeRecipe(recipe)),
        members: await Promise.all(members.map(async (member, index) => ({ ...(await takeOver(context, member)), features: features[index] ?? [] }))),
        ...(meta === undefined ? {} : { meta: await takeOver(context, meta) }),
        summary: { ...summary, members: told },
        scores,
      },
    },
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** The artifact of an ensemble that combines what its members say. */
export async function combinedResult(context: RunContext, members: readonly ModelArtifact[], made: Omit<MadeEnsemble, 'members' | 'recipe' | 'scores'> & { readonly recipe: Combination }): Promise<RunResult> {
  const [first] = members;
  if (first === undefined) throw new Error('an ensemble has no members');
  const scores: Partial<Record<PartName, BlobRef>> = {};
  for (const part of SCORED_PARTS) {
    const said = await Promise.all(members.map((member) => readScores(context, member, part)));
    scores[part] = await context.putBytes(encodeScores(combineScores(made.recipe, first, said)));
  }
  return ensembleResult(context, { ...made, members, scores });
}

const CLASSES = ['log_loss', 'accuracy'];

/** By task, the metrics that say what a model is worth. */
const TELLING: Readonly<Record<Task, readonly string[]>> = { binary: CLASSES, multiclass: CLASSES, regression: ['rmse', 'mae'], ranking: ['ndcg', 'map'] };

/** What a member is worth by itself: the figures of its task on the validation part. */
async function judge(context: RunContext, member: ModelArtifact): Promise<JsonObject> {
  return computeMetrics({ scores: await readScores(context, member, 'validate'), task: member.task, metrics: TELLING[member.task] }).metrics;
}
