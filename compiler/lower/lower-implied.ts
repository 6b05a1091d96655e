import type { ImpliedStep, Kind, ModelMeasurement, ModelRefit } from '../kinds/kind.ts';
import { fingerprintOf } from '../plan/keys.ts';
import type { Place, PlanInput, PlanStep } from '../plan/plan.ts';
import { expandFeatures, expandModel, expandSplit } from './expand-inputs.ts';
import { makeStep, seedOf, type StepSurroundings } from './make-step.ts';

/** The declaration that implies steps. */
export interface ImplyingStep {
  readonly name: string;
  readonly place: Place;
  /** The steps of the declarations before, by name. */
  readonly lowered: ReadonlyMap<string, PlanStep>;
  readonly surroundings: StepSurroundings;
}

/** Steps that no declaration names, each after what it reads, and the inputs by which their values arrive. */
export interface Implied {
  readonly steps: readonly PlanStep[];
  readonly inputs: readonly PlanInput[];
}

/** Lowers what a declaration needs and no other declares. What several refits share, such as prepared features, is made once. */
export function lowerImplied(implied: readonly ImpliedStep[], owner: ImplyingStep): Implied {
  const made = new Map<string, PlanStep>();
  const inputs = implied.map((one): PlanInput => {
    const step = 'fold' in one ? lowerRefit(one, owner, made) : lowerMeasurement(one, owner, made);
    return { slot: one.slot, step, part: 'value' };
  });
  return { steps: [...made.values()], inputs };
}

function lowerMeasurement({ slot, kind, model, identity }: ModelMeasurement, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  const step = makeStep(owner.surroundings, kindOf(kind, owner), {
    name: `${owner.name}.${slot}`,
    keyword: 'step',
    place: owner.place,
    params: {},
    inputs: [...expandModel('model', model), ...expandFeatures('x', model.features)],
    roots: [],
    outputs: [{ part: 'value', type: 'measure' }],
    ...(identity === undefined ? {} : { extra: identity }),
  });
  made.set(step.name, step);
  return step.name;
}

/** Makes the steps of a fold, from the split's down to the model's, unless they are made; returns the name of the model's. */
function lowerRefit({ model, fold, split }: ModelRefit, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  const from = model.features.split;
  /** By the name of a step, that of what stands for it in the fold: itself, if it does not stand on the split. */
  const standIns = new Map<string, string>();
  const mark = (name: string) => ({ name: `${owner.name}.fold${fold}.${name}`, group: `${owner.name}.folds.${name}` });
  const standIn = (name: string): string => {
    const known = standIns.get(name);
    if (known !== undefined) return known;
    const step = name === from.step ? recut() : refit(name);
    if (step !== undefined && !made.has(step.name)) made.set(step.name, step);
    standIns.set(name, step?.name ?? name);
    return step?.name ?? name;
  };
  const recut = (): PlanStep =>
    makeStep(owner.surroundings, kindOf(split.kind, owner), {
      ...mark(from.step),
      keyword: 'step',
      place: owner.place,
      params: split.params,
      inputs: expandSplit('parts', from, split.columns),
      roots: [],
      outputs: [{ part: 'value', type: 'split' }],
    });
  const refit = (name: string): PlanStep | undefined => {
    const step = owner.lowered.get(name);
    if (step === undefined) throw new Error(`the step ${name} stands after what fits it again`);
    const inputs = step.inputs.map((input) => ({ ...input, step: standIn(input.step) }));
    if (inputs.every((input, index) => input.step === step.inputs[index]?.step)) return undefined;
    return inFold({ ...step, ...mark(name), inputs }, fold, owner.surroundings);
  };
  return standIn(model.step);
}

/** A step with the seed of a fold, under the name that it has there. */
function inFold({ doc: _doc, ...step }: PlanStep, fold: number, { seed }: StepSurroundings): PlanStep {
  const identity = 'seed' in step.identity ? { ...step.identity, seed: seedOf(step.params, { name: step.kind }, { seed, fold }) } : step.identity;
  return { ...step, keyword: 'step', identity, fingerprint: fingerprintOf(identity) };
}

function kindOf(name: string, { surroundings }: ImplyingStep): Kind {
  const kind = surroundings.registry.get(name);
  if (kind === undefined) throw new Error(`implied kind ${name} is not in the registry`);
  return kind;
}
