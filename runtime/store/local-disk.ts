import { dirname, join } from 'node:path';
import type { Backend, Entry } from './backend.ts';
import { errorCode, type Files } from './files.ts';

/** A backend whose contents are files, so that engines and plans can read them where they lie. */
export interface LocalDisk extends Backend {
  readonly path: (key: string) => string;
}

/** How many operations are under way at most, so that a large group does not run out of open files. */
const AT_ONCE = 16;

/** What a file system says that has no hard links, or no more of them for this file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EINVAL']);

/**
 * Contents as files below a folder. A write is by the book: the content is on the disk before its name is, and the
 * name before `write` resolves. Contents come in as hard links, so that they are there at once and nothing is copied.
 */
export function openLocalDisk(root: string, files: Files): LocalDisk {
  const path = (key: string): string => join(root, ...key.split('/'));
  return {
    path,
    stat: async (key) => {
      const facts = files.factsNow(path(key));
      return facts === undefined ? undefined : { bytes: facts.bytes };
    },
    read: (key) => files.chunks(path(key)),
    write: (entries) => writeEntries(files, entries, path),
    list: async (prefix) => files.listNow(path(prefix)),
    remove: (key) => files.remove(path(key)),
  };
}

async function writeEntries(files: Files, entries: readonly Entry[], pathOf: (key: string) => string): Promise<void> {
  await forEach(entries, (entry) => files.sync(entry.from));
  const changedFolders = new Set<string>();
  await forEach(entries, async (entry) => {
    const to = pathOf(entry.key);
    for (const folder of await makeFolder(files, dirname(to))) changedFolders.add(folder);
    await place(files, entry.from, to);
  });
  await forEach([...changedFolders], (folder) => files.sync(folder));
}

/** Makes a folder; it and, up to the first that was there before, the folders whose lists of names changed by it. */
async function makeFolder(files: Files, folder: string): Promise<string[]> {
  const first = await files.makeFolder(folder);
  const changed = [folder];
  if (first === undefined) return changed;
  for (let at = folder; at !== dirname(first) && at !== dirname(at); at = dirname(at)) changed.push(dirname(at));
  return changed;
}

/**
 * Puts a file under a name. What is there already is replaced: it may be damaged, and this content is known to be
 * whole.
 */
async function place(files: Files, from: string, to: string): Promise<void> {
  try {
    await files.link(from, to);
    return;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') {
      // A rename onto another link of the same file would do nothing and leave its source behind.
      if (files.factsNow(from)?.inode === files.factsNow(to)?.inode) return;
    } else if (!NO_LINKS.has(code ?? '')) throw error;
  }
  const twin = `${from}.twin`;
  await files.remove(twin);
  try {
    await files.link(from, twin);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
    await files.copy(from, twin);
    await files.sync(twin);
  }
  await files.rename(twin, to);
}

async function forEach<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await action(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, lane));
}
