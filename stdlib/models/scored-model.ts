import type { InferContext, Inferred } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { JsonObject } from '../../compiler/json.ts';
import { partRef, unionParts } from '../../compiler/check/provenance.ts';
import type { BlobRef, ModelArtifact } from '../../compiler/plan/artifact.ts';
import type { FeaturesType, Interpretability, ModelType, PartName } from '../../compiler/types.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { decodeScores, encodeScores, type Scores } from '../../runtime/data/scores.ts';

/** The parts that a model is scored on, while their rows are in memory, for reports to read. */
export const SCORED_PARTS = ['validate', 'test'] as const satisfies readonly PartName[];

/** A part that models are scored on. */
export type ScoredPart = (typeof SCORED_PARTS)[number];

/** What a model said of a part when it was made. */
export async function readScores(context: Pick<RunContext, 'readBlob'>, model: ModelArtifact, part: (typeof SCORED_PARTS)[number]): Promise<Scores> {
  const blob = model.scores[part];
  if (blob === undefined) throw new Error(`the model has no scores of the part ${part}`);
  return decodeScores(await context.readBlob(blob.digest));
}

/** The features that arrive in the input `x`. */
export function featuresOf(context: InferContext): FeaturesType {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'features') throw new Error('the input `x` is not a set of features');
  return input.type;
}

/** The type of a model trained on the training part, and chosen by the validation part where `choosing` says so. */
export function inferModel(context: InferContext, interpretability: Interpretability, choosing = false): Inferred {
  const features = featuresOf(context);
  const type: ModelType = {
    kind: 'model',
    step: context.name,
    split: features.split,
    features: [features],
    task: features.split.task,
    interpretability,
    provenance: {
      fit: unionParts(features.provenance.fit, [partRef(features.split, 'train')]),
      chose: unionParts(features.provenance.chose, choosing ? [partRef(features.split, 'validate')] : []),
    },
  };
  return { type };
}

/** What a trainer hands over: the model's bytes, what is told of it, and a way to score rows with it. */
export interface TrainedModel {
  /** The model in its engine's format. */
  readonly bytes: Uint8Array;
  readonly summary: JsonObject;
  readonly warnings?: readonly string[];
  readonly statistics?: JsonObject;
  /** What it says of the rows of a part, in the layout of `Scores.values`. */
  readonly predict: (part: ScoredPart) => Scores['values'] | Promise<Scores['values']>;
}

/** The artifact of a trained model: with its scores on the parts that it was not fitted on. */
export async function modelResult(
  context: RunContext,
  parts: Readonly<Record<ScoredPart, { readonly target: Target }>>,
  model: TrainedModel,
): Promise<RunResult> {
  const scores: Partial<Record<PartName, BlobRef>> = {};
  context.progress({ phase: 'scoring' });
  for (const part of SCORED_PARTS) {
    const { target } = parts[part];
    const values = await model.predict(part);
    const rows = target.kind === 'classes' ? target.codes.length : target.values.length;
    scores[part] = await context.putBytes(encodeScores({ rows, target, values }));
  }
  const target = parts.validate.target;
  return {
    outputs: {
      value: {
        type: 'model',
        kind: context.step.kind,
        task: taskOf(target),
        classes: target.kind === 'classes' ? target.classes : [],
        model: await context.putBytes(model.bytes),
        summary: model.summary,
        scores,
      },
    },
    ...(model.warnings === undefined ? {} : { warnings: model.warnings }),
    ...(model.statistics === undefined ? {} : { statistics: model.statistics }),
  };
}

/** The task that a target poses: with two classes it is binary. */
export function taskOf(target: Target): ModelType['task'] {
  if (target.kind === 'numbers') return target.queries === undefined ? 'regression' : 'ranking';
  return target.classes.length === 2 ? 'binary' : 'multiclass';
}
