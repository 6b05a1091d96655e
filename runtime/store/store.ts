import { dirname } from 'node:path';
import type { Digest } from '../../compiler/plan/artifact.ts';
import { diagnose } from '../../grammar/diagnostics/diagnostic.ts';
import { errorCode, nodeFiles, type FileFacts, type Files } from './files.ts';
import { openLocalDisk, type LocalDisk } from './local-disk.ts';
import { moveAside, objectKey, openObjects, type Objects } from './objects.ts';
import { decodeRecord, RECORD_VERSION, type ActionRecord } from './record.ts';
import type { Owner } from './owner.ts';
import { openStage, recordKey, removeDeadStages, writeText, type Stage } from './stage.ts';
import { damaged, explained, explainedNow, StoreError } from './store-error.ts';

/** Changes whenever an older program could misread a store. */
export const STORE_VERSION = 1;

/** The key of the store's version. */
export const VERSION_KEY = 'store.json';

/** The content-addressed store: blobs by digest, records by key, journals of runs. */
export interface Store extends Objects {
  readonly root: string;
  readonly disk: LocalDisk;
  readonly files: Files;
  /** The record of a key; `undefined` if there is none. Throws a `StoreError` for a damaged one. */
  readonly lookup: (fingerprint: Digest, key: Digest) => ActionRecord | undefined;
  /** Whether anything is recorded for a fingerprint, whatever its inputs were. */
  readonly hasFingerprint: (fingerprint: Digest) => boolean;
  /** Whether the blobs that a record names are there, in their length. Contents are compared when they are read. */
  readonly isWhole: (record: ActionRecord) => boolean;
  readonly openStage: (run: string) => Promise<Stage>;
}

/** How a store is opened. `files` stands in for the file system in tests. */
export interface StoreOptions {
  /**
   * `read` changes nothing, and takes a folder that does not exist for an empty store. `write` makes the folder,
   * removes what killed runs have left, and moves damaged files aside when it meets them.
   */
  readonly access: 'read' | 'write';
  readonly files?: Files;
  /** Who works in the store's stages; this process, unless a test says otherwise. */
  readonly owner?: Owner;
  /** Records that were read already, of this store; it is added to. */
  readonly records?: RecordMemory;
}

/** Records by their paths, as the files were when they were read: while a file is the same, it is not read again. */
export type RecordMemory = Map<string, { readonly facts: FileFacts; readonly record: ActionRecord }>;

/** Opens the store in a folder. Failures are `StoreError`s. */
export async function openStore(root: string, options: StoreOptions): Promise<Store> {
  const files = options.files ?? nodeFiles;
  const disk = openLocalDisk(root, files);
  const open: OpenStore = { disk, files, mend: options.access === 'write', records: options.records, ...(options.owner === undefined ? {} : { owner: options.owner }) };
  await explained(async () => {
    const isNew = !checkVersion(open, root);
    if (!open.mend) return;
    if (isNew) await makeStore(open, root);
    await removeDeadStages(disk, files);
  }, root);
  return {
    root,
    disk,
    files,
    ...openObjects(open),
    lookup: (fingerprint, key) => explainedNow(() => lookup(open, fingerprint, key)),
    hasFingerprint: (fingerprint) =>
      explainedNow(() => files.listNow(disk.path(`actions/${fingerprint.slice(0, 2)}/${fingerprint}`)).length > 0),
    isWhole: (record) =>
      explainedNow(() =>
        record.collected === undefined && record.blobs.every((blob) => files.factsNow(disk.path(objectKey(blob.digest)))?.bytes === blob.bytes),
      ),
    openStage: (run) => openStage({ ...open, run }),
  };
}

interface OpenStore {
  readonly disk: LocalDisk;
  readonly files: Files;
  readonly mend: boolean;
  readonly records: RecordMemory | undefined;
  readonly owner?: Owner;
}

/** Folders above the store's own whose names a new store brings to the disk: `.mlp`, and the project's. */
const FOLDERS_ABOVE = 2;

/** The version is written last: where it is, the way to the store is on the disk. */
async function makeStore(open: OpenStore, root: string): Promise<void> {
  await open.files.makeFolder(root);
  for (let at = root, above = 0; above <= FOLDERS_ABOVE; at = dirname(at), above += 1) {
    // A folder that may be passed through but not read is not ours to sync.
    await open.files.sync(at).catch((error: unknown) => {
      if (at === root || errorCode(error) !== 'EACCES') throw error;
    });
  }
  await writeText(open, VERSION_KEY, encodeVersion(STORE_VERSION));
}

function lookup(store: OpenStore, fingerprint: Digest, key: Digest): ActionRecord | undefined {
  const file = recordKey(fingerprint, key);
  const path = store.disk.path(file);
  // Looked at before it is read: should it be replaced in between, it is read again the next time.
  const facts = store.records === undefined ? undefined : store.files.factsNow(path);
  const known = store.records?.get(path);
  if (known !== undefined && isSameFile(known.facts, facts)) return known.record;
  const bytes = store.files.readNow(path);
  if (bytes === undefined) return undefined;
  const record = decodeRecord(bytes);
  if (record === undefined) throw damaged(path, 'does not have the content that was written', moveAside(store, file));
  // A record that was copied to another name says nothing of what it is then found under.
  if (record.key !== key || record.fingerprint !== fingerprint) {
    throw damaged(path, 'is the record of another step', moveAside(store, file));
  }
  if (record.version !== RECORD_VERSION) return undefined;
  if (facts !== undefined) store.records?.set(path, { facts, record });
  return record;
}

function isSameFile(before: FileFacts, now: FileFacts | undefined): boolean {
  return now !== undefined && before.inode === now.inode && before.bytes === now.bytes && before.modified === now.modified && before.changed === now.changed;
}

/** What a store's folder may hold beside its version. */
export const FOLDERS: ReadonlySet<string> = new Set(['objects', 'actions', 'runs', 'tmp', 'leases', 'damaged']);

/** Whether the store has its version written down; throws for versions and folders that are not ours to touch. */
function checkVersion(store: OpenStore, root: string): boolean {
  const { disk, files } = store;
  const path = disk.path(VERSION_KEY);
  const bytes = files.readNow(path);
  if (bytes === undefined) {
    if (files.listNow(root).some((name) => !FOLDERS.has(name))) {
      throw new StoreError(diagnose('store-foreign', undefined, { folder: root }), 1);
    }
    return false;
  }
  const version = parseVersion(bytes.toString('utf8'));
  if (version === undefined) throw damaged(path, 'does not tell the version of the store', moveAside(store, VERSION_KEY));
  if (version > STORE_VERSION) {
    throw new StoreError(diagnose('store-newer', undefined, { folder: root, version, known: STORE_VERSION }), 5);
  }
  return true;
}

function encodeVersion(version: number): string {
  return `${JSON.stringify({ version })}\n`;
}

function parseVersion(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
    const version = value.version;
    // As it was written, to the letter: another text is damage, whatever it means.
    return typeof version === 'number' && Number.isInteger(version) && version > 0 && (version > STORE_VERSION || text === encodeVersion(version)) ? version : undefined;
  } catch {
    return undefined;
  }
}
