import { appendFileSync, chmodSync, closeSync, fstatSync, fsync, linkSync, mkdirSync, openSync, read, readFileSync, readSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

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
 * middle of a plan. Of the others, the file system itself does at once what the system only notes; it waits aside for
 * what may take long: what has to reach the disk, copies, the rest of a large file, what is in a folder.
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
  /** Makes a folder and those above it, where they are not there. */
  readonly makeFolderNow: (path: string) => void;
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
  makeFolderNow: (path) => void makeFolder(path),
  touchNow: (path) => {
    const now = new Date();
    utimesSync(path, now, now);
  },
  chunks: readChunks,
  write: soon((path, bytes) => {
    try {
      writeFileSync(path, bytes);
    } catch (error) {
      throw named(error, path);
    }
  }),
  copy: (from, to) => copyFile(from, to),
  sync: syncPath,
  link: soon(linkSync),
  rename: soon(renameSync),
  remove,
  makeFolder: soon(makeFolder),
  // On Windows a read-only file can be neither synced nor removed.
  protect: soon((path) => {
    if (process.platform !== 'win32') chmodSync(path, 0o444);
  }),
};

/** An operation that is done at once, as one that fails by its promise. */
function soon<A extends readonly unknown[], T>(action: (...given: A) => T): (...given: A) => Promise<T> {
  return (...given) => new Promise((resolve) => resolve(action(...given)));
}

/** The code of a failed operation: `ENOSPC`; `undefined` for what is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What an action gives; `undefined` where the system refuses it, for what may be missing at any time. */
export function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
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
function makeFolder(path: string): string | undefined {
  // Most are there: looking is cheaper than an error.
  if (isFolder(path)) return undefined;
  try {
    mkdirSync(path);
    return path;
  } catch (error) {
    const code = errorCode(error);
    if (isFolder(path)) return undefined;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path) throw error;
    const first = makeFolder(parent);
    try {
      mkdirSync(path);
    } catch (again) {
      if (!isFolder(path)) throw again;
      return first;
    }
    return first ?? path;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Most that is removed is one file, or not there: Node's own recursion looks at everything first. */
async function remove(path: string): Promise<void> {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') await rm(path, { recursive: true, force: true });
  }
}

const readAside = promisify(read);
const syncAside = promisify(fsync);

/** The chunks share one buffer: each is valid until the next is asked for. Most files are one. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, fstatSync(handle).size + 1));
    let bytes = readSync(handle, buffer);
    while (bytes > 0) {
      yield buffer.subarray(0, bytes);
      // What was not filled is the end, which needs no waiting.
      bytes = bytes < buffer.length ? readSync(handle, buffer) : (await readAside(handle, buffer, 0, buffer.length, null)).bytesRead;
    }
  } catch (error) {
    throw named(error, path);
  } finally {
    closeSync(handle);
  }
}

async function syncPath(path: string): Promise<void> {
  const windows = process.platform === 'win32';
  if (windows && isFolder(path)) return;
  const handle = openSync(path, windows ? 'r+' : 'r');
  try {
    await syncAside(handle);
  } catch (error) {
    throw named(error, path);
  } finally {
    closeSync(handle);
  }
}
