import { canonicalJson } from '../json.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';

/**
 * Makes one of steps that do the same on the same inputs: the later one keeps its line in the plan, `sameAs` the first,
 * and whatever read it reads the first.
 */
export function mergeCommonSteps(plan: Plan): Plan {
  const first = new Map<string, PlanStep>();
  const sameAs = new Map<string, string>();
  const steps = plan.steps.map((step) => {
    const inputs = step.inputs.map((input) => ({ ...input, step: sameAs.get(input.step) ?? input.step }));
    const after = [...new Set(step.after.map((name) => sameAs.get(name) ?? name))];
    const rewired: PlanStep = { ...step, inputs, after };
    const identity = canonicalJson([step.fingerprint, inputs, step.roots.map((root) => root.digest)]);
    const earlier = first.get(identity);
    if (earlier === undefined) {
      first.set(identity, rewired);
      return rewired;
    }
    sameAs.set(step.name, earlier.name);
    return { ...rewired, sameAs: earlier.name };
  });
  return { ...plan, steps };
}
