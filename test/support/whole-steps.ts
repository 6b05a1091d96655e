import { canonicalJson } from '../../compiler/json.ts';
import { sha256 } from '../../compiler/plan/keys.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';

/** What a step does and reads by itself, without names. */
export function own(step: PlanStep): string {
  const inputs = step.inputs.map(({ slot, part, columns }) => [slot, part, columns]);
  return canonicalJson([step.kind, step.fingerprint, inputs, step.roots.map((root) => root.digest), step.guarantee]);
}

/** A step with all that it reads, without names: where two plans have the same ones, whatever is recorded for one is for the other. */
export function wholes(plan: Plan): string[] {
  const known = new Map<string, string>();
  for (const step of plan.steps) {
    known.set(step.name, sha256(canonicalJson([own(step), step.inputs.map((input) => known.get(input.step))])));
  }
  return [...known.values()].sort();
}
