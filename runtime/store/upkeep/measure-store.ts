import type { Digest } from '../../../compiler/plan/artifact.ts';
import type { Store } from '../store.ts';
import { explained } from '../store-error.ts';
import { listJournals, listObjects, listRecords, type ListedRun } from './list-store.ts';
import { digestsOf, recordId, resultsOf } from './uses.ts';

/** What lies where in a store, in bytes. */
export interface StoreSize {
  readonly objects: { readonly count: number; readonly bytes: number };
  readonly records: { readonly count: number; readonly bytes: number };
  readonly journals: { readonly count: number; readonly bytes: number };
  /** Objects that no record stands for. */
  readonly garbage: { readonly count: number; readonly bytes: number };
  readonly pipelines: readonly PipelineSize[];
}

/** What a pipeline's runs have in a store. Each holds a content once, and may share it with others. */
export interface PipelineSize {
  readonly pipeline: string;
  /** The steps of its last run that has results, largest first. */
  readonly steps: readonly { readonly step: string; readonly bytes: number; readonly shared: number }[];
  /** Newest first; `own` is what no other run has. */
  readonly runs: readonly { readonly run: string; readonly label?: string; readonly bytes: number; readonly own: number }[];
}

/** Measures a store by step and by run. */
export function measureStore(store: Store): Promise<StoreSize> {
  return explained(() => addUp(store));
}

async function addUp(store: Store): Promise<StoreSize> {
  const objects = listObjects(store);
  const records = listRecords(store);
  const journals = await listJournals(store);
  const sizes = new Map(objects.map(({ digest, bytes }) => [digest ?? '', bytes]));
  const contents = new Map(records.flatMap(({ record }) => (record === undefined ? [] : [[recordId(record), digestsOf(record)] as const])));
  const holders = countHolders([...contents.values()]);
  const runs = journals.map((run) => ({ run, digests: new Set(resultsOf(run).flatMap(({ id }) => contents.get(id) ?? [])) }));
  const inRuns = countHolders(runs.map(({ digests }) => [...digests]));
  const bytesOf = (digests: Iterable<Digest>): number => [...digests].reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);

  const pipelines = [...new Set(journals.map(({ pipeline }) => pipeline))].sort().map((pipeline): PipelineSize => {
    const own = runs.filter(({ run }) => run.pipeline === pipeline).reverse();
    const last = own.find(({ digests }) => digests.size > 0)?.run;
    const steps = last === undefined ? [] : resultsOf(last).map(({ id, step }) => {
      const digests = contents.get(id) ?? [];
      return { step, bytes: bytesOf(digests), shared: bytesOf(digests.filter((digest) => (holders.get(digest) ?? 0) > 1)) };
    });
    return {
      pipeline,
      steps: steps.sort((a, b) => b.bytes - a.bytes),
      runs: own.map(({ run, digests }) => ({ run: run.run, ...labelOf(run), bytes: bytesOf(digests), own: bytesOf([...digests].filter((digest) => inRuns.get(digest) === 1)) })),
    };
  });
  const garbage = objects.filter(({ digest }) => digest === undefined || !holders.has(digest));
  return { objects: countOf(objects), records: countOf(records), journals: countOf(journals), garbage: countOf(garbage), pipelines };
}

function labelOf({ events }: ListedRun): { readonly label?: string } {
  const plan = events.find((event) => event.event === 'plan');
  return plan?.label === undefined ? {} : { label: plan.label };
}

function countHolders(all: readonly (readonly Digest[])[]): ReadonlyMap<Digest, number> {
  const holders = new Map<Digest, number>();
  for (const digest of all.flat()) holders.set(digest, (holders.get(digest) ?? 0) + 1);
  return holders;
}

function countOf(files: readonly { readonly bytes: number }[]): { readonly count: number; readonly bytes: number } {
  return { count: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
