import { partRef, unionParts } from '../../compiler/check/provenance.ts';
import type { InferContext } from '../../compiler/kinds/kind.ts';
import { expandFeatureSets } from '../../compiler/lower/expand-inputs.ts';
import type { PlanInput } from '../../compiler/plan/plan.ts';
import type { FeaturesType, ModelType } from '../../compiler/types.ts';

/** The models that an ensemble is given: of one split, two at least, none of them twice. `undefined` when one is wrong, which has then been reported. */
export function inferMembers(context: InferContext): readonly [ModelType, ...ModelType[]] | undefined {
  const { name, inputs, report } = context;
  const members: ModelType[] = [];
  for (const input of inputs) {
    if (input.kind !== 'value' || input.type.kind !== 'model') return undefined;
    const member = input.type;
    const [first] = members;
    if (first !== undefined && member.split.step !== first.split.step) {
      report('members-of-splits', input.span, { member: input.text, split: member.split.step, first: first.step, other: first.split.step });
      return undefined;
    }
    if (members.some(({ step }) => step === member.step)) {
      report('member-twice', input.span, { name, member: input.text });
      return undefined;
    }
    members.push(member);
  }
  const [first, ...others] = members;
  if (first !== undefined && others.length > 0) return [first, ...others];
  report('one-member', context.span, { name, member: first?.step ?? '' });
  return undefined;
}

/** The model that `bag` and `seeds` make several of: a trained one, no ensemble. */
export function inferRepeated({ inputs: [input], report }: InferContext, kind: string): ModelType | undefined {
  if (input?.kind !== 'value' || input.type.kind !== 'model') return undefined;
  if (input.type.members === undefined && input.type.adjusts === undefined) return input.type;
  report('repeated-ensemble', input.span, { kind, member: input.text });
  return undefined;
}

/** The sets of features of some models, each once, in the order in which they come. */
export function featureSetsOf(members: readonly ModelType[]): FeaturesType[] {
  return [...new Map(members.flatMap(({ features }) => features).map((set) => [set.step, set])).values()];
}

/** The type of an ensemble of some models, chosen by the validation part where `choosing` says so. */
export function ensembleType(context: InferContext, members: readonly [ModelType, ...ModelType[]], choosing: boolean): ModelType {
  const [{ split, task }] = members;
  return {
    kind: 'model',
    step: context.name,
    split,
    features: featureSetsOf(members),
    members,
    task,
    interpretability: 'low',
    provenance: {
      fit: unionParts(...members.map(({ provenance }) => provenance.fit)),
      chose: unionParts(...members.map(({ provenance }) => provenance.chose), choosing ? [partRef(split, 'validate')] : []),
    },
  };
}

/** What an ensemble reads beside its members, so that rows can be predicted: its sets of features. */
export function featureInputs(type: ModelType): PlanInput[] {
  return expandFeatureSets('x', type);
}

/** Of each member the places of its sets of features among the ensemble's. */
export function featurePlaces(members: readonly ModelType[]): number[][] {
  const sets = featureSetsOf(members).map(({ step }) => step);
  return members.map(({ features }) => features.map(({ step }) => sets.indexOf(step)));
}
