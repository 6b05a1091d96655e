import type { Guarantee, PlanStep } from '../../../compiler/plan/plan.ts';
import type { PreviousStep } from '../../../compiler/plan/describe-change.ts';
import type { Preview, StepPreview } from '../../../compiler/plan/preview.ts';
import { renderColumnType } from '../../../compiler/types.ts';
import { referenceName } from './names.ts';
import { summarizePlan } from './plan-summary.ts';

/** What `plan --json` prints (cli.md): steps in an order in which they could run, removed ones last. */
export function planJson(preview: Preview, guaranteeOf: (kind: string) => Guarantee | undefined): Record<string, unknown> {
  const { plan, steps, removed } = preview;
  return {
    pipeline: plan.pipeline,
    file: plan.file,
    ...(plan.doc === undefined ? {} : { doc: plan.doc }),
    summary: summarizePlan(preview),
    steps: [...steps.map(stepJson), ...removed.map((step) => removedJson(step, guaranteeOf))],
  };
}

function stepJson(one: StepPreview): Record<string, unknown> {
  const { step, state, change, renamedFrom, reasons, key, estimate, failed, heldBy } = one;
  const produces = step.outputs.find((output) => output.part === 'value')?.columns;
  return {
    name: step.name,
    keyword: step.keyword,
    kind: step.kind,
    ...(step.doc === undefined ? {} : { doc: step.doc }),
    state,
    change,
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
    reasons,
    inputs: [...new Set(step.inputs.map(referenceName))],
    reads: columnsRead(step),
    ...(produces === undefined ? {} : { produces: produces.map(({ name, type, nullable }) => ({ name, type: renderColumnType(type, nullable) })) }),
    fingerprint: step.fingerprint,
    ...(key === undefined ? {} : { key }),
    ...(step.fusedInto === undefined ? {} : { fusedInto: step.fusedInto }),
    ...(step.sameAs === undefined ? {} : { sameAs: step.sameAs }),
    ...(step.after.length === 0 ? {} : { after: step.after }),
    ...(step.engine === undefined ? {} : { engine: step.engine }),
    ...(step.learns === undefined ? {} : { learns: step.learns }),
    guarantee: step.guarantee,
    estimate,
    ...(failed === undefined ? {} : { failed }),
    ...(heldBy === undefined ? {} : { heldBy }),
  };
}

/** Columns read by input; a table that flows in through two slots is read for both. */
function columnsRead(step: PlanStep): Record<string, readonly string[]> {
  const reads = new Map<string, readonly string[]>();
  for (const input of step.inputs) {
    if (input.columns === undefined) continue;
    const name = referenceName(input);
    reads.set(name, [...new Set([...(reads.get(name) ?? []), ...input.columns])]);
  }
  return Object.fromEntries(reads);
}

function removedJson(step: PreviousStep, guaranteeOf: (kind: string) => Guarantee | undefined): Record<string, unknown> {
  return {
    name: step.name,
    keyword: step.keyword,
    kind: step.kind,
    state: 'removed',
    change: 'removed',
    reasons: [],
    inputs: [],
    reads: {},
    fingerprint: step.fingerprint,
    key: step.key,
    guarantee: guaranteeOf(step.kind) ?? 'bitwise',
    estimate: { seconds: 0, basis: 'history' },
  };
}
