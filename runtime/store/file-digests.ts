import { join } from 'node:path';
import { canonicalJson } from '../../compiler/json.ts';
import type { BlobRef, Digest } from '../../compiler/plan/artifact.ts';
import { digestFile, digestOf } from './digest.ts';
import { nodeFiles, type FileFacts, type Files } from './files.ts';
import { explained } from './store-error.ts';

/** Digests of files outside the store, remembered between runs while a file looks the same. */
export interface FileDigests {
  /** The digest that is remembered of a file as it is now; `undefined` if it has to be read. */
  readonly lookup: (path: string) => BlobRef | undefined;
  /** The same, reading the file where need be. Fails with a `StoreError` if it cannot be read. */
  readonly digest: (path: string) => Promise<BlobRef>;
  /** Writes what was learnt to the cache. A cache that cannot be written is no failure: it is only slower. */
  readonly save: () => Promise<void>;
}

interface Remembered {
  readonly bytes: number;
  readonly inode: string;
  readonly modified: string;
  readonly changed: string;
  readonly digest: Digest;
}

interface CacheFile {
  readonly version: number;
  /** Over the canonical JSON of `files`: a flipped digit must not pass for a digest. */
  readonly checksum: Digest;
  readonly files: Readonly<Record<string, Remembered>>;
}

const CACHE_VERSION = 1;

/**
 * A file that changed less than two seconds before it was read may change again without its times telling: clocks of
 * file systems are that coarse. In nanoseconds.
 */
const TOO_YOUNG = 2_000_000_000n;

/** Opens the remembered digests in the project's cache folder. Paths are taken as given: give them absolute. */
export function openFileDigests(cache: string, files: Files = nodeFiles): FileDigests {
  const file = join(cache, 'files.json');
  const known = readCache(files, file);
  let changed = false;

  const lookup = (path: string): BlobRef | undefined => {
    const facts = factsOrNone(files, path);
    const entry = known.get(path);
    if (facts === undefined || entry === undefined || !looksSame(entry, facts)) return undefined;
    return { digest: entry.digest, bytes: entry.bytes };
  };
  return {
    lookup,
    digest: (path) =>
      explained(async () => {
        const remembered = lookup(path);
        if (remembered !== undefined) return remembered;
        const before = files.factsNow(path);
        const begun = BigInt(Date.now()) * 1_000_000n;
        const blob = await digestFile(files, path);
        const after = files.factsNow(path);
        if (before !== undefined && after !== undefined && isSettled(before, after, begun)) {
          known.set(path, { ...describe(after), digest: blob.digest });
          changed = true;
        }
        return blob;
      }),
    save: async () => {
      if (!changed) return;
      const entries = Object.fromEntries(known);
      const content: CacheFile = { version: CACHE_VERSION, checksum: checksumOf(entries), files: entries };
      try {
        await files.makeFolder(cache);
        const temporary = `${file}.${process.pid}`;
        await files.write(temporary, `${JSON.stringify(content)}\n`);
        await files.rename(temporary, file);
        changed = false;
      } catch {
        // Said in the contract: the next plan reads the files again.
      }
    },
  };
}

function factsOrNone(files: Files, path: string): FileFacts | undefined {
  try {
    return files.factsNow(path);
  } catch {
    return undefined;
  }
}

/**
 * Whether nothing happened to a file while it was read, nor shortly before. Any change sets the time of its change to
 * that of the clock; the time of modification is what its maker likes, also one ahead.
 */
function isSettled(before: FileFacts, after: FileFacts, begun: bigint): boolean {
  if (!looksSame({ ...describe(before), digest: '' }, after)) return false;
  return begun - after.changed >= TOO_YOUNG;
}

function describe(facts: FileFacts): Omit<Remembered, 'digest'> {
  return {
    bytes: facts.bytes,
    inode: String(facts.inode),
    modified: String(facts.modified),
    changed: String(facts.changed),
  };
}

function looksSame(entry: Remembered, facts: FileFacts): boolean {
  const now = describe(facts);
  return (
    entry.bytes === now.bytes &&
    entry.inode === now.inode &&
    entry.modified === now.modified &&
    entry.changed === now.changed
  );
}

/** What cannot be read is forgotten: the cache can be deleted at any time, and a damaged one is as good as none. */
function readCache(files: Files, file: string): Map<string, Remembered> {
  try {
    const content = JSON.parse(files.readNow(file)?.toString('utf8') ?? '{}') as Partial<CacheFile>;
    const entries = content.files ?? {};
    const whole = content.version === CACHE_VERSION && content.checksum === checksumOf(entries);
    return new Map(whole ? Object.entries(entries) : []);
  } catch {
    return new Map();
  }
}

function checksumOf(entries: CacheFile['files']): Digest {
  return digestOf(canonicalJson(entries));
}
