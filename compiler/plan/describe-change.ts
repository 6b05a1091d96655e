import type { Cost } from './cost.ts';
import type { StepKey } from './keys.ts';
import type { PlanStep } from './plan.ts';

/** How a step compares with the last apply: new, doing something else or on other content, or the same. */
export type StepChange = 'added' | 'changed' | 'unchanged';

/** One part of a key that is not what it was. */
export interface Reason {
  /** `param:eta`, `column:legs.distance`, `rows:legs`, `source:FILE`, `sql`, `engine`, `seed`, `kind-version`, `value:x`. */
  readonly part: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What is remembered of a step from the last finished apply of its pipeline. */
export interface PreviousStep {
  readonly name: string;
  readonly keyword: string;
  readonly kind: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Empty where its record is lost. */
  readonly parts: Readonly<Record<string, string>>;
  /** The query as its author wrote it, for steps that are one. */
  readonly text?: string;
  /** Where its record is still there. */
  readonly cost?: Cost;
}

interface Comparison {
  readonly step: PlanStep;
  readonly key: StepKey | undefined;
  readonly before: PreviousStep | undefined;
  readonly states: ReadonlyMap<string, { readonly state: string }>;
}

/** How a step differs from what it was in the last apply, part by part. */
export function describeChange({ step, key, before, states }: Comparison): {
  readonly change: StepChange;
  readonly renamedFrom?: string;
  readonly reasons: readonly Reason[];
} {
  if (before === undefined) return { change: 'added', reasons: [] };
  const renamed = before.name === step.name ? {} : { renamedFrom: before.name };
  if (before.key === key?.key) return { change: 'unchanged', ...renamed, reasons: [] };
  const reasons = key === undefined ? pendingReasons(step, before, states) : comparePrevious(before, keyParts(step, key.parts), step);
  const changed = key !== undefined || before.fingerprint !== step.fingerprint;
  return { change: changed ? 'changed' : 'unchanged', ...renamed, reasons };
}

/** Nothing can be said of a step whose record is lost: what its key was made from stands there. */
function comparePrevious(before: PreviousStep, after: KeyParts, names: InputNames): Reason[] {
  return Object.keys(before.parts).length === 0 ? [] : compareParts(before, after, names);
}

/** What a key was made from; `text` is the query as its author wrote it. */
export interface KeyParts {
  readonly parts: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** What says how the inputs of a step are called. */
export interface InputNames {
  readonly inputs: readonly { readonly slot: string; readonly step: string }[];
  readonly roots: readonly { readonly path: string }[];
}

/** The parts in which two keys of a step differ, in terms of the pipeline. */
export function compareParts(before: KeyParts, after: KeyParts, names: InputNames): Reason[] {
  const all = [...new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])].sort();
  return all.flatMap((name) => {
    const [old, now] = [before.parts[name], after.parts[name]];
    if (old === now) return [];
    if (name === 'sql') return [{ part: 'sql', before: before.text ?? null, after: after.text ?? null }];
    return [{ part: partName(name, names), before: old ?? null, after: now ?? null }];
  });
}

function keyParts({ query }: PlanStep, parts: KeyParts['parts']): KeyParts {
  return { parts, ...(query === undefined ? {} : { text: query.text }) };
}

/** While inputs are still to be made: what the step does differently, and which inputs it waits for. */
function pendingReasons(step: PlanStep, before: PreviousStep, states: Comparison['states']): Reason[] {
  const inputs = Object.fromEntries(Object.entries(before.parts).filter(([name]) => /^(column|rows|value|source):/.test(name)));
  const own = comparePrevious(before, keyParts(step, { ...inputs, ...step.identity }), step);
  const waiting = [...new Set(step.inputs.map((input) => input.step))].filter((name) => (states.get(name)?.state ?? 'run') !== 'cached');
  return [...own, ...waiting.map((name) => ({ part: `value:${name}`, before: 'made', after: 'to be made' }))];
}

/** Parts in terms of the pipeline: inputs by the names of their steps instead of slots, sources by their files. */
function partName(name: string, { inputs, roots }: InputNames): string {
  const source = /^source:(\d+)$/.exec(name);
  if (source !== null) return `source:${roots[Number(source[1])]?.path ?? name}`;
  const [, what, rest] = /^(column|rows|value):(.*)$/.exec(name) ?? [];
  if (what === undefined || rest === undefined) return name;
  const input = [...inputs].sort((a, b) => b.slot.length - a.slot.length).find((one) => rest === one.slot || rest.startsWith(`${one.slot}.`));
  if (input === undefined) return name;
  return `${what}:${input.step}${rest.slice(input.slot.length)}`;
}
