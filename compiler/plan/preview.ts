import { addTo } from '../add-to.ts';
import { describeChange, type PreviousStep, type Reason, type StepChange } from './describe-change.ts';
import type { Artifact } from './artifact.ts';
import type { Cost } from './cost.ts';
import { openEstimates, type Accuracy, type Estimate } from './estimate.ts';
import { keyOf } from './keys.ts';
import type { Plan, PlanStep } from './plan.ts';

/** What the store knows of a step: asked by its key, or, while that is unknown, by what it does alone. */
export interface RecordNeed {
  readonly fingerprint: string;
  readonly key?: string;
}

/** What the store says to a `RecordNeed`. */
export interface RecordAnswer {
  /** Whether anything is recorded for this fingerprint, on whatever inputs. */
  readonly known: boolean;
  /** The result of this key, if it is recorded and whole. */
  readonly record?: {
    /** By part. */
    readonly outputs: Readonly<Record<string, Artifact>>;
    readonly cost: Cost;
  };
}

/** `cached`: the result is there; `run`: it has to be made; `maybe`: that shows once the inputs are there. */
export type StepState = 'cached' | 'run' | 'maybe';

/** What an apply would do with one step, and why. */
export interface StepPreview {
  readonly step: PlanStep;
  readonly state: StepState;
  readonly change: StepChange;
  /** Its name in the last apply, where only the name is new. */
  readonly renamedFrom?: string;
  readonly reasons: readonly Reason[];
  /** Known once every input is. */
  readonly key?: string;
  readonly estimate: Estimate;
  /** Of a check that is cached: it failed. */
  readonly failed?: true;
  /** A check that failed, because of which an apply skips the step, cached or not. */
  readonly heldBy?: string;
}

/** A plan with the state of each of its steps, in the plan's order. */
export interface Preview {
  readonly plan: Plan;
  readonly steps: readonly StepPreview[];
  /** Steps of the last finished apply of this pipeline that are no longer in it. */
  readonly removed: readonly PreviousStep[];
  /** Absent where the last apply ran nothing. */
  readonly accuracy?: Accuracy;
}

/** A preview names what it needs of the store, one record at a time, and goes on with the answer. */
export type Previewing = Generator<RecordNeed, Preview, RecordAnswer>;

/** Finds the state of every step: what an apply would do now, and why. Pure; what the store knows it is given. */
export function* previewPlan(plan: Plan, previous: ReadonlyMap<string, PreviousStep>): Previewing {
  const contents = new Map<string, Readonly<Record<string, Artifact>>>();
  const previews = new Map<string, StepPreview>();
  // A step of the last apply with the same key is the same, if its name is neither in the plan nor taken for another step.
  const taken = new Set(plan.steps.map((step) => step.name));
  const earlierByKey = new Map<string, PreviousStep[]>();
  const estimate = openEstimates(previous);
  for (const one of previous.values()) addTo(earlierByKey, one.key, one);
  for (const step of plan.steps) {
    const inputs = step.inputs.map((input) => contents.get(input.step)?.[input.part]);
    const complete = inputs.every((input) => input !== undefined);
    const key = complete ? keyOf(step, inputs) : undefined;
    const answer = yield key === undefined ? { fingerprint: step.fingerprint } : { fingerprint: step.fingerprint, key: key.key };
    if (answer.record !== undefined) contents.set(step.name, answer.record.outputs);
    const own: StepState = answer.record !== undefined ? 'cached' : key === undefined && answer.known ? 'maybe' : 'run';
    const earlier = previous.get(step.name) ?? earlierByKey.get(key?.key ?? '')?.find((one) => !taken.has(one.name));
    if (earlier !== undefined) taken.add(earlier.name);
    const heldBy = holderOf(step, previews);
    previews.set(step.name, {
      step,
      state: own,
      ...describeChange({ step, key, before: earlier, states: previews }),
      ...(key === undefined ? {} : { key: key.key }),
      ...(isFailed(answer.record?.outputs) ? { failed: true } : {}),
      ...(heldBy === undefined ? {} : { heldBy }),
      estimate: estimate({
        step,
        recorded: answer.record?.cost,
        before: earlier,
        inputs: step.inputs.map((input, index) => inputs[index] ?? previews.get(input.step)?.estimate.rows),
      }),
    });
  }
  const steps = plan.steps.flatMap((step) => {
    const preview = previews.get(step.name);
    return preview === undefined ? [] : [withState(preview, previews)];
  });
  const kept = new Set(steps.flatMap((one) => [one.step.name, ...(one.renamedFrom === undefined ? [] : [one.renamedFrom])]));
  return { plan, steps, removed: [...previous.values()].filter((step) => !kept.has(step.name)) };
}

function isFailed(outputs: Readonly<Record<string, Artifact>> = {}): boolean {
  return Object.values(outputs).some((artifact) => artifact.type === 'check' && !artifact.passed);
}

/** The failed check because of which a step is skipped: one that it waits for, or one that holds what it stands on. */
function holderOf({ after, inputs }: PlanStep, previews: ReadonlyMap<string, StepPreview>): string | undefined {
  for (const name of [...after, ...inputs.map(({ step }) => step)]) {
    const found = previews.get(name);
    if (found?.heldBy !== undefined || found?.failed === true) return found.heldBy ?? name;
  }
  return undefined;
}

/** A step that another does for it is done when that one is, which may be part of a third. */
function withState(preview: StepPreview, previews: ReadonlyMap<string, StepPreview>): StepPreview {
  const doer = previews.get(preview.step.fusedInto ?? preview.step.sameAs ?? '');
  return doer === undefined || preview.state === 'cached' ? preview : { ...preview, state: withState(doer, previews).state };
}
