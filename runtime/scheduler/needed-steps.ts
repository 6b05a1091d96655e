import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';

/**
 * The steps that a run needs, in the plan's order: the targets with all that they stand on, checks included; without
 * targets, every step that is not contained in another's query.
 */
export function neededSteps(plan: Plan, targets?: readonly string[]): readonly PlanStep[] {
  const steps = new Map(plan.steps.map((step) => [step.name, step]));
  const needed = new Set<string>();
  const open = [...(targets ?? plan.steps.filter((step) => step.fusedInto === undefined).map((step) => step.name))];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const step = steps.get(name);
    if (step === undefined) throw new Error(`the plan has no step \`${name}\``);
    open.push(...dependenciesOf(step));
  }
  return plan.steps.filter((step) => needed.has(step.name));
}

/** The steps that have to end well before this one may be used. */
export function dependenciesOf(step: PlanStep): readonly string[] {
  const twin = step.sameAs === undefined ? [] : [step.sameAs];
  return [...new Set([...step.inputs.map((input) => input.step), ...step.after, ...twin])];
}
