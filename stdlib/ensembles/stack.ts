import type { JsonObject } from '../../compiler/json.ts';
import type { ImpliedStep, InferContext, Inferred, Kind, StepMaking, ValueInput } from '../../compiler/kinds/kind.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import { boolean, defaultsOf, described, integer, kindOf, record } from '../../compiler/kinds/schema.ts';
import { expandFeatures, expandModel, expandSplit } from '../../compiler/lower/expand-inputs.ts';
import type { ModelArtifact } from '../../compiler/plan/artifact.ts';
import { hasClasses, type FeaturesType, type ModelType } from '../../compiler/types.ts';
import { unionParts } from '../../compiler/check/provenance.ts';
import { inputOf } from '../../runtime/data/load-table.ts';
import { exampleOnPenguins } from '../example.ts';
import { takeOverBlob } from '../models/take-over.ts';
import { foldOf } from '../splits/fold-of.ts';
import { foldSlot } from '../splits/fold-slot.ts';
import { ensembleResult, membersOf } from './ensemble-result.ts';
import { ensembleType, featureInputs, featurePlaces, featureSetsOf, inferMembers } from './infer-ensemble.ts';
import { predictionNames } from './meta-features.ts';

/** Several models, and one that learns what to make of their predictions. */
export const stack: Kind = {
  name: 'stack',
  keyword: 'model',
  version: 1,
  doc: `Several models of one split, and a meta model that learns from their predictions (stacked generalization; Wolpert, 1992), as scikit-learn’s StackingClassifier and StackingRegressor. Each member is fitted again without each of some folds of the training rows, \`prepare\` with it, and predicts that fold: the meta model is trained on predictions of rows that no member has seen. Early stopping reads the validation part, never the fold. What predicts then are the members as they are declared, fitted to all training rows.

A meta model is any kind that learns from features, with its parameters as arguments: \`xgboost(max_depth: 2)\`. Its features are the members’ predictions: of two classes the probability of the last, of more that of each, or the number. Every fit is a step of its own, run beside others and kept; evaluation in the same number of folds shares them. Folds have their share of each class and keep groups whole; rows that were split by time have none. Exported as JSON it only says whether features are passed through: the members and the meta model, \`NAME.meta\`, are exported under their own names.`,
  example: exampleOnPenguins(`model trees = xgboost(x) { rounds: 50 }
model lines = logistic(x)
model blend = stack(trees, lines) { meta: logistic(C: 0.5) }`),
  inputs: [{ name: 'model', accepts: ['model'], many: true, doc: 'Two models or more, of one split.' }],
  params: record({
    meta: described(kindOf('model'), 'The kind of the meta model, with its parameters; by default `logistic`, or `linear` for numbers.'),
    folds: described(integer({ min: 2, max: 100 }), 'How many folds of the training rows.', 5),
    pass_through: described(boolean(), 'Whether the meta model also sees the features, which the members then share.', false),
  }),
  seeded: false,
  guarantee: 'bitwise',
  sequential: true,
  infer: inferStack,
  run: runStack,
};

interface StackParams {
  readonly meta?: JsonObject & { readonly $kind: string };
  readonly folds: number;
  readonly pass_through: boolean;
}

const ROWS = 'out_of_fold';

function inferStack(context: InferContext): Inferred | undefined {
  const { folds, pass_through: passThrough } = context.params as unknown as StackParams;
  const members = inferMembers(context);
  if (members === undefined) return undefined;
  const [{ split }] = members;
  if (split.time !== undefined) {
    context.report('stack-of-time', context.span, { name: context.name, split: split.step });
    return undefined;
  }
  const sets = featureSetsOf(members);
  if (passThrough && sets.length > 1) {
    context.report('passed-sets', context.spanOf(['pass_through'], 'key'), { sets: sets.map(({ step }) => step) });
    return undefined;
  }
  const meta = inferMeta(context, members, passThrough ? sets[0] : undefined);
  if (meta === undefined) return undefined;
  const type = { ...ensembleType(context, members, false), provenance: meta.provenance };
  const rows = outOfFold(members, { folds, passed: passThrough ? sets[0] : undefined });
  return {
    type,
    implied: [rows, meta.step],
    more: featureInputs(type),
    params: { folds, pass_through: passThrough, features: featurePlaces(members) },
  };
}

/** The step that makes the rows of the meta model: of each training row what members say that have not seen it. */
function outOfFold(members: readonly [ModelType, ...ModelType[]], { folds, passed }: { readonly folds: number; readonly passed: FeaturesType | undefined }): StepMaking {
  const [{ split }] = members;
  const numbers = Array.from({ length: folds }, (_, index) => index + 1);
  const of = (fold: number) => foldOf(split, { fold, folds });
  return {
    does: 'make',
    name: ROWS,
    kind: 'out_of_fold',
    params: { folds, members: members.length, target: { $column: split.target.name } },
    inputs: [
      ...expandSplit('parts', split, [split.target.name]),
      ...members.flatMap((member, index) => expandModel(`model[${index}]`, member)),
      ...(passed === undefined ? [] : expandFeatures('x', passed)),
    ],
    implied: [
      ...numbers.map((fold): ImpliedStep => ({ does: 'recut', slot: `fold${fold}`, from: split, fold, split: of(fold) })),
      ...members.flatMap((model, index) => numbers.map((fold): ImpliedStep => ({ does: 'refit', slot: foldSlot(index, fold), model, fold, split: of(fold) }))),
    ],
    outputs: [
      { part: 'value', type: 'table' },
      { part: 'features', type: 'features' },
    ],
  };
}

interface InferredMeta {
  readonly step: StepMaking;
  readonly provenance: ModelType['provenance'];
}

/** Has the meta model's kind infer what it would be over the predictions. `undefined` when it does not fit, which has then been reported. */
function inferMeta(context: InferContext, members: readonly [ModelType, ...ModelType[]], passed: FeaturesType | undefined): InferredMeta | undefined {
  const [{ split }] = members;
  const { meta } = context.params as unknown as StackParams;
  const named = meta?.$kind ?? (hasClasses(split.task) ? 'logistic' : 'linear');
  const kind = context.kind(named);
  if (kind === undefined) throw new Error(`there is no kind ${named}`);
  const { $kind: _kind, ...params } = meta ?? defaultsOf(kind.params);
  const column = Object.entries(params).find(([, value]) => typeof value === 'object' && value !== null && '$column' in value);
  if (column !== undefined) {
    context.report('meta-column', context.spanOf(['meta', column[0]], 'key'), { key: column[0], column: (column[1] as JsonObject)['$column'] as string });
    return undefined;
  }
  const step = `${context.name}.${ROWS}`;
  const x: ValueInput = { kind: 'value', slot: 'x', span: context.span, text: context.name, step, part: 'features', type: metaFeatures(step, members, passed), maker: { name: 'out_of_fold', seeded: false } };
  const inferred = kind.infer({ ...context, name: `${context.name}.meta`, span: context.spanOf(['meta']), params, inputs: [x], spanOf: (path, part) => context.spanOf(['meta', ...path], part) });
  if (inferred?.type.kind !== 'model') return undefined;
  const { identity, guarantee } = inferred;
  return {
    provenance: inferred.type.provenance,
    step: {
      does: 'make',
      slot: 'meta',
      name: 'meta',
      kind: kind.name,
      params: inferred.params ?? params,
      inputs: [
        { slot: 'x', step, part: 'features' },
        { slot: 'x.split', step: split.step, part: 'value' },
        { slot: 'x.table', step, part: 'value' },
      ],
      outputs: [{ part: 'value', type: 'model' }],
      ...(identity === undefined ? {} : { identity }),
      ...(guarantee === undefined ? {} : { guarantee }),
    },
  };
}

/** The features of a meta model. Of several classes only a run knows the names: they are left out. */
function metaFeatures(step: string, members: readonly [ModelType, ...ModelType[]], passed: FeaturesType | undefined): FeaturesType {
  const [{ split, task }] = members;
  const predictions = task === 'multiclass' ? [] : members.flatMap((_, index) => predictionNames(index, { task, classes: [] }));
  const features = predictions.map((name) => ({ name, kind: 'numeric' as const, from: name, nullable: false }));
  return {
    kind: 'features',
    step,
    split,
    features: [...features, ...(passed?.features ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
    reads: [],
    provenance: {
      fit: unionParts(...members.map(({ provenance }) => provenance.fit)),
      chose: unionParts(...members.map(({ provenance }) => provenance.chose)),
    },
  };
}

async function runStack(context: RunContext): Promise<RunResult> {
  const meta = inputOf(context, 'meta', 'model');
  const { folds, pass_through: passThrough } = context.step.params as unknown as StackParams;
  return ensembleResult(context, {
    members: membersOf(context),
    meta,
    recipe: { how: 'meta', passThrough },
    summary: { meta: meta.kind, folds, ...(passThrough ? { pass_through: true } : {}), ...meta.summary },
    scores: await scoresOf(context, meta),
  });
}

/** What the meta model says of the parts, which is what the stack says. */
async function scoresOf(context: RunContext, { scores }: ModelArtifact): Promise<ModelArtifact['scores']> {
  const taken = Object.entries(scores).map(async ([part, blob]) => [part, await takeOverBlob(context, blob)] as const);
  return Object.fromEntries(await Promise.all(taken));
}
