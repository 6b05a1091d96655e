import type { Digest } from '../../../compiler/plan/artifact.ts';
import { digestFile } from '../digest.ts';
import { asideOf } from '../objects.ts';
import { FOLDERS, VERSION_KEY, type Store } from '../store.ts';
import { explained, StoreError } from '../store-error.ts';
import { listJournals, listObjects, listRecords, readRecord, type ListedObject } from './list-store.ts';
import { digestsOf, findUses, recordId, resultsOf, type Use } from './uses.ts';

/** Something in a store that is not as it was written. */
export interface Fault {
  readonly problem: 'changed' | 'missing' | 'unreadable' | 'foreign';
  /** The store's key for it, a relative path. */
  readonly key: string;
  /** The records that stand for it, as the store's keys. */
  readonly records: readonly string[];
  /** The runs and steps that had it as a result. */
  readonly uses: readonly Use[];
}

/** What a check found. */
export interface StoreCheck {
  readonly objects: number;
  readonly records: number;
  readonly runs: number;
  /** Bytes whose digest was compared. */
  readonly bytes: number;
  readonly seconds: number;
  readonly faults: readonly Fault[];
  /** What no record stands for: killed runs and collections leave it. */
  readonly garbage: { readonly objects: number; readonly bytes: number };
  /** Steps of the last finished runs whose results are damaged or gone: the next apply makes them again. */
  readonly again: readonly Use[];
}

/** How a store is checked. */
export interface CheckOptions {
  /** Bytes compared so far, of all. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Files read at once: one is hashed while the next is read. */
const AT_ONCE = 3;

/** Reads everything in a store and compares it with its name, checksums and what refers to it. Changes nothing. */
export function checkStore(store: Store, options: CheckOptions = {}): Promise<StoreCheck> {
  return explained(() => compareAll(store, options));
}

async function compareAll(store: Store, { onProgress }: CheckOptions): Promise<StoreCheck> {
  const begun = performance.now();
  // In this order what a run adds meanwhile is not taken for missing: its objects are there before its records.
  const records = listRecords(store);
  const runs = await listJournals(store);
  const objects = listObjects(store);
  const changed = await changedObjects(store, objects, onProgress);

  const sound = new Set(objects.flatMap(({ key, digest }) => (digest === undefined || changed.has(key) ? [] : [digest])));
  const holders = new Map<Digest, { readonly key: string; readonly id: string }[]>();
  for (const { key, record } of records) {
    if (record === undefined) continue;
    for (const digest of digestsOf(record)) holders.set(digest, [...(holders.get(digest) ?? []), { key, id: recordId(record) }]);
  }
  const uses = findUses(runs);
  const isThere = (key: string): boolean => store.files.factsNow(store.disk.path(key)) !== undefined;
  // A run tells of a result before it is on the disk: only one that has ended tells of what has to be there.
  const promised = findUses(runs.filter(({ events }) => events.some((event) => event.event === 'run-end' && event.error === undefined)));
  const fault = (problem: Fault['problem'], key: string, by: readonly { readonly key: string; readonly id: string }[] = []): Fault => ({
    problem,
    key,
    records: by.map((one) => one.key),
    uses: by.flatMap(({ id }) => uses.get(id) ?? []),
  });
  const faults = [
    ...objects.flatMap(({ key, digest }) => (digest === undefined ? [fault('foreign', key)] : changed.has(key) ? [fault('changed', key, holders.get(digest))] : [])),
    ...[...holders].flatMap(([digest, by]) => {
      const key = `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
      if (sound.has(digest) || changed.has(key)) return [];
      // A collection that goes on meanwhile marks records before it takes what they name.
      const still = by.filter((one) => readRecord(store, one.key)?.collected === undefined && isThere(one.key));
      return still.length === 0 ? [] : [fault('missing', key, still)];
    }),
    ...records.flatMap(({ key, record }) => (record === undefined ? [isRecordName(key) ? fault('unreadable', key, [{ key, id: idOfName(key) }]) : fault('foreign', key)] : [])),
    ...[...promised.keys()].flatMap((id) => {
      const key = `actions/${id.slice(0, 2)}/${id}.json`;
      const isKnownLost = store.files.factsNow(asideOf(store.disk, key)) !== undefined;
      return isThere(key) || isKnownLost ? [] : [fault('missing', key, [{ key, id }])];
    }),
    ...runs.flatMap(({ key, damaged }) => (damaged > 0 ? [fault('unreadable', key)] : [])),
    ...strangers(store).map((key) => fault('foreign', key)),
  ];
  const garbage = objects.filter(({ digest }) => digest !== undefined && !holders.has(digest));
  return {
    objects: objects.length,
    records: records.length,
    runs: runs.length,
    bytes: sizeOf(objects),
    seconds: (performance.now() - begun) / 1000,
    faults,
    garbage: { objects: garbage.length, bytes: sizeOf(garbage) },
    again: madeAgain(faults, runs),
  };
}

/** The keys of the objects whose content is not what their name says. */
async function changedObjects(store: Store, objects: readonly ListedObject[], onProgress: CheckOptions['onProgress']): Promise<ReadonlySet<string>> {
  const changed = new Set<string>();
  const all = sizeOf(objects);
  let done = 0;
  const left = objects.values();
  const lane = async (): Promise<void> => {
    for (const { key, digest, bytes } of left) {
      const isGone = (): boolean => store.files.factsNow(store.disk.path(key)) === undefined;
      if (digest !== undefined && (await contentOf(store, key)) !== digest && !isGone()) changed.add(key);
      onProgress?.((done += bytes), all);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return changed;
}

/** The digest of what a file holds; `undefined` where it cannot be read as one, or has gone since. */
async function contentOf({ files, disk }: Store, key: string): Promise<Digest | undefined> {
  try {
    return (await digestFile(files, disk.path(key))).digest;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EIO') return undefined;
    throw error;
  }
}

function sizeOf(objects: readonly ListedObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}

const RECORD_NAME = /^actions\/([0-9a-f]{2})\/(\1[0-9a-f]{62})\/([0-9a-f]{64})\.json$/;

function isRecordName(key: string): boolean {
  return RECORD_NAME.test(key);
}

function idOfName(key: string): string {
  const [, , fingerprint = '', own = ''] = RECORD_NAME.exec(key) ?? [];
  return `${fingerprint}/${own}`;
}

/** What lies beside the store's own folders, or among the journals, and is none of them. */
function strangers({ files, disk, root }: Store): string[] {
  const top = files.listNow(root).filter((name) => name !== VERSION_KEY && !FOLDERS.has(name));
  const among = files.listNow(disk.path('runs')).flatMap((folder) => {
    if (files.factsNow(disk.path(`runs/${folder}`))?.isFolder !== true) return [`runs/${folder}`];
    return files.listNow(disk.path(`runs/${folder}`)).flatMap((name) => (name.endsWith('.ndjson') ? [] : [`runs/${folder}/${name}`]));
  });
  return [...top, ...among];
}

/** The steps of each pipeline's last finished run that a fault takes away. */
function madeAgain(faults: readonly Fault[], runs: Awaited<ReturnType<typeof listJournals>>): Use[] {
  const last = new Map<string, string>();
  for (const { pipeline, run, events } of runs) if (events.some((event) => event.event === 'run-end' && event.state !== 'cancelled')) last.set(pipeline, run);
  const again = new Map<string, Use>();
  for (const use of faults.flatMap((fault) => fault.uses)) if (last.get(use.pipeline) === use.run) again.set(`${use.pipeline} ${use.step}`, use);
  const order = new Map(runs.flatMap((run) => resultsOf(run).map(({ step }, index) => [`${run.run} ${step}`, index] as const)));
  return [...again.values()].sort((a, b) => (a.pipeline < b.pipeline ? -1 : a.pipeline > b.pipeline ? 1 : (order.get(`${a.run} ${a.step}`) ?? 0) - (order.get(`${b.run} ${b.step}`) ?? 0)));
}

/** A check of a store that cannot even be opened: what is wrong is where its version should be. */
export function unopened(error: unknown): Fault {
  if (!(error instanceof StoreError) || error.diagnostic.code !== 'store-damaged') throw error;
  return { problem: 'unreadable', key: VERSION_KEY, records: [], uses: [] };
}
