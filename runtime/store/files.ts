import { appendFileSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the file system says of a file; times in nanoseconds. */
export interface FileFacts {
  readonly bytes: number;
  readonly inode: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
  readonly isFolder: boolean;
}

/**
 * Every operation on files that the store makes, and no other: what a fault can strike is in one place. They fail with
 * the errors of Node, which carry `code` and `path`. Those named `…Now` are synchronous, for reading records in the
 * middle of a plan.
 */
export interface Files {
  /** `undefined` where nothing is. */
  readonly factsNow: (path: string) => FileFacts | undefined;
  /** `undefined` where nothing is. */
  readonly readNow: (path: string) => Buffer | undefined;
  /** Names in a folder, sorted; none where no folder is. */
  readonly listNow: (folder: string) => readonly string[];
  readonly appendNow: (path: string, text: string) => void;
  /** Moves a file into a folder that is made if need be, in place of one of that name. */
  readonly moveNow: (from: string, to: string) => void;
  readonly linkNow: (from: string, to: string) => void;
  /** Removes a file; nothing there is no error. */
  readonly removeNow: (path: string) => void;
  /** Sets a file's time of modification to now. */
  readonly touchNow: (path: string) => void;
  readonly chunks: (path: string) => AsyncIterable<Uint8Array>;
  readonly write: (path: string, bytes: Uint8Array | string) => Promise<void>;
  readonly copy: (from: string, to: string) => Promise<void>;
  /** Waits until a file's content, or a folder's list of names, is on the disk. */
  readonly sync: (path: string) => Promise<void>;
  readonly link: (from: string, to: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a file, or a folder with all that is in it; nothing there is no error. */
  readonly remove: (path: string) => Promise<void>;
  /** Makes a folder and those above it; the first that had to be made, or `undefined`. */
  readonly makeFolder: (path: string) => Promise<string | undefined>;
  /** Makes a file read-only. */
  readonly protect: (path: string) => Promise<void>;
}

/** 1 MiB: large enough that hashing, not calls to the system, takes the time. */
const CHUNK_BYTES = 2 ** 20;

/** The file system itself. */
export const nodeFiles: Files = {
  factsNow: (path) => {
    const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (facts === undefined) return undefined;
    return { bytes: Number(facts.size), inode: facts.ino, modified: facts.mtimeNs, changed: facts.ctimeNs, isFolder: facts.isDirectory() };
  },
  readNow: (path) => absentAs(undefined, () => readFileSync(path)),
  listNow: (folder) => absentAs([], () => readdirSync(folder).sort()),
  appendNow: (path, text) => {
    try {
      appendFileSync(path, text);
    } catch (error) {
      throw named(error, path);
    }
  },
  moveNow: (from, to) => {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  },
  linkNow: linkSync,
  removeNow: (path) => rmSync(path, { force: true }),
  touchNow: (path) => {
    const now = new Date();
    utimesSync(path, now, now);
  },
  chunks: readChunks,
  write: async (path, bytes) => {
    try {
      await writeFile(path, bytes);
    } catch (error) {
      throw named(error, path);
    }
  },
  copy: (from, to) => copyFile(from, to),
  sync: syncPath,
  link: (from, to) => link(from, to),
  rename: (from, to) => rename(from, to),
  remove,
  makeFolder,
  // On Windows a read-only file can be neither synced nor removed.
  protect: (path) => (process.platform === 'win32' ? Promise.resolve() : chmod(path, 0o444)),
};

/** The code of a failed operation: `ENOSPC`; `undefined` for what is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a file system says that has no hard links, or no more of them for this file. */
export const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL']);

/** Errors of an open file do not say which file it was. */
function named(error: unknown, path: string): unknown {
  return error instanceof Error ? Object.assign(error, { path }) : error;
}

function absentAs<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return fallback;
    throw error;
  }
}

/** Level by level: where nothing can be made, as below `/proc`, Node's own recursion tries again for ever. */
async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    const code = errorCode(error);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    const first = await makeFolder(parent);
    const made = await mkdir(path).then(() => true, (again: unknown) => {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw again;
      return false;
    });
    return first ?? (made ? path : undefined);
  }
}

/** Most that is removed is one file, or not there: Node's own recursion looks at everything first. */
async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') await rm(path, { recursive: true, force: true });
  }
}

/** The chunks share one buffer: each is valid until the next is asked for. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw named(error, path);
  } finally {
    await handle.close();
  }
}

async function syncPath(path: string): Promise<void> {
  const windows = process.platform === 'win32';
  if (windows && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) return;
  const handle = await open(path, windows ? 'r+' : 'r');
  try {
    await handle.sync();
  } catch (error) {
    throw named(error, path);
  } finally {
    await handle.close();
  }
}
