import { canonicalJson } from '../../compiler/json.ts';
import { PLAN_VERSION, type Plan, type PlanStep } from '../../compiler/plan/plan.ts';
import type { ResolveKey } from '../../runtime/scheduler/run.ts';
import { digestOf } from '../../runtime/store/digest.ts';

/** A step in short: its kind, what it reads, its text, and the checks that it waits for. */
export interface ShortStep {
  readonly kind: string;
  readonly inputs?: readonly string[];
  readonly text?: string;
  readonly after?: readonly string[];
  readonly fusedInto?: string;
  readonly sameAs?: string;
}

/** A plan of steps by name, in an order in which they could run. */
export function planOf(steps: Readonly<Record<string, ShortStep>>): Plan {
  return {
    version: PLAN_VERSION,
    pipeline: 'test',
    file: 'test.mlp',
    steps: Object.entries(steps).map(([name, short], index) => stepOf(name, short, index)),
  };
}

function stepOf(name: string, short: ShortStep, index: number): PlanStep {
  const identity = { kind: short.kind, seed: '42', 'param:text': short.text ?? '' };
  return {
    name,
    keyword: short.kind === 'check' ? 'check' : 'table',
    kind: short.kind,
    place: { span: { file: 'test.mlp', start: index, end: index + 1 }, start: { line: index + 1, column: 1 } },
    params: { text: short.text ?? '' },
    inputs: (short.inputs ?? []).map((step, at) => ({ slot: `inputs[${at}]`, step, part: 'value' })),
    roots: [],
    outputs: [{ part: 'value', type: short.kind === 'check' ? 'check' : 'table' }],
    after: short.after ?? [],
    guarantee: 'bitwise',
    identity,
    fingerprint: digestOf(canonicalJson(identity)),
    ...(short.fusedInto === undefined ? {} : { fusedInto: short.fusedInto }),
    ...(short.sameAs === undefined ? {} : { sameAs: short.sameAs }),
  };
}

/** Keys over what a step does and its inputs' manifests. */
export const resolveKey: ResolveKey = (step, inputs) => {
  const parts: Record<string, string> = { ...step.identity };
  for (const [index, artifact] of inputs.entries()) parts[`input:${index}`] = digestOf(canonicalJson(artifact));
  return { key: digestOf(canonicalJson(parts)), parts };
};

/** Steps that take their time, so that a run can be killed anywhere in it. */
export const slowSteps: Readonly<Record<string, ShortStep>> = {
  a: { kind: 'write', text: 'a' },
  b: { kind: 'slow', inputs: ['a'], text: '20' },
  c: { kind: 'slow', inputs: ['a'], text: '30' },
  d: { kind: 'join', inputs: ['b', 'c'], text: 'd' },
  e: { kind: 'join', inputs: ['d', 'a'], text: 'e' },
};

/** What programs of these tests can be told to apply. */
export const stepsByName: Readonly<Record<string, Readonly<Record<string, ShortStep>>>> = {
  slowSteps,
  /** Some of the same steps, and others. */
  otherSteps: { a: { kind: 'write', text: 'a' }, b: { kind: 'slow', inputs: ['a'], text: '20' }, f: { kind: 'join', inputs: ['b', 'a'], text: 'f' } },
  long: { a: { kind: 'slow', text: '3000' }, b: { kind: 'join', inputs: ['a'], text: 'b' }, c: { kind: 'write', text: 'c' } },
};
