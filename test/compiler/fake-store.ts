import type { Artifact } from '../../compiler/plan/artifact.ts';
import type { PreviousStep } from '../../compiler/plan/describe-change.ts';
import { keyOf, sha256 } from '../../compiler/plan/keys.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import { previewPlan, type Preview, type RecordAnswer, type RecordNeed } from '../../compiler/plan/preview.ts';

/** A store: keys that are recorded, with what each step left, and every fingerprint that ever ran. */
export interface FakeStore {
  readonly records: Map<string, NonNullable<RecordAnswer['record']>>;
  readonly fingerprints: Set<string>;
  readonly previous: Map<string, PreviousStep>;
}

/** What a step leaves: its own fingerprint stands for content; `salt` makes another one of it. */
function outputsOf(plan: Plan, name: string, salt: string): Record<string, Artifact> {
  const step = plan.steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(name);
  return Object.fromEntries(
    step.outputs.map(({ part, type, columns = [] }): [string, Artifact] => {
      const digest = (what: string): string => sha256(`${step.kind} ${salt} ${what}`);
      if (type !== 'table') return [part, { type: 'measure', values: { content: digest(part) } }];
      return [part, { type, rows: 3, columns: columns.map((column) => ({ name: column.name, sql: column.sql, digest: digest(column.name), nulls: 0 })), file: { digest: digest(part), bytes: 1 } }];
    }),
  );
}

/** Applies a plan into a store, as a run would leave it. */
export function applyTo(store: FakeStore, plan: Plan, salts: Readonly<Record<string, string>> = {}): FakeStore {
  const contents = new Map<string, Record<string, Artifact>>();
  store.previous.clear();
  for (const step of plan.steps) {
    const inputs = step.inputs.map((input) => contents.get(input.step)?.[input.part]);
    if (inputs.some((input) => input === undefined)) throw new Error(`${step.name} has no inputs`);
    const { key, parts } = keyOf(step, inputs as Artifact[]);
    const outputs = store.records.get(key)?.outputs ?? outputsOf(plan, step.name, salts[step.name] ?? '');
    contents.set(step.name, outputs);
    store.records.set(key, { outputs, cost: { seconds: 2, rows: 3 } });
    store.fingerprints.add(step.fingerprint);
    const text = step.query?.text;
    store.previous.set(step.name, { name: step.name, keyword: step.keyword, kind: step.kind, key, fingerprint: step.fingerprint, parts, cost: { seconds: 2, rows: 3 }, ...(text === undefined ? {} : { text }) });
  }
  return store;
}

/** With nothing in it. */
export function newStore(): FakeStore {
  return { records: new Map(), fingerprints: new Set(), previous: new Map() };
}

/** The preview of a plan, answered from a store. */
export function preview(plan: Plan, store: FakeStore): Preview {
  const asking = previewPlan(plan, store.previous);
  const answer = ({ fingerprint, key }: RecordNeed): RecordAnswer => {
    const record = store.records.get(key ?? '');
    return { known: store.fingerprints.has(fingerprint), ...(record === undefined ? {} : { record }) };
  };
  let step = asking.next();
  while (step.done !== true) step = asking.next(answer(step.value));
  return step.value;
}
