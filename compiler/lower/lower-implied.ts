import type { ImpliedStep, Kind, ModelRefit, ModelVariant, Recutting, SplitRecut, StepMaking } from '../kinds/kind.ts';
import { fingerprintOf } from '../plan/keys.ts';
import type { Place, PlanInput, PlanStep } from '../plan/plan.ts';
import type { SplitType } from '../types.ts';
import { expandSplit } from './expand-inputs.ts';
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

/** Lowers what a declaration needs and no other declares. What several of them share, such as prepared features, is made once. */
export function lowerImplied(implied: readonly ImpliedStep[], owner: ImplyingStep): Implied {
  const made = new Map<string, PlanStep>();
  const inputs = lowerAll(implied, owner, made);
  return { steps: [...made.values()], inputs };
}

function lowerAll(implied: readonly ImpliedStep[], owner: ImplyingStep, made: Map<string, PlanStep>): PlanInput[] {
  return implied.flatMap((one) => {
    const step = lowerOne(one, owner, made);
    return one.slot === undefined ? [] : [{ slot: one.slot, step, part: 'value' }];
  });
}

/** Makes the steps of one that is implied, unless they are made; returns the name of the last. */
function lowerOne(one: ImpliedStep, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  switch (one.does) {
    case 'make':
      return lowerMaking(one, owner, made);
    case 'recut':
      return lowerRecut(one, owner, made);
    case 'refit':
      return lowerRefit(one, owner, made);
    case 'vary':
      return lowerVariant(one, owner, made);
  }
}

function lowerMaking({ name, kind, params, inputs, implied = [], outputs, identity, guarantee }: StepMaking, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  const needed = lowerAll(implied, owner, made);
  const step = makeStep(owner.surroundings, kindOf(kind, owner), {
    name: `${owner.name}.${name}`,
    keyword: 'step',
    place: owner.place,
    params,
    inputs: [...inputs, ...needed],
    roots: [],
    outputs,
    ...(identity === undefined ? {} : { extra: identity }),
    ...(guarantee === undefined ? {} : { guarantee }),
  });
  return add(step, made);
}

function add(step: PlanStep, made: Map<string, PlanStep>): string {
  if (!made.has(step.name)) made.set(step.name, step);
  return step.name;
}

/** One of several that are one thing many times over, such as folds. */
interface Round {
  readonly label: string;
  readonly number: number;
}

/** What a step is called in a round, and what it is called together with those of the other rounds. */
function mark({ name: owner }: ImplyingStep, { label, number }: Round, name: string): Pick<PlanStep, 'name' | 'group'> & { readonly group: string } {
  return { name: `${owner}.${label}${number}.${name}`, group: `${owner}.${label}s.${name}` };
}

function recut(from: SplitType, split: Recutting, { owner, round }: { readonly owner: ImplyingStep; readonly round: Round }): PlanStep {
  return makeStep(owner.surroundings, kindOf(split.kind, owner), {
    ...mark(owner, round, from.step),
    keyword: 'step',
    place: owner.place,
    params: split.params,
    inputs: expandSplit('parts', from, split.columns),
    roots: [],
    outputs: [{ part: 'value', type: 'split' }],
  });
}

function lowerRecut({ from, fold, split }: SplitRecut, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  return add(recut(from, split, { owner, round: { label: 'fold', number: fold } }), made);
}

/** Makes the steps of a fold, from the split's down to the model's; returns the name of the model's. */
function lowerRefit({ model, fold, split }: ModelRefit, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  const from = model.split;
  const round: Round = { label: 'fold', number: fold };
  /** By the name of a step, that of what stands for it in the fold: itself, if it does not stand on the split. */
  const standIns = new Map<string, string>();
  const standIn = (name: string): string => {
    const known = standIns.get(name);
    if (known !== undefined) return known;
    const step = name === from.step ? recut(from, split, { owner, round }) : refit(name);
    if (step !== undefined) add(step, made);
    standIns.set(name, step?.name ?? name);
    return step?.name ?? name;
  };
  const refit = (name: string): PlanStep | undefined => {
    const step = stepOf(name, owner);
    const inputs = step.inputs.map((input) => ({ ...input, step: standIn(input.step) }));
    if (inputs.every((input, index) => input.step === step.inputs[index]?.step)) return undefined;
    return again({ ...step, inputs }, { ...mark(owner, round, name), seed: { seed: owner.surroundings.seed, fold } });
  };
  return standIn(model.step);
}

/** Makes the step of a model again, and of its inputs the split alone, where its rows are dealt out in another way. */
function lowerVariant({ model, label, number, split }: ModelVariant, owner: ImplyingStep, made: Map<string, PlanStep>): string {
  const step = stepOf(model.step, owner);
  const isSeeded = 'seed' in step.identity;
  if (split === undefined && (number === 1 || !isSeeded)) return step.name;
  const round: Round = { label, number };
  const dealt = split === undefined ? undefined : add(recut(model.split, split, { owner, round }), made);
  const inputs = step.inputs.map((input) => (dealt !== undefined && input.step === model.split.step ? { ...input, step: dealt } : input));
  const { stream } = step.params;
  const params = isSeeded ? { ...step.params, stream: (typeof stream === 'number' ? stream : 0) + number - 1 } : step.params;
  return add(again({ ...step, inputs, params }, { ...mark(owner, round, step.name), seed: { seed: owner.surroundings.seed } }), made);
}

/** A step under another name and, if it has one, with another seed. */
function again({ doc: _doc, ...step }: PlanStep, { seed, ...named }: Pick<PlanStep, 'name' | 'group'> & { readonly seed: Parameters<typeof seedOf>[2] }): PlanStep {
  const identity = 'seed' in step.identity ? { ...step.identity, seed: seedOf(step.params, { name: step.kind }, seed) } : step.identity;
  return { ...step, ...named, keyword: 'step', identity, fingerprint: fingerprintOf(identity) };
}

function stepOf(name: string, owner: ImplyingStep): PlanStep {
  const step = owner.lowered.get(name);
  if (step === undefined) throw new Error(`the step ${name} stands after what makes it again`);
  return step;
}

function kindOf(name: string, { surroundings }: ImplyingStep): Kind {
  const kind = surroundings.registry.get(name);
  if (kind === undefined) throw new Error(`implied kind ${name} is not in the registry`);
  return kind;
}
