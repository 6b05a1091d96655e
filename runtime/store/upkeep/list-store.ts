import type { Digest } from '../../../compiler/plan/artifact.ts';
import { decodePipeline, listRuns, readJournal, type JournalLines } from '../journal.ts';
import { decodeRecord, type ActionRecord } from '../record.ts';
import { recordKey } from '../stage.ts';
import type { Store } from '../store.ts';

/** A file where the store keeps objects. */
export interface ListedObject {
  /** The store's key for it, a relative path. */
  readonly key: string;
  /** Absent for a file that is no object by its name. */
  readonly digest?: Digest;
  readonly bytes: number;
}

/** A file where the store keeps records. */
export interface ListedRecord {
  readonly key: string;
  /** Absent for a file that is no record, or another one than its name says. */
  readonly record?: ActionRecord;
  readonly bytes: number;
}

/** The journal of a run. */
export interface ListedRun extends JournalLines {
  readonly key: string;
  readonly pipeline: string;
  readonly run: string;
  readonly bytes: number;
}

/** Every file below `objects/`, in the order of their names. */
export function listObjects(store: Store): ListedObject[] {
  return filesUnder(store, 'objects', 2).map(({ key, bytes }) => {
    const digest = /^objects\/([0-9a-f]{2})\/([0-9a-f]{62})$/.exec(key);
    return { key, bytes, ...(digest === null ? {} : { digest: `${digest[1] ?? ''}${digest[2] ?? ''}` }) };
  });
}

/** Every file below `actions/`, read. */
export function listRecords(store: Store): ListedRecord[] {
  return filesUnder(store, 'actions', 3).map(({ key, bytes }) => {
    const record = readRecord(store, key);
    return { key, bytes, ...(record === undefined ? {} : { record }) };
  });
}

/** The record under a store's key; `undefined` where there is none, or another one than its name says. */
export function readRecord({ files, disk }: Store, key: string): ActionRecord | undefined {
  const content = files.readNow(disk.path(key));
  const record = content === undefined ? undefined : decodeRecord(content);
  return record !== undefined && key === recordKey(record.fingerprint, record.key) ? record : undefined;
}

/** The journals of every pipeline, oldest first within each. */
export async function listJournals(store: Store): Promise<ListedRun[]> {
  const journals: ListedRun[] = [];
  for (const folder of store.files.listNow(store.disk.path('runs'))) {
    const pipeline = decodePipeline(folder);
    for (const run of await listRuns(store, pipeline)) {
      const key = `runs/${folder}/${run}.ndjson`;
      journals.push({ key, pipeline, run, bytes: store.files.factsNow(store.disk.path(key))?.bytes ?? 0, ...readJournal(store, pipeline, run) });
    }
  }
  return journals;
}

interface ListedFile {
  readonly key: string;
  readonly bytes: number;
}

/** The files below a folder, and those that are not as deep as they should be. */
function filesUnder({ disk, files }: Pick<Store, 'disk' | 'files'>, key: string, depth: number): ListedFile[] {
  return files.listNow(disk.path(key)).flatMap((name): ListedFile[] => {
    const inner = `${key}/${name}`;
    const facts = files.factsNow(disk.path(inner));
    if (facts === undefined) return [];
    return facts.isFolder && depth > 1 ? filesUnder({ disk, files }, inner, depth - 1) : [{ key: inner, bytes: facts.bytes }];
  });
}
