import { canonicalJson } from '../json.ts';
import type { AnswerTo, AnalysisNeed, Asking } from '../needs.ts';
import { fingerprintOf } from '../plan/keys.ts';
import type { Plan, PlanInput, PlanStep } from '../plan/plan.ts';
import { queryIdentity } from '../sql/query-identity.ts';
import { fuseQueries as fuseTexts } from '../sql/fuse.ts';
import type { Column } from '../types.ts';

/** Queries that become one at most: what a chain of them costs to analyse grows faster than its length. */
const MOST_IN_ONE = 8;

/**
 * Runs chains of SQL as one query: a rowwise table with one reader, itself a query, is put into that query as a common
 * table expression. It keeps its line in the plan and is made when it is asked for by name. It does not apply where the
 * inner table is a target or is checked, has another reader or stands for another step: its artifact would be wanted
 * for itself. Long chains become several queries.
 */
export function* fuseQueries(plan: Plan, targets: readonly string[]): Asking<Plan> {
  const fusing = openFusing(plan);
  const { steps, position, readers, sizes } = fusing;
  // What is never put inside: targets, what stands for other steps too, and what has been tried in vain.
  const refused = new Set([...targets, ...plan.steps.flatMap((step) => step.sameAs ?? [])]);
  for (let at = 0; at < steps.length; at++) {
    const inner = steps[at];
    const outer = inner === undefined || refused.has(inner.name) ? undefined : onlyReader(inner, fusing);
    if (inner === undefined || outer === undefined) continue;
    const size = (sizes.get(inner.name) ?? 1) + (sizes.get(outer.name) ?? 1);
    const fused = size > MOST_IN_ONE ? undefined : yield* fusePair(fusing, inner, outer);
    if (fused === undefined) {
      refused.add(inner.name);
      continue;
    }
    steps[at] = { ...inner, fusedInto: outer.name };
    steps[position.get(outer.name) ?? at] = fused;
    sizes.set(outer.name, size);
    for (const { step } of inner.inputs) readers.get(step)?.delete(inner.name);
    for (const { step } of fused.inputs) readers.get(step)?.add(outer.name);
    // The table below may have lost one of two readers: its turn comes again.
    const below = position.get(inner.inputs[0]?.step ?? '') ?? at;
    const found = steps[below];
    if (below < at && found !== undefined && onlyReader(found, fusing) !== undefined) at = below - 1;
  }
  return { ...plan, steps };
}

/** A plan while its queries are put into each other. */
interface Fusing {
  readonly steps: PlanStep[];
  readonly position: ReadonlyMap<string, number>;
  /** Who reads a step, by names; what is put inside another step reads nothing. */
  readonly readers: ReadonlyMap<string, Set<string>>;
  /** Of how many queries a step's is made, where it is more than one. */
  readonly sizes: Map<string, number>;
}

function openFusing(plan: Plan): Fusing {
  const readers = new Map(plan.steps.map((step) => [step.name, new Set<string>()]));
  for (const step of plan.steps) for (const input of step.inputs) readers.get(input.step)?.add(step.name);
  return { steps: [...plan.steps], position: new Map(plan.steps.map((step, index) => [step.name, index])), readers, sizes: new Map() };
}

/** The query that a table can be put into: it is rowwise, its own, and read by that query alone. */
function onlyReader({ name, query, fusedInto, sameAs }: PlanStep, { steps, position, readers }: Fusing): PlanStep | undefined {
  if (query?.rowwise !== true || fusedInto !== undefined || sameAs !== undefined) return undefined;
  const reading = readers.get(name);
  const [reader] = reading ?? [];
  const outer = steps[position.get(reader ?? '') ?? -1];
  return reading?.size === 1 && outer?.query !== undefined ? outer : undefined;
}

function* fusePair(fusing: Fusing, inner: PlanStep, outer: PlanStep): Asking<PlanStep | undefined> {
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
    tables: sources.map(({ input, name }) => ({ name, columns: columnsOf(fusing, input) })),
  };
  const [answer] = yield [need];
  const analysis = answer as AnswerTo<AnalysisNeed>;
  if (!analysis.ok) return undefined;
  const { query } = analysis;
  const before = canonicalJson(outer.outputs[0]?.columns?.map((column) => [column.name, column.sql]));
  if (canonicalJson(query.columns.map((column) => [column.name, column.sql])) !== before) return undefined;
  const platform = outer.identity['platform'] ?? inner.identity['platform'];
  const identity = { ...outer.identity, ...(platform === undefined ? {} : { platform }), sql: queryIdentity(query) };
  return {
    ...outer,
    inputs: sources.map(({ input, name }, index) => ({ slot: `[${index}]`, step: input.step, part: input.part, columns: query.reads[name] ?? [] })),
    after: [...new Set([...outer.after, ...inner.after])],
    query: { text, ordered: query.ordered, tables: sources.map((one) => one.name), rowwise: query.rowwise, parallel: query.parallel },
    guarantee: platform === undefined ? outer.guarantee : 'platform',
    identity,
    fingerprint: fingerprintOf(identity),
  };
}

function columnsOf({ steps, position }: Fusing, { step, part }: PlanInput): readonly Column[] {
  return steps[position.get(step) ?? -1]?.outputs.find((one) => one.part === part)?.columns ?? [];
}
