import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Digest } from '../../../compiler/plan/artifact.ts';
import { diagnose } from '../../../grammar/diagnostics/diagnostic.ts';
import { COLLECTING } from '../leases.ts';
import type { ActionRecord } from '../record.ts';
import { recordKey, stagesAtWork, type Stage } from '../stage.ts';
import type { Store } from '../store.ts';
import { explained, StoreError } from '../store-error.ts';
import { findRoots, type KeepRules } from './find-roots.ts';
import { listJournals, listObjects, type ListedObject } from './list-store.ts';
import { digestsOf, findUses, recordId } from './uses.ts';

/** What a collection takes from a store, and what it leaves. */
export interface Collection {
  /** Objects that go. */
  readonly objects: readonly ListedObject[];
  /** Records whose objects go. What their keys were made of stays, where a journal tells of them. */
  readonly records: readonly ActionRecord[];
  /** Bytes of the objects that go. */
  readonly bytes: number;
  readonly kept: { readonly runs: number; readonly records: number; readonly objects: number; readonly bytes: number };
}

/** Finds what a collection would take. */
export function planCollection(store: Store, rules: KeepRules): Promise<Collection> {
  return explained(() => chooseObjects(store, rules));
}

async function chooseObjects(store: Store, rules: KeepRules): Promise<Collection> {
  const all = listObjects(store);
  const { records, runs, kept, digests } = await findRoots(store, rules);
  const goes = ({ digest }: ListedObject): boolean => digest !== undefined && !digests.has(digest);
  const objects = all.filter(goes);
  const gone = new Set(objects.map(({ digest }) => digest));
  const left = all.filter((object) => !goes(object));
  return {
    objects,
    records: records.flatMap(({ record }) => (record !== undefined && !kept.has(recordId(record)) && digestsOf(record).some((digest) => gone.has(digest)) ? [record] : [])),
    bytes: sizeOf(objects),
    kept: { runs: runs.length, records: kept.size, objects: left.length, bytes: sizeOf(left) },
  };
}

/**
 * Takes from a store what nothing keeps. Runs that begin meanwhile wait; those at work keep what they have staged and
 * whatever their steps could find. Records are marked first, so that none names what is not there.
 */
export async function collectStore(store: Store, rules: KeepRules): Promise<Collection> {
  return withUpkeep(store, async (stage) => {
    const collection = await planCollection(store, rules);
    await strip(store, stage, collection.records);
    const trash = join(stage.folder, 'trash');
    for (const { key, digest = '' } of collection.objects) store.files.moveNow(store.disk.path(key), join(trash, digest));
    await putBack(store, stage, collection.objects);
    return collection;
  });
}

/** Works on a store while no run begins and nobody else does. */
export async function withUpkeep<T>(store: Store, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await store.openStage(`upkeep-${randomBytes(4).toString('hex')}`);
  try {
    if (!stage.leases.take(COLLECTING)) throw new StoreError(diagnose('store-busy', undefined, { folder: store.root }), 1);
    return await explained(() => work(stage));
  } finally {
    await stage.close();
  }
}

/** Marks records whose objects are gone or going. Those that no journal tells of go wholly. */
export async function strip(store: Store, stage: Stage, records: readonly ActionRecord[]): Promise<void> {
  const told = findUses(await listJournals(store));
  const collected = new Date().toISOString();
  await stage.replaceRecords(records.filter((record) => told.has(recordId(record))).map((record) => ({ ...record, collected })));
  for (const record of records) if (!told.has(recordId(record))) await store.disk.remove(recordKey(record.fingerprint, record.key));
}

/** What a run at work has staged since the objects were listed is the same content: its place in the store stays. */
async function putBack(store: Store, stage: Stage, objects: readonly ListedObject[]): Promise<void> {
  const staged = new Set<Digest>();
  for (const { folder } of await stagesAtWork(store.disk, store.files)) {
    if (folder !== stage.folder) for (const name of store.files.listNow(folder)) staged.add(name);
  }
  for (const { key, digest = '' } of objects) {
    if (!staged.has(digest) || store.files.factsNow(store.disk.path(key)) !== undefined) continue;
    store.files.moveNow(join(stage.folder, 'trash', digest), store.disk.path(key));
  }
}

function sizeOf(objects: readonly ListedObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
