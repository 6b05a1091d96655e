import type { PlanStep } from '../../compiler/plan/plan.ts';
import { dependenciesOf } from './needed-steps.ts';

/** For each step, how long the longest chain of steps takes that begins with it. `steps` are in an order to run. */
export function urgencies(
  steps: readonly PlanStep[],
  cost: (step: PlanStep) => number,
): ReadonlyMap<string, number> {
  const below = new Map<string, number>();
  const result = new Map<string, number>();
  for (const step of steps.toReversed()) {
    const urgency = cost(step) + (below.get(step.name) ?? 0);
    result.set(step.name, urgency);
    for (const name of dependenciesOf(step)) below.set(name, Math.max(below.get(name) ?? 0, urgency));
  }
  return result;
}
