import type { Artifact } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import { namesStep } from '../../compiler/plan/step-names.ts';
import { didYouMean, diagnose } from '../../grammar/index.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Session } from '../session/session.ts';
import { Failure, failure } from './failure.ts';
import type { OpenPlan } from './open-plan.ts';

/** Something that a step has made, as `NAME` or `NAME.PART` names it. */
export interface Made {
  readonly step: PlanStep;
  /** `undefined`: all that the step has made. */
  readonly part: string | undefined;
  readonly record: ActionRecord;
  /** Of the part, if it has an artifact of its own; parts of splits and features do not. */
  readonly artifact: Artifact | undefined;
}

/** Finds what `NAME` or `NAME.PART` stands for; what is unknown or not made yet ends the command. */
export async function findMade(session: Session, { preview, plan }: OpenPlan, name: string): Promise<Made> {
  const names = plan.steps.map((step) => step.name);
  const { step, part } = splitName(plan.steps, name) ?? { step: undefined, part: undefined };
  if (step === undefined) throw failure('unknown-target', { name, known: names, suggestion: didYouMean(name, names) });
  const parts = partsOf(step);
  if (part !== undefined && !parts.includes(part)) {
    throw failure('unknown-part', { name: step.name, part, known: parts, suggestion: didYouMean(part, parts) });
  }
  const found = await session.find(preview, step.name);
  if (!found.found) {
    const command = `mlp apply ${plan.file} --target ${step.name}`;
    throw new Failure([diagnose('not-made', undefined, { step: step.name, command })]);
  }
  return { step, part, record: found.record, artifact: found.artifact(part ?? 'value') };
}

/** The longest step's name that the text begins with, and the part behind it: names may have dots. */
function splitName(steps: readonly PlanStep[], text: string): { readonly step: PlanStep; readonly part: string | undefined } | undefined {
  const whole = steps.find((step) => namesStep(text, step.name));
  if (whole !== undefined) return { step: whole, part: undefined };
  const at = text.lastIndexOf('.');
  const owner = at < 0 ? undefined : steps.find((step) => namesStep(text.slice(0, at), step.name));
  return owner === undefined ? undefined : { step: owner, part: text.slice(at + 1).toLowerCase() };
}

/** The parts that a step's value can be asked for. */
export function partsOf(step: PlanStep): readonly string[] {
  const [first] = step.outputs;
  if (first?.type === 'split' || first?.type === 'features') return ['train', 'validate', 'test'];
  return step.outputs.map((output) => output.part).filter((part) => part !== 'value');
}
