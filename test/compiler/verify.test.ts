import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../compiler/plan/plan-schema.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import { verifyPhase } from '../../compiler/verify/verify-phase.ts';
import { planOf } from '../support/compile.ts';

const TEXT = `
source flights = csv("flights.csv") { schema { id: int, delay: int, late: bool }, extra: drop }
table a = sql("SELECT id, delay, late FROM flights WHERE id > 0")
table b = sql("SELECT sum(delay) AS n FROM a")
table c = sql("SELECT max(id) AS n FROM flights")
table d = sql("SELECT max(id) AS n FROM flights")
check sane = expect(flights) { rows: 1.. }
split parts = holdout(flights) { target: late }
features x = prepare(parts)
model m = xgboost(x)
`;

/** What may go wrong in a plan, and what the verifier says of it. */
const broken: readonly (readonly [what: string, step: string, change: (step: PlanStep, plan: Plan) => object, said: RegExp])[] = [
  ['a key that no plan has', 'b', () => ({ extra: 1 }), /schema/],
  ['a value of another type', 'b', () => ({ after: 'sane' }), /schema/],
  ['no outputs', 'b', () => ({ outputs: [] }), /schema/],
  ['a number that JSON cannot say', 'm', () => ({ params: { eta: NaN } }), /survive JSON/],
  ['an undefined value in a list', 'm', () => ({ params: { list: [undefined] } }), /JSON/],
  ['a name twice', 'c', () => ({ name: 'd' }), /one name/],
  ['a reader before what it reads', 'flights', (_, plan) => ({ inputs: plan.steps.find((step) => step.name === 'c')?.inputs.map((input) => ({ ...input, step: 'm' })) }), /does not stand before its reader/],
  ['an input that is nowhere', 'c', (step) => ({ inputs: step.inputs.map((input) => ({ ...input, step: 'nowhere' })) }), /does not stand before/],
  ['a part that is nowhere', 'c', (step) => ({ inputs: step.inputs.map((input) => ({ ...input, part: 'quarantine' })) }), /has no part quarantine/],
  ['a column that is nowhere', 'c', (step) => ({ inputs: step.inputs.map((input) => ({ ...input, columns: ['ID'] })) }), /has no column ID/],
  ['a column twice', 'c', (step) => ({ inputs: step.inputs.map((input) => ({ ...input, columns: ['id', 'id'] })) }), /twice/],
  ['a fingerprint of something else', 'm', (step) => ({ fingerprint: step.fingerprint.replace(/./g, '0') }), /fingerprint/],
  ['an identity of another kind', 'm', () => ({ kind: 'logistic' }), /another kind/],
  ['an engine that the identity does not name', 'm', () => ({ engine: { name: 'xgboost', version: '9' } }), /another engine/],
  ['a check that is none', 'b', () => ({ after: ['c'] }), /not a check/],
  ['tables that are not the inputs', 'c', (step) => ({ query: { ...step.query, tables: ['flights', 'a'] } }), /not the inputs/],
  ['the same as a later one', 'c', () => ({ sameAs: 'd' }), /does not stand before it|the same as another/],
  ['the same, and read', 'flights', () => ({ sameAs: 'flights' }), /does not stand before it/],
  ['fused into what is no query', 'a', () => ({ fusedInto: 'm' }), /not a rowwise query/],
  ['fused, and read', 'flights', () => ({ fusedInto: 'b' }), /rowwise|read/],
];

describe('the verifier', () => {
  it('finds nothing in a sound plan, which has all marks', async () => {
    const plan = await planOf(TEXT);
    expect(plan.steps.flatMap(({ name, fusedInto, sameAs, after }) => (fusedInto !== undefined ? [`${name} in ${fusedInto}`] : sameAs !== undefined ? [`${name} = ${sameAs}`] : after.length > 0 ? [`${name} after ${after.join()}`] : [])).sort()).toMatchInlineSnapshot(`
      [
        "a in b",
        "b after sane",
        "c after sane",
        "d = c",
        "m after sane",
        "parts after sane",
        "x after sane",
      ]
    `);
    expect(() => verifyPhase('fan-out', plan)).not.toThrow();
  });

  it.each(broken)('finds %s', async (_, name, change, said) => {
    const plan = await planOf(TEXT);
    const steps = plan.steps.map((step) => (step.name === name ? ({ ...step, ...change(step, plan) }) : step));
    expect(() => verifyPhase('fan-out', { ...plan, steps })).toThrow(said);
  });

  it('finds marks before the passes that make them', async () => {
    const plan = await planOf(TEXT);
    expect(() => verifyPhase('lower', plan)).toThrow(/after lower: .*(fusedInto|sameAs) before its pass/);
  });
});

describe('the schema of plans', () => {
  it('is a JSON Schema without anything that ajv does not know', () => {
    new Ajv({ strict: true }).compile(planSchema);
  });
});
