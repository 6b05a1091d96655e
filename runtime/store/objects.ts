import { join } from 'node:path';
import type { Digest } from '../../compiler/plan/artifact.ts';
import { digestFile, digestOf } from './digest.ts';
import type { FileFacts, Files } from './files.ts';
import type { LocalDisk } from './local-disk.ts';
import { damaged, explained, type StoreError } from './store-error.ts';

/** Blobs by content. What comes out is what went in, or a `StoreError`. */
export interface Objects {
  readonly readBlob: (digest: Digest) => Promise<Uint8Array>;
  /** A path to read a blob from, after its content was compared with its digest, once in this process. */
  readonly verifiedPath: (digest: Digest) => Promise<string>;
}

/** Where blobs are read from, and what is done about damage. */
export interface ObjectsOptions {
  readonly disk: LocalDisk;
  readonly files: Files;
  /** Whether damaged files are moved aside, so that their content counts as not recorded and is made again. */
  readonly mend: boolean;
  /** The staging folder of a run under way, whose blobs may not be in the store yet. */
  readonly staging?: string;
  /** What was verified in this process already; it is added to. */
  readonly verified?: Verified;
}

/** Blobs whose content was compared with their digest, as the files were then. */
export type Verified = Map<Digest, FileFacts>;

/** The key under which the store keeps a blob. */
export function objectKey(digest: Digest): string {
  return `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
}

/** Opens the blobs of a store for reading. */
export function openObjects(options: ObjectsOptions): Objects {
  const { disk, files, staging, verified = new Map<Digest, FileFacts>() } = options;

  const staged = (digest: Digest): string | undefined => {
    if (staging === undefined) return undefined;
    const path = join(staging, digest);
    return files.factsNow(path) === undefined ? undefined : path;
  };
  const damage = (digest: Digest, problem: string): StoreError =>
    damaged(disk.path(objectKey(digest)), problem, moveAside(options, objectKey(digest)));

  return {
    verifiedPath: (digest) =>
      explained(async () => {
        // Staged blobs were hashed as they lie there, by a process of this run.
        const fresh = staged(digest);
        if (fresh !== undefined) return fresh;
        const path = disk.path(objectKey(digest));
        const facts = files.factsNow(path);
        if (facts === undefined) throw damage(digest, 'is missing');
        if (!sameFile(verified.get(digest), facts)) {
          if ((await digestFile(files, path)).digest !== digest) throw damage(digest, MISMATCH);
          verified.set(digest, facts);
        }
        return path;
      }),
    readBlob: (digest) =>
      explained(async () => {
        const fresh = staged(digest);
        if (fresh === undefined && (await disk.stat(objectKey(digest))) === undefined) {
          throw damage(digest, 'is missing');
        }
        const chunks: Uint8Array[] = [];
        for await (const chunk of fresh === undefined ? disk.read(objectKey(digest)) : files.chunks(fresh)) {
          chunks.push(Uint8Array.from(chunk));
        }
        const bytes = Buffer.concat(chunks);
        if (digestOf(bytes) !== digest) throw damage(digest, MISMATCH);
        return bytes;
      }),
  };
}

const MISMATCH = 'does not have the content that its name says';

/** Moves a damaged file to the store's folder `damaged/`; the new path, or `undefined` where nothing was moved. */
export function moveAside(options: Pick<ObjectsOptions, 'disk' | 'files' | 'mend'>, key: string): string | undefined {
  const { disk, files, mend } = options;
  if (!mend || files.factsNow(disk.path(key)) === undefined) return undefined;
  const aside = asideOf(disk, key);
  try {
    files.moveNow(disk.path(key), aside);
    return aside;
  } catch {
    // A store that cannot be written stays as it is; the damage is what its user has to hear of.
    return undefined;
  }
}

/** Where a damaged file of the store is moved. */
export function asideOf(disk: LocalDisk, key: string): string {
  return disk.path(`damaged/${key.replaceAll('/', '-')}`);
}

function sameFile(before: FileFacts | undefined, now: FileFacts): boolean {
  return before !== undefined && before.inode === now.inode && before.bytes === now.bytes && before.modified === now.modified;
}
