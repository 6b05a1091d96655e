import type { Plan, PlanStep } from '../plan/plan.ts';

/**
 * Removes the steps that no target needs; without targets, everything is wanted. The checks of a table that is read
 * are needed with it.
 */
export function removeDeadSteps(plan: Plan, targets: readonly string[]): Plan {
  if (targets.length === 0) return plan;
  const byName = new Map(plan.steps.map((step) => [step.name, step]));
  const live = new Set<PlanStep>();
  const open = [...targets];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const step = byName.get(name);
    if (step === undefined || live.has(step)) continue;
    live.add(step);
    open.push(...step.inputs.map((input) => input.step), ...step.after);
  }
  return { ...plan, steps: plan.steps.filter((step) => live.has(step)) };
}
