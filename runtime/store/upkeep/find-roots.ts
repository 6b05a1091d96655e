import type { Digest } from '../../../compiler/plan/artifact.ts';
import { diagnose } from '../../../grammar/diagnostics/diagnostic.ts';
import { readLastApply } from '../journal.ts';
import { stagesAtWork } from '../stage.ts';
import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { listJournals, listRecords, type ListedRecord, type ListedRun } from './list-store.ts';
import { digestsOf, planOf, recordId, resultsOf } from './uses.ts';

/** Which runs keep their results. Those that are at work, or have a label, always do. */
export interface KeepRules {
  /** Of each pipeline, the last so many finished runs of all its steps, with everything since. */
  readonly runs: number;
  /** Runs that began in the last so many seconds. */
  readonly seconds?: number;
  /** Pipelines and labels that keep nothing any more. */
  readonly forget: readonly string[];
}

/** What a store holds beside its objects, and what of it all has to stay. */
export interface Roots {
  readonly journals: readonly ListedRun[];
  readonly records: readonly ListedRecord[];
  /** The runs that keep their results. */
  readonly runs: readonly ListedRun[];
  /** The records that keep theirs, by `recordId`. */
  readonly kept: ReadonlySet<string>;
  /** Blobs and manifests of these records, and what runs at work have staged. */
  readonly digests: ReadonlySet<Digest>;
}

/**
 * Finds what has to stay. The objects must have been listed before: what a run at work adds after that is then not
 * among them. Throws a `StoreError` where a root cannot be read.
 */
export async function findRoots(store: Store, rules: KeepRules): Promise<Roots> {
  const stages = await stagesAtWork(store.disk, store.files);
  const staged = stages.flatMap(({ folder }) => store.files.listNow(folder).filter((name) => /^[0-9a-f]{64}$/.test(name)));
  const journals = await listJournals(store);
  const records = listRecords(store);
  const unread = journals.find(({ damaged }) => damaged > 0)?.key ?? records.find(({ record }) => record === undefined)?.key;
  if (unread !== undefined) throw new StoreError(diagnose('store-root-unreadable', undefined, { file: store.disk.path(unread) }), 5);
  requireKnown(rules.forget, journals);

  const atWork = new Set(stages.map(({ run }) => run));
  const runs = journals.filter((run) => atWork.has(run.run) || isKept(run, journals, rules));
  const kept = new Set(runs.flatMap((run) => resultsOf(run).map(({ id }) => id)));
  for (const pipeline of new Set(runs.map((run) => run.pipeline))) {
    for (const { made } of (await readLastApply(store, pipeline))?.steps.values() ?? []) if (made !== undefined) kept.add(recordId(made));
  }
  // A run at work may still find any result of its steps.
  const open = new Set(runs.filter(({ run }) => atWork.has(run)).flatMap((run) => planOf(run)?.steps.map((step) => step.fingerprint) ?? []));
  for (const { record } of records) if (record !== undefined && open.has(record.fingerprint)) kept.add(recordId(record));
  const digests = records.flatMap(({ record }) => (record !== undefined && kept.has(recordId(record)) ? digestsOf(record) : []));
  return { journals, records, runs, kept, digests: new Set([...staged, ...digests]) };
}

function isKept(run: ListedRun, journals: readonly ListedRun[], { runs, seconds, forget }: KeepRules): boolean {
  const plan = planOf(run);
  if (plan?.label !== undefined && !forget.includes(plan.label)) return true;
  if (forget.includes(run.pipeline)) return false;
  if (seconds !== undefined && Date.now() - Date.parse(plan?.time ?? '') < seconds * 1000) return true;
  const own = journals.filter(({ pipeline }) => pipeline === run.pipeline);
  const oldest = own.filter(isFinished).at(-runs);
  return oldest === undefined || run.run >= oldest.run;
}

function isFinished(run: ListedRun): boolean {
  return planOf(run)?.targets === undefined && run.events.some((event) => event.event === 'run-end' && event.state !== 'cancelled');
}

function requireKnown(forget: readonly string[], journals: readonly ListedRun[]): void {
  const known = new Set(journals.flatMap((run) => [run.pipeline, planOf(run)?.label ?? run.pipeline]));
  const unknown = forget.find((name) => !known.has(name));
  if (unknown !== undefined) throw new StoreError(diagnose('store-nothing-called', undefined, { name: unknown, known: [...known].sort() }), 1);
}
