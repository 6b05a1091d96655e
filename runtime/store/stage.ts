import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Digest } from '../../compiler/plan/artifact.ts';
import type { Entry } from './backend.ts';
import type { Files } from './files.ts';
import type { LocalDisk } from './local-disk.ts';
import { objectKey } from './objects.ts';
import { encodeRecord, type ActionRecord } from './record.ts';
import { ownerOf, ownerState, stageName, thisOwner } from './stage-owner.ts';
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
  /** Waits for the commits under way and removes the folder. */
  readonly close: () => Promise<void>;
}

/** Stages that cannot be told dead (of another machine) are removed when untouched for this long: a week, in ns. */
const FOREIGN_STAGE_LIFE = 7n * 24n * 3600n * 1_000_000_000n;

const STAGES = 'tmp';

/** The key under which the store keeps a record. */
export function recordKey(fingerprint: Digest, key: Digest): string {
  return `actions/${fingerprint.slice(0, 2)}/${fingerprint}/${key}.json`;
}

/** Makes the staging folder of a run. */
export async function openStage(disk: LocalDisk, files: Files, run: string): Promise<Stage> {
  const staging = openStaging(disk.path(`${STAGES}/${stageName(run, thisOwner())}`), files);
  await explained(() => files.makeFolder(staging.folder));

  const commits = groupCalls((records: readonly ActionRecord[]) =>
    explained(() => commitGroup({ disk, files, folder: staging.folder }, records)),
  );
  return {
    ...staging,
    path: (digest) => {
      const path = join(staging.folder, digest);
      return files.factsNow(path) === undefined ? disk.path(objectKey(digest)) : path;
    },
    commit: commits.call,
    close: async () => {
      await commits.idle();
      // What cannot be removed now is a dead stage to the next run.
      await files.remove(staging.folder).catch(() => undefined);
    },
  };
}

/** Removes the stages that killed runs have left. */
export async function removeDeadStages(disk: LocalDisk, files: Files): Promise<void> {
  for (const name of await disk.list(`${STAGES}/`)) {
    const owner = ownerOf(name);
    const state = owner === undefined ? 'unknown' : ownerState(owner);
    if (state === 'dead' || (state === 'unknown' && isForgotten(files, disk.path(`${STAGES}/${name}`)))) {
      await disk.remove(`${STAGES}/${name}`);
    }
  }
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
  for (const digest of digests) {
    const from = join(folder, digest);
    if (files.factsNow(from) !== undefined) blobs.push({ key: objectKey(digest), from });
    else if ((await disk.stat(objectKey(digest))) === undefined) {
      throw damaged(disk.path(objectKey(digest)), 'is missing', undefined);
    }
  }
  await disk.write(blobs);
  const entries = new Map<string, Entry>();
  for (const record of records) {
    const from = join(folder, `record-${record.key}`);
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
export async function writeText(disk: LocalDisk, files: Files, key: string, text: string): Promise<void> {
  const from = disk.path(`${STAGES}/${stageName(randomBytes(4).toString('hex'), thisOwner())}`);
  await files.makeFolder(dirname(from));
  await files.write(from, text);
  await disk.write([{ key, from }]);
  await files.remove(from);
}
