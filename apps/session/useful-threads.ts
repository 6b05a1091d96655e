import type { PlanStep } from '../../compiler/plan/plan.ts';
import { kindOf } from './engines.ts';

/** How many of some threads a step makes use of. */
export function usefulThreads(step: PlanStep, threads: number): number {
  return kindOf(step)?.sequential === true ? Math.min(threads, Number(step.params['workers'] ?? 1)) : threads;
}
