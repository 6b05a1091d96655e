import type { PlanStep } from './plan.ts';

/** Whether a step makes a model. */
export function isFit(step: PlanStep): boolean {
  return step.outputs.some((output) => output.part === 'value' && output.type === 'model');
}
