import { dirname, join } from 'node:path';
import { errorCode, NO_LINKS, type Files } from './files.ts';
import { ownerOf, ownerState } from './owner.ts';
import { explainedNow } from './store-error.ts';

/**
 * What a run says it is making, so that no other program makes it too. A lease belongs to the run's stage, and is void
 * when its process is gone; so it is never waited for in vain. That two take one is possible where a file system has
 * no hard links, or when both find it void at the same moment: then both make the same bytes.
 */
export interface Leases {
  /** Takes a lease; `false` where another stage at work has it. */
  readonly take: (name: string) => boolean;
  readonly release: (name: string) => void;
  /** Whether another stage at work has it. */
  readonly isElsewhere: (name: string) => boolean;
  readonly releaseAll: () => void;
}

/** Where leases lie, and for whom they are taken. */
export interface LeaseOptions {
  readonly files: Files;
  /** The folder of the store's leases. */
  readonly folder: string;
  /** The stage's folder. */
  readonly stage: string;
  /** A file in the stage that holds the stage's name; it is touched while the stage is open. */
  readonly ownerFile: string;
}

/** Milliseconds without a sign of life after which a process of another machine is taken to be gone. */
const SILENCE = 30_000;

/** Opens the leases of a stage. */
export function openLeases({ files, folder, stage, ownerFile }: LeaseOptions): Leases {
  const held = new Set<string>();
  const isAtWork = watchStages(files, dirname(stage));
  const pathOf = (name: string): string => join(folder, name);
  const mine = stage.slice(dirname(stage).length + 1);
  const holder = (name: string): string | undefined => files.readNow(pathOf(name))?.toString('utf8');

  const take = (name: string): boolean => {
    for (;;) {
      try {
        files.linkNow(ownerFile, pathOf(name));
        held.add(name);
        return true;
      } catch (error) {
        if (NO_LINKS.has(errorCode(error) ?? '')) return true;
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const other = holder(name);
      if (other === mine) return true;
      if (other !== undefined && isAtWork(other)) return false;
      if (other !== undefined) voidLease(files, { path: pathOf(name), holder: other, aside: join(stage, 'void-lease') });
    }
  };
  const release = (name: string): void => {
    if (!held.delete(name)) return;
    try {
      files.removeNow(pathOf(name));
    } catch {
      // It is void when the stage is closed.
    }
  };
  return {
    take: (name) => explainedNow(() => take(name)),
    release,
    isElsewhere: (name) =>
      explainedNow(() => {
        const other = holder(name);
        return other !== undefined && other !== mine && isAtWork(other);
      }),
    releaseAll: () => [...held].forEach(release),
  };
}

/** Removes a lease whose holder is gone. One that another has taken meanwhile is put back. */
function voidLease(files: Files, { path, holder, aside }: { readonly path: string; readonly holder: string; readonly aside: string }): void {
  try {
    files.moveNow(path, aside);
    if (files.readNow(aside)?.toString('utf8') !== holder) files.linkNow(aside, path);
  } catch (error) {
    // Another was faster, in removing it or in taking it.
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    files.removeNow(aside);
  }
}

/**
 * Whether stages, by their names, are at work. Those of other machines are, as long as they show signs of life: times
 * are compared with nothing but each other, since clocks differ and may be set back.
 */
export function watchStages(files: Files, folder: string): (stage: string) => boolean {
  const seen = new Map<string, { readonly sign: bigint; readonly at: number }>();
  return (stage) => {
    const owner = ownerOf(stage);
    const sign = owner === undefined ? undefined : files.factsNow(join(folder, stage, OWNER_FILE))?.modified;
    if (owner === undefined || sign === undefined) return false;
    const state = ownerState(owner);
    if (state !== 'unknown') return state === 'alive';
    const before = seen.get(stage);
    if (before?.sign !== sign) seen.set(stage, { sign, at: performance.now() });
    return before?.sign !== sign || performance.now() - before.at < SILENCE;
  };
}

/** The lease under which results are collected: while it is held, a run that begins waits. */
export const COLLECTING = 'collecting';

/** The file in a stage's folder by which it shows that it is at work. */
export const OWNER_FILE = 'owner';
