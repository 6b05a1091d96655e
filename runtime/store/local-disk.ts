import { dirname, join } from 'node:path';
import type { Backend, Entry } from './backend.ts';
import { errorCode, NO_LINKS, type Files } from './files.ts';

/** A backend whose contents are files, so that engines and plans can read them where they lie. */
export interface LocalDisk extends Backend {
  readonly path: (key: string) => string;
  /** Brings a folder's list of names to the disk, and the folders on the way to it. */
  readonly syncFolder: (folder: string) => Promise<void>;
}

/** How many operations are under way at most, so that a large group does not run out of open files. */
const AT_ONCE = 16;

/**
 * Contents as files below a folder. A write is by the book: the content is on the disk before its name is, and the
 * name before `write` resolves. Contents come in as hard links, so that they are there at once and nothing is copied.
 */
export function openLocalDisk(root: string, files: Files): LocalDisk {
  const path = (key: string): string => join(root, ...key.split('/'));
  const syncFolders = folderSync(root, files);
  return {
    path,
    syncFolder: (folder) => syncFolders([folder]),
    stat: async (key) => {
      const facts = files.factsNow(path(key));
      return facts === undefined ? undefined : { bytes: facts.bytes };
    },
    read: (key) => files.chunks(path(key)),
    write: (entries) => writeEntries({ files, path, syncFolders }, entries),
    list: async (prefix) => files.listNow(path(prefix)),
    remove: (key) => files.remove(path(key)),
  };
}

interface Writing {
  readonly files: Files;
  readonly path: (key: string) => string;
  readonly syncFolders: SyncFolders;
}

async function writeEntries({ files, path, syncFolders }: Writing, entries: readonly Entry[]): Promise<void> {
  await forEach(entries, (entry) => files.sync(entry.from));
  const changed = new Set<string>();
  await forEach(entries, async (entry) => {
    const to = path(entry.key);
    const made = await files.makeFolder(dirname(to));
    changed.add(dirname(to));
    if (made !== undefined) for (const folder of foldersAbove(dirname(to), dirname(made))) changed.add(folder);
    await place(files, entry.from, to);
  });
  await syncFolders([...changed]);
}

type SyncFolders = (changed: readonly string[]) => Promise<void>;

/**
 * Brings folders' lists of names to the disk. Those above them may have been made by a process that was killed before
 * it synced them: each is synced once, even where nothing in it was changed by this process.
 */
function folderSync(root: string, files: Files): SyncFolders {
  const settled = new Set<string>();
  return async (changed) => {
    const above = changed.flatMap((folder) => foldersAbove(folder, root)).filter((folder) => !settled.has(folder));
    const folders = [...new Set([...changed, ...above])];
    await forEach(folders, (folder) => files.sync(folder));
    for (const folder of folders) settled.add(folder);
  };
}

/** The folders above one, up to another. */
function foldersAbove(folder: string, last: string): string[] {
  const found: string[] = [];
  for (let at = folder; at !== last && at !== dirname(at); at = dirname(at)) found.push(dirname(at));
  return found;
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
