import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Digest } from '../../compiler/plan/artifact.ts';
import type { Entry } from './backend.ts';
import type { Files } from './files.ts';
import type { LocalDisk } from './local-disk.ts';
import { objectKey } from './objects.ts';
import { decodeRecord, encodeRecord, type ActionRecord } from './record.ts';
import { openLeases, OWNER_FILE, watchStages, type Leases } from './leases.ts';
import { ownerOf, ownerState, ownedName, thisOwner, type Owner } from './owner.ts';
import { openStaging, type Staging } from './staging.ts';
import { damaged, explained } from './store-error.ts';

/** The staging folder of one run, and the way from it into the store. */
export interface Stage extends Staging {
  /** Where a blob lies: here, or in the store. Paths into the stage stay valid until it is closed. */
  readonly path: (digest: Digest) => string;
  /**
   * Brings a step's blobs, its manifests and then its record into the store. All must be staged, or in the store. It
   * resolves when they are on the disk. Commits that arrive while another is under way go to the disk together.
   */
  readonly commit: (record: ActionRecord) => Promise<void>;
  /** Writes records in place of those of their keys. */
  readonly replaceRecords: (records: readonly ActionRecord[]) => Promise<void>;
  /** Writes a text in place of what the store has under a key. */
  readonly replaceText: (key: string, text: string) => Promise<void>;
  readonly leases: Leases;
  /** Waits for the commits under way, lets go of the leases, and removes the folder. */
  readonly close: () => Promise<void>;
}

/** Stages that cannot be told dead (of another machine) are removed when untouched for this long: a week, in ns. */
const FOREIGN_STAGE_LIFE = 7n * 24n * 3600n * 1_000_000_000n;

const STAGES = 'tmp';
const LEASES = 'leases';

/** How the files of staged records begin. */
const RECORD_PREFIX = 'record-';

/** How often a stage shows that it is at work, in milliseconds. */
const SIGN_OF_LIFE = 5_000;

/** The key under which the store keeps a record. */
export function recordKey(fingerprint: Digest, key: Digest): string {
  return `actions/${fingerprint.slice(0, 2)}/${fingerprint}/${key}.json`;
}

/** What a stage is made with. */
export interface StageOptions {
  readonly disk: LocalDisk;
  readonly files: Files;
  readonly run: string;
  /** This process, unless a test says otherwise. */
  readonly owner?: Owner;
}

/** Makes the staging folder of a run. */
export async function openStage({ disk, files, run, owner = thisOwner() }: StageOptions): Promise<Stage> {
  const name = ownedName(run, owner);
  const staging = openStaging(disk.path(`${STAGES}/${name}`), files);
  const ownerFile = join(staging.folder, OWNER_FILE);
  await explained(async () => {
    await files.makeFolder(staging.folder);
    await files.makeFolder(disk.path(LEASES));
    await files.write(ownerFile, name);
  });
  const leases = openLeases({ files, folder: disk.path(LEASES), stage: staging.folder, ownerFile });
  const sign = setInterval(() => showLife(files, ownerFile), SIGN_OF_LIFE).unref();

  const commits = groupCalls((records: readonly ActionRecord[]) =>
    explained(() => commitGroup({ disk, files, folder: staging.folder }, records)),
  );
  return {
    ...staging,
    leases,
    path: (digest) => {
      const path = join(staging.folder, digest);
      return files.factsNow(path) === undefined ? disk.path(objectKey(digest)) : path;
    },
    commit: commits.call,
    replaceRecords: (records) => explained(() => writeRecords({ disk, files, folder: staging.folder }, records)),
    replaceText: (key, text) =>
      explained(async () => {
        const from = join(staging.folder, 'text');
        await files.write(from, text);
        await disk.write([{ key, from }]);
        await files.remove(from);
      }),
    close: async () => {
      await commits.idle();
      clearInterval(sign);
      try {
        leases.releaseAll();
        await files.remove(staging.folder);
      } catch {
        // What cannot be removed now is a dead stage to the next run.
      }
    },
  };
}

/** A sign that fails is not missed: on this machine a stage is known by its process. */
function showLife(files: Files, ownerFile: string): void {
  try {
    files.touchNow(ownerFile);
  } catch {
    // A disk that fails is told of by what has to be written.
  }
}

/** Removes the stages and the leases that killed runs have left. What cannot be removed now is there for the next run. */
export async function removeDeadStages(disk: LocalDisk, files: Files): Promise<void> {
  for (const name of await disk.list(`${STAGES}/`)) {
    const owner = ownerOf(name);
    const state = owner === undefined ? 'unknown' : ownerState(owner);
    if (state === 'dead' || (state === 'unknown' && isForgotten(files, disk.path(`${STAGES}/${name}`)))) {
      await settleStage(disk, files, `${STAGES}/${name}`);
      // A worker that has yet to notice that its parent is gone may still be writing there.
      await disk.remove(`${STAGES}/${name}`).catch(() => undefined);
    }
  }
  const isAtWork = watchStages(files, disk.path(STAGES));
  for (const name of await disk.list(`${LEASES}/`)) {
    const holder = files.readNow(disk.path(`${LEASES}/${name}`))?.toString('utf8');
    if (holder !== undefined && !isAtWork(holder)) await disk.remove(`${LEASES}/${name}`).catch(() => undefined);
  }
}

/**
 * What a run was bringing into the store when it was killed may have its name there and not be on the disk yet; to
 * those who come after it looks like any other.
 */
async function settleStage(disk: LocalDisk, files: Files, stage: string): Promise<void> {
  const names = await disk.list(`${stage}/`);
  const blobs = names.filter((name) => /^[0-9a-f]{64}$/.test(name)).map(objectKey);
  const records = names.flatMap((name) => {
    const bytes = name.startsWith(RECORD_PREFIX) ? files.readNow(disk.path(`${stage}/${name}`)) : undefined;
    const record = bytes === undefined ? undefined : decodeRecord(bytes);
    return record === undefined ? [] : [recordKey(record.fingerprint, record.key)];
  });
  for (const keys of [blobs, records]) {
    const paths = keys.map(disk.path).filter((path) => files.factsNow(path) !== undefined);
    for (const path of paths) await files.sync(path);
    for (const folder of new Set(paths.map(dirname))) await disk.syncFolder(folder);
  }
}

/** The stages that are at work, as far as this machine can tell. */
export async function stagesAtWork(disk: LocalDisk, files: Files): Promise<readonly { readonly run: string; readonly folder: string }[]> {
  const isAtWork = watchStages(files, disk.path(STAGES));
  return (await disk.list(`${STAGES}/`))
    .filter(isAtWork)
    .map((name) => ({ run: ownerOf(name)?.what ?? name, folder: disk.path(`${STAGES}/${name}`) }));
}

function isForgotten(files: Files, path: string): boolean {
  const facts = files.factsNow(path);
  return facts !== undefined && BigInt(Date.now()) * 1_000_000n - facts.changed > FOREIGN_STAGE_LIFE;
}

interface CommitContext {
  readonly disk: LocalDisk;
  readonly files: Files;
  readonly folder: string;
}

/** Blobs first: a record never names what is not on the disk. */
async function commitGroup(context: CommitContext, records: readonly ActionRecord[]): Promise<void> {
  const { disk, files, folder } = context;
  const digests = new Set<Digest>();
  for (const record of records) {
    for (const blob of record.blobs) digests.add(blob.digest);
    for (const output of Object.values(record.outputs)) digests.add(output.digest);
  }
  const blobs: Entry[] = [];
  const there: string[] = [];
  for (const digest of digests) {
    const from = join(folder, digest);
    if (files.factsNow(from) !== undefined) blobs.push({ key: objectKey(digest), from });
    else if ((await disk.stat(objectKey(digest))) === undefined) {
      throw damaged(disk.path(objectKey(digest)), 'is missing', undefined);
    } else there.push(disk.path(objectKey(digest)));
  }
  await disk.write(blobs);
  // What another program has just put there may not be on the disk yet.
  await Promise.all(there.map((path) => files.sync(path)));
  await Promise.all([...new Set(there.map(dirname))].map(disk.syncFolder));
  await writeRecords(context, records);
}

async function writeRecords({ disk, files, folder }: CommitContext, records: readonly ActionRecord[]): Promise<void> {
  const entries = new Map<string, Entry>();
  for (const record of records) {
    const from = join(folder, `${RECORD_PREFIX}${record.key}`);
    // A record that was committed in this run is linked into the store: it is not written to again.
    await files.remove(from);
    await files.write(from, encodeRecord(record));
    await files.protect(from);
    const key = recordKey(record.fingerprint, record.key);
    entries.set(key, { key, from });
  }
  await disk.write([...entries.values()]);
}

/** Calls that arrive while one is under way become one call, made when it has ended. */
function groupCalls<T>(action: (group: readonly T[]) => Promise<void>): {
  readonly call: (item: T) => Promise<void>;
  readonly idle: () => Promise<void>;
} {
  let waiting: { readonly items: T[]; readonly done: Promise<void> } | undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    call: (item) => {
      if (waiting === undefined) {
        const items: T[] = [];
        const begun = last.then(() => {
          waiting = undefined;
          return action(items);
        });
        waiting = { items, done: begun };
        last = begun.catch(() => undefined);
      }
      waiting.items.push(item);
      return waiting.done;
    },
    idle: () => last,
  };
}

/** Puts a text under a key of a store that has no stage open yet. */
export async function writeText({ disk, files, owner = thisOwner() }: Omit<StageOptions, 'run'>, key: string, text: string): Promise<void> {
  const folder = disk.path(`${STAGES}/${ownedName(randomBytes(4).toString('hex'), owner)}`);
  const from = join(folder, 'text');
  await files.makeFolder(folder);
  await files.write(from, text);
  await disk.write([{ key, from }]);
  await files.remove(folder);
}
