import { addTo } from '../add-to.ts';
import { isFit } from '../plan/is-fit.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';

/**
 * Orders steps for running side by side: of those that could start at the same moment, the one with the heaviest chain
 * below it comes first, so that the slowest branch of a fan-out is not left for the end. Steps still stand after what
 * they read; equal ones keep the order of the file.
 */
export function orderFanOut(plan: Plan): Plan {
  const heights = chainHeights(plan.steps);
  const position = new Map(plan.steps.map((step, index) => [step.name, index]));
  const waitingFor = new Map(plan.steps.map((step) => [step.name, new Set(predecessors(step).filter((name) => position.has(name)))]));
  const readers = new Map<string, string[]>();
  for (const [name, reads] of waitingFor) for (const read of reads) addTo(readers, read, name);
  const compare = (a: PlanStep, b: PlanStep): number =>
    (heights.get(b.name) ?? 0) - (heights.get(a.name) ?? 0) || (position.get(a.name) ?? 0) - (position.get(b.name) ?? 0);

  const byName = new Map(plan.steps.map((step) => [step.name, step]));
  let ready = plan.steps.filter((step) => waitingFor.get(step.name)?.size === 0);
  const steps: PlanStep[] = [];
  while (ready.length > 0) {
    const next: PlanStep[] = [];
    for (const step of ready.sort(compare)) {
      steps.push(step);
      for (const reader of readers.get(step.name) ?? []) {
        const waits = waitingFor.get(reader);
        waits?.delete(step.name);
        const found = byName.get(reader);
        if (waits?.size === 0 && found !== undefined) next.push(found);
      }
    }
    ready = next;
  }
  return { ...plan, steps };
}

function predecessors(step: PlanStep): string[] {
  return [...new Set([...step.inputs.map((input) => input.step), ...step.after, ...(step.sameAs === undefined ? [] : [step.sameAs])])];
}

/** The weight of the heaviest chain from a step to a leaf. Training is heavy; the rest weighs the same. */
function chainHeights(steps: readonly PlanStep[]): Map<string, number> {
  const heights = new Map<string, number>();
  for (const step of [...steps].reverse()) {
    const own = (heights.get(step.name) ?? 0) + (isFit(step) ? 10 : 1);
    heights.set(step.name, own);
    for (const before of predecessors(step)) heights.set(before, Math.max(heights.get(before) ?? 0, own));
  }
  return heights;
}
