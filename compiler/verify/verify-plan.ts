import { isDeepStrictEqual } from 'node:util';
import { Ajv } from 'ajv';
import { canonicalJson } from '../json.ts';
import { fingerprintOf } from '../plan/keys.ts';
import { planSchema } from '../plan/plan-schema.ts';
import type { Plan, PlanInput, PlanStep } from '../plan/plan.ts';
import type { Claim } from './claim.ts';

const validate = new Ajv({ allErrors: true }).compile(planSchema);

/** The phases that make plans, in their order; each may use the marks of those before it. */
const PHASES = ['lower', 'dead-steps', 'common-steps', 'fuse-queries', 'fan-out'];

/** Checks a plan after one of the phases that make it. */
export function verifyPlan(plan: Plan, phase: string, claim: Claim): void {
  claim(validate(plan), `the plan is not what its schema says: ${JSON.stringify(validate.errors)}`);
  claim(isDeepStrictEqual(JSON.parse(JSON.stringify(plan)), plan), 'the plan does not survive JSON');
  const position = new Map(plan.steps.map((step, index) => [step.name, index]));
  claim(position.size === plan.steps.length, 'two steps have one name');
  const find = (name: string): PlanStep | undefined => plan.steps[position.get(name) ?? -1];
  const stage = PHASES.indexOf(phase);
  plan.steps.forEach((step, index) => {
    const own: Claim = (holds, what) => claim(holds, `${step.name}: ${what}`);
    verifyIdentity(step, own);
    verifyQuery(step, own);
    for (const input of step.inputs) {
      own((position.get(input.step) ?? Infinity) < index, `${input.step} does not stand before its reader`);
      const producer = find(input.step);
      if (producer !== undefined) verifyInput(input, producer, own);
    }
    for (const name of step.after) {
      own(find(name)?.outputs.some((output) => output.type === 'check') === true, `${name} is not a check`);
      own(phase !== 'fan-out' || (position.get(name) ?? Infinity) < index, `the check ${name} does not stand before what waits for it`);
    }
    verifyMarks(step, { plan, stage, index, position }, own);
  });
}

function verifyIdentity(step: PlanStep, claim: Claim): void {
  const { identity, engine } = step;
  claim(step.fingerprint === fingerprintOf(identity), 'the fingerprint is not the digest of the identity');
  claim(identity['kind'] === step.kind, 'the identity is of another kind');
  claim(identity['engine'] === (engine === undefined ? undefined : `${engine.name} ${engine.version}`), 'the identity is of another engine');
  claim(step.guarantee !== 'platform' || 'platform' in identity, 'a result that depends on the platform does not name it');
}

function verifyQuery(step: PlanStep, claim: Claim): void {
  if (step.query === undefined) return;
  const slots = step.inputs.map((input) => input.slot);
  claim(canonicalJson(slots) === canonicalJson(step.query.tables.map((_, index) => `[${index}]`)), 'the tables of the query are not the inputs');
  claim('sql' in step.identity, 'a query is not part of what the step does');
}

function verifyInput(input: PlanInput, producer: PlanStep, claim: Claim): void {
  const output = producer.outputs.find((one) => one.part === input.part);
  claim(output !== undefined, `${input.step} has no part ${input.part}`);
  if (output === undefined || input.columns === undefined) return;
  const columns = input.columns;
  claim(output.type === 'table', `${input.step} has no columns`);
  claim(new Set(columns).size === columns.length, `${input.slot} reads a column twice`);
  for (const name of columns) claim(output.columns?.some((column) => column.name === name) === true, `${input.step} has no column ${name}`);
}

interface Place {
  readonly plan: Plan;
  readonly stage: number;
  readonly index: number;
  readonly position: ReadonlyMap<string, number>;
}

/** What the optimizer's marks say of a step. */
function verifyMarks(step: PlanStep, { plan, stage, index, position }: Place, claim: Claim): void {
  const readers = plan.steps.filter((one) => one.fusedInto === undefined && one.inputs.some((input) => input.step === step.name));
  if (step.sameAs !== undefined) {
    const first = plan.steps[position.get(step.sameAs) ?? -1];
    claim(stage >= PHASES.indexOf('common-steps'), 'sameAs before its pass');
    claim(first !== undefined && (position.get(first.name) ?? Infinity) < index, 'the step that it is the same as does not stand before it');
    claim(first?.sameAs === undefined, 'it is the same as one that is the same as another');
    claim(readers.length === 0, 'a step is read that another stands for');
  }
  if (step.fusedInto !== undefined) {
    const outer = plan.steps[position.get(step.fusedInto) ?? -1];
    claim(stage >= PHASES.indexOf('fuse-queries'), 'fusedInto before its pass');
    claim(step.query?.rowwise === true && outer?.query !== undefined, 'what is fused is not a rowwise query in a query');
    claim(readers.length === 0, 'a step is read that is part of another');
    claim(step.sameAs === undefined, 'a step is both the same as another and part of one');
  }
}
