import { nodeFiles, type Files } from '../../runtime/store/files.ts';

/** One operation, before it is done. `at` counts those of a run from 0. */
export interface Operation {
  readonly at: number;
  readonly verb: keyof Files;
  readonly path: string;
  readonly to?: string;
}

/** What strikes an operation: the process dies before it, or half-way through a write; or the system refuses it. */
export type Fault = 'kill' | 'tear' | 'ENOSPC' | 'EIO';

/** What a dead program's operations throw: nothing that it could take for an answer of the system. */
export class Killed extends Error {}

/** Operations that take room on the disk. */
export const TAKES_ROOM: ReadonlySet<keyof Files> = new Set(['appendNow', 'moveNow', 'linkNow', 'write', 'copy', 'sync', 'link', 'rename', 'makeFolder', 'makeFolderNow']);

const TWO_PATHS: ReadonlySet<keyof Files> = new Set(['link', 'linkNow', 'rename', 'copy', 'moveNow']);

type AnyOperation = (path: string, second?: unknown) => unknown;

/** The operations of some files, each passed through a function that may fail, or do it in another way. */
export function wrapFiles(inner: Files, around: (operation: Omit<Operation, 'at'>, run: () => unknown) => unknown): Files {
  return Object.fromEntries(
    Object.entries(inner).map(([verb, original]) => [
      verb,
      (path: string, second?: unknown) => {
        const operation = { verb: verb as keyof Files, path, ...(TWO_PATHS.has(verb as keyof Files) ? { to: second as string } : {}) };
        return around(operation, () => (original as AnyOperation)(path, second));
      },
    ]),
  ) as unknown as Files;
}

/** Whether an operation answers at once: the others return promises. */
function isNow(verb: keyof Files): boolean {
  return verb.endsWith('Now') || verb === 'chunks';
}

export interface FaultyFiles {
  readonly files: Files;
  /** The operations that were asked for, up to the death. */
  readonly operations: readonly Operation[];
}

/**
 * Files on which one operation is struck. After a death every later one fails and does nothing; a full disk stays full;
 * a read or a write that failed once may succeed again.
 */
export function faultyFiles(fault: Fault | undefined, strikeAt: number, inner: Files = nodeFiles): FaultyFiles {
  const operations: Operation[] = [];
  let dead = false;
  const failWith = (verb: keyof Files, error: Error): Promise<never> => {
    if (isNow(verb)) throw error;
    return Promise.reject(error);
  };
  const files = wrapFiles(inner, (asked, run) => {
    const { verb, path } = asked;
    if (dead) return failWith(verb, new Killed());
    const operation = { at: operations.length, ...asked };
    operations.push(operation);
    const { at } = operation;
    if (at < strikeAt || fault === undefined) return run();
    if (fault === 'ENOSPC' ? TAKES_ROOM.has(verb) : fault === 'EIO' && at === strikeAt) {
      return failWith(verb, Object.assign(new Error(`${fault}: it failed, ${verb}`), { code: fault, path }));
    }
    if (fault !== 'kill' && fault !== 'tear') return run();
    dead = true;
    return failWith(verb, new Killed());
  });
  if (fault !== 'tear') return { files, operations };
  // A write that is struck leaves its first half.
  const torn: Files = {
    ...files,
    write: async (path, bytes) => {
      const content = Buffer.from(bytes);
      if (!dead && operations.length >= strikeAt) await inner.write(path, content.subarray(0, content.length >> 1));
      return files.write(path, bytes);
    },
    appendNow: (path, text) => {
      if (!dead && operations.length >= strikeAt) inner.appendNow(path, text.slice(0, text.length >> 1));
      files.appendNow(path, text);
    },
  };
  return { files: torn, operations };
}
