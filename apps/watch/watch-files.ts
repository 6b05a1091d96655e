import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Looks at files again whenever the system says that something happened near them. */
export interface FileWatcher {
  /**
   * From now on these are watched: files, there or not, and which files folders hold. Files that are new to the watcher
   * and were changed after `since` (milliseconds since 1970) are told of at once.
   */
  readonly watch: (paths: ReadonlySet<string>, since: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What tells that something may have happened; what did, is looked up. For tests, and for systems that tell nothing. */
export interface Hints {
  /** Folders in which something may happen. */
  readonly near: (folders: ReadonlySet<string>) => void;
  readonly close: () => Promise<void>;
}

/** Opens a source of hints. */
export type OpenHints = (hint: () => void) => Promise<Hints>;

/** Milliseconds between a hint and the look: editors save in several steps, and two saves may be one. */
const QUIET = 15;

/**
 * Milliseconds after which what vanished or became empty is believed: editors that save by renaming or truncating have
 * their files so for a moment.
 */
const BELIEF = 80;

/** Milliseconds between looks that nothing hinted at: network file systems and some containers' mounts tell nothing. */
const ROUND = 1000;

/** Milliseconds by which a file system's clock may be behind the program's: it ticks more slowly. */
const TICK = 10;

/** Watches files; `onChange` gets the absolute paths that are not as they were. */
export async function watchFiles(onChange: (paths: readonly string[]) => void, openHints: OpenHints = chokidarHints): Promise<FileWatcher> {
  const known = new Map<string, string>();
  let closed = false;

  const differing = async (paths: Iterable<string>): Promise<(readonly [path: string, now: string])[]> => {
    const looks = await Promise.all([...paths].map(async (path) => [path, await signatureOf(path)] as const));
    return looks.filter(([path, now]) => known.has(path) && known.get(path) !== now);
  };
  const look = async (): Promise<void> => {
    let changed = await differing(known.keys());
    if (changed.some(([, now]) => isPassing(now))) {
      await pause(BELIEF);
      changed = await differing(changed.map(([path]) => path));
    }
    if (changed.length === 0 || closed) return;
    // What comes and goes needs another hint; what is only written again does not.
    const isMoved = changed.some(([path, now]) => now === GONE || known.get(path) === GONE);
    for (const [path, now] of changed) known.set(path, now);
    if (isMoved) hints.near(foldersOf(known.keys()));
    onChange(changed.map(([path]) => path));
  };
  const looking = soonAndOneAtATime(look);
  const hints = await openHints(looking.ask);
  const round = setInterval(looking.ask, ROUND);
  return {
    watch: async (paths, since) => {
      for (const path of [...known.keys()]) if (!paths.has(path)) known.delete(path);
      const late: string[] = [];
      const added = [...paths].filter((path) => !known.has(path));
      for (const path of added) {
        known.set(path, await signatureOf(path));
        if (await isYounger(path, since)) late.push(path);
      }
      if (added.length > 0) hints.near(foldersOf(known.keys()));
      if (late.length > 0) onChange(late);
    },
    close: async () => {
      closed = true;
      clearInterval(round);
      await looking.end();
      await hints.close();
    },
  };
}

/** Does something a moment after it is asked for, one at a time; asked for while it is done, it is done once more. */
function soonAndOneAtATime(action: () => Promise<void>): { readonly ask: () => void; readonly end: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let underway: Promise<void> | undefined;
  let again = false;
  let ended = false;
  const ask = (): void => {
    if (ended) return;
    if (underway !== undefined) {
      again = true;
      return;
    }
    timer ??= setTimeout(() => {
      timer = undefined;
      underway = action().finally(() => {
        underway = undefined;
        if (again) ask();
        again = false;
      });
    }, QUIET);
  };
  const end = async (): Promise<void> => {
    ended = true;
    clearTimeout(timer);
    await underway;
  };
  return { ask, end };
}

const GONE = 'gone';
const EMPTY = /^0 /;

/** How a file looks, or what a folder holds: another look is another content, as far as can be told. */
async function signatureOf(path: string): Promise<string> {
  try {
    const facts = await stat(path, { bigint: true });
    if (!facts.isDirectory()) return `${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
    const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
    return names.sort().join('\n');
  } catch {
    return GONE;
  }
}

function isPassing(signature: string): boolean {
  return signature === GONE || EMPTY.test(signature);
}

/** Whether a file, or one that a folder holds, has changed since: written, or put there by renaming. */
async function isYounger(path: string, since: number): Promise<boolean> {
  try {
    const facts = await stat(path);
    if (facts.isFile()) return Math.max(facts.mtimeMs, facts.ctimeMs) >= since - TICK;
    const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
    const looks = await Promise.all(names.map(async (name) => stat(join(path, name))));
    return looks.some((look) => look.isFile() && look.ctimeMs >= since - TICK);
  } catch {
    return false;
  }
}

function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  return new Set([...paths].flatMap((path) => [dirname(path), path]));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Hints by the system: every event of the folders that are looked at, as it comes. */
async function chokidarHints(hint: () => void): Promise<Hints> {
  const { watch } = await import('chokidar');
  let near: ReadonlySet<string> = new Set();
  const watcher = watch([], { ignoreInitial: true, depth: 0, atomic: false, ignored: (path, facts) => facts?.isFile() === true && !near.has(path) });
  // Not only what the watcher makes of them: it leaves out events that come close together.
  watcher.on('raw', hint);
  watcher.on('all', hint);
  watcher.on('error', () => undefined);
  return {
    near: (folders) => {
      near = folders;
      watcher.add([...folders]);
    },
    close: () => watcher.close(),
  };
}
