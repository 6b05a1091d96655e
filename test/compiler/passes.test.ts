import { join } from 'node:path';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { compileText } from '../support/compile.ts';
import { testCases } from '../support/cases.ts';

const SOURCE = `source flights = csv("flights.csv") {
  schema { id: int, distance: int?, delay: int, late: bool }
  extra: drop
}
`;

/** The passes, and the phase before each. */
const PASSES = { 'dead-steps': 'lower', 'common-steps': 'dead-steps', 'fuse-queries': 'common-steps', 'fan-out': 'fuse-queries' } as const;

/** A plan before and after a pass. A first line `// targets: a, b` says what is wanted. */
async function beforeAndAfter(pass: keyof typeof PASSES, given: string): Promise<string> {
  const targets = /^\/\/ targets: (.*)$/m.exec(given)?.[1]?.split(', ') ?? [];
  const plans = new Map<string, Plan>();
  const { diagnostics } = await compileText(SOURCE + given, { targets, onPhase: (phase, result) => plans.set(phase, result as Plan) });
  const before = plans.get(PASSES[pass]);
  const after = plans.get(pass);
  if (before === undefined || after === undefined) throw new Error(diagnostics.map((one) => one.message).join('\n'));
  const shown = showPlan(after);
  return showPlan(before) === shown ? `unchanged:\n${shown}` : `before:\n${showPlan(before)}after:\n${shown}`;
}

function showPlan(plan: Plan): string {
  return plan.steps.map((step) => `  ${showStep(step)}\n`).join('');
}

function showStep({ name, inputs, after, sameAs, fusedInto }: PlanStep): string {
  const reads = [...new Set(inputs.map((input) => (input.part === 'value' ? input.step : `${input.step}.${input.part}`)))];
  return [
    name,
    ...(reads.length === 0 ? [] : [`← ${reads.join(', ')}`]),
    ...(after.length === 0 ? [] : [`after ${after.join(', ')}`]),
    ...(sameAs === undefined ? [] : [`= ${sameAs}`]),
    ...(fusedInto === undefined ? [] : [`inside ${fusedInto}`]),
  ].join(' ');
}

for (const pass of Object.keys(PASSES) as (keyof typeof PASSES)[]) {
  testCases(join(import.meta.dirname, `passes/${pass}.cases`), (given) => beforeAndAfter(pass, given));
}
