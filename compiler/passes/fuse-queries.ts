import { canonicalJson } from '../json.ts';
import type { AnswerTo, AnalysisNeed, Asking } from '../needs.ts';
import { fingerprintOf } from '../plan/keys.ts';
import type { Plan, PlanInput, PlanStep } from '../plan/plan.ts';
import { queryIdentity } from '../sql/query-identity.ts';
import { fuseQueries as fuseTexts } from '../sql/fuse.ts';
import type { Column } from '../types.ts';

/**
 * Runs chains of SQL as one query: a rowwise table with one reader, itself a query, is put into that query as a common
 * table expression. It keeps its line in the plan and is made when it is asked for by name. It does not apply where the
 * inner table is a target or is checked, has another reader or stands for another step: its artifact would be wanted
 * for itself.
 */
export function* fuseQueries(plan: Plan, targets: readonly string[]): Asking<Plan> {
  let current = plan;
  // What is never put inside: targets, what stands for other steps too, and what has been tried in vain.
  const refused = new Set([...targets, ...plan.steps.flatMap((step) => step.sameAs ?? [])]);
  for (let pair = findPair(current, refused); pair !== undefined; pair = findPair(current, refused)) {
    const { inner, outer } = pair;
    const fused = yield* fusePair(current, inner, outer);
    if (fused === undefined) {
      refused.add(inner.name);
      continue;
    }
    const marked: PlanStep = { ...inner, fusedInto: outer.name };
    current = { ...current, steps: current.steps.map((step) => (step === inner ? marked : step === outer ? fused : step)) };
  }
  return current;
}

interface Pair {
  readonly inner: PlanStep;
  readonly outer: PlanStep;
}

function findPair(plan: Plan, refused: ReadonlySet<string>): Pair | undefined {
  const readers = new Map<string, Set<PlanStep>>();
  for (const step of plan.steps) {
    if (step.fusedInto !== undefined) continue;
    for (const { step: read } of step.inputs) readers.set(read, (readers.get(read) ?? new Set()).add(step));
  }
  for (const inner of plan.steps) {
    if (inner.query?.rowwise !== true || inner.fusedInto !== undefined || inner.sameAs !== undefined) continue;
    if (refused.has(inner.name)) continue;
    const reading = readers.get(inner.name);
    const [outer] = reading ?? [];
    if (reading?.size === 1 && outer?.query !== undefined) return { inner, outer };
  }
  return undefined;
}

function* fusePair(plan: Plan, inner: PlanStep, outer: PlanStep): Asking<PlanStep | undefined> {
  if (inner.query === undefined || outer.query === undefined) return undefined;
  const at = outer.inputs.findIndex((input) => input.step === inner.name);
  const innerName = outer.query.tables[at];
  const innerTable = inner.query.tables[0];
  if (innerName === undefined || innerTable === undefined) return undefined;
  const text = fuseTexts(outer.query, { name: innerName, text: inner.query.text, tables: inner.query.tables });
  if (text === undefined) return undefined;

  const outerInputs = outer.inputs.map((input, index) => ({ input, name: outer.query?.tables[index] ?? '' })).filter(({ input }) => input.step !== inner.name);
  const innerInput = inner.inputs[0];
  const candidates = [...outerInputs, ...(innerInput === undefined ? [] : [{ input: innerInput, name: innerTable }])];
  const sources = [...new Map(candidates.map((one) => [one.name, one])).values()];
  // Queries of two files, or of a loop and what is around it, may call two tables the same.
  if (candidates.some(({ name, input }) => sources.find((one) => one.name === name)?.input.step !== input.step)) return undefined;
  const need: AnalysisNeed = {
    need: 'analysis',
    text,
    tables: sources.map(({ input, name }) => ({ name, columns: columnsOf(plan, input) })),
  };
  const [answer] = yield [need];
  const analysis = answer as AnswerTo<AnalysisNeed>;
  if (!analysis.ok) return undefined;
  const { query } = analysis;
  const before = canonicalJson(outer.outputs[0]?.columns?.map((column) => [column.name, column.sql]));
  if (canonicalJson(query.columns.map((column) => [column.name, column.sql])) !== before) return undefined;
  const identity = { ...outer.identity, sql: queryIdentity(query) };
  return {
    ...outer,
    inputs: sources.map(({ input, name }, index) => ({ slot: `[${index}]`, step: input.step, part: input.part, columns: query.reads[name] ?? [] })),
    after: [...new Set([...outer.after, ...inner.after])],
    query: { text, ordered: query.ordered, tables: sources.map((one) => one.name), rowwise: query.rowwise, parallel: query.parallel },
    identity,
    fingerprint: fingerprintOf(identity),
  };
}

function columnsOf(plan: Plan, input: PlanInput): readonly Column[] {
  const step = plan.steps.find((one) => one.name === input.step);
  return step?.outputs.find((one) => one.part === input.part)?.columns ?? [];
}
