import { dirname } from 'node:path';
import { digestOf } from './store/digest.ts';
import { errorCode, nodeFiles, unlessRefused, type Files } from './store/files.ts';

/** Answers by the digest of their question, kept in one file, which can be deleted at any time. */
export interface AnswerCache {
  /** The answer to a question; `undefined` if there is none that is whole. */
  readonly find: (key: string) => unknown;
  /** Keeps an answer. */
  readonly add: (key: string, value: unknown) => void;
  /** Writes what was added. A cache that cannot be written is slow, not wrong. */
  readonly save: () => void;
}

/** The digest of a question, and one of both it and its answer's text, stand before the answer. */
const HEX = 64;
const HEAD = HEX + 1 + HEX + 1;

/** How many answers may wait for `save`: whoever stops a long analysis loses no more. */
const WAITING = 500;

/** Characters of a cache from which on it is made smaller: only what this process has used stays. */
const LARGE = 64e6;

/** What may be other than usual. */
export interface CacheOptions {
  /** Characters from which on a cache is made smaller. */
  readonly large?: number;
  readonly files?: Files;
}

/**
 * Opens a cache. It is one file to which new lines are appended, for opening thousands of files takes longer than
 * planning thousands of steps. Several processes may append at once. Each line says by its digest whether it is whole;
 * a new line starts with its line end, so that one that was torn does no harm to the next.
 */
export function openAnswerCache(path: string, { large = LARGE, files = nodeFiles }: CacheOptions = {}): AnswerCache {
  let read: Kept | undefined;
  const used = new Map<string, string>();
  let fresh: string[] = [];
  const save = (): void => {
    if (fresh.length === 0) return;
    const isLarge = (read ??= readKept(path, files)).text.length > large;
    // It is asked again the next time.
    unlessRefused(() => (isLarge ? replace(path, [...used.values()], files) : append(path, fresh, files)));
    fresh = [];
  };
  return {
    find: (key) => {
      const { text, places } = (read ??= readKept(path, files));
      const place = places.get(key);
      if (place === undefined) return undefined;
      const line = text.slice(...place);
      const answer = line.slice(HEAD);
      if (sealOf(key, answer) !== line.slice(HEX + 1, HEAD - 1)) return undefined;
      used.set(key, line);
      return JSON.parse(answer) as unknown;
    },
    add: (key, value) => {
      const answer = JSON.stringify(value);
      const line = `${key} ${sealOf(key, answer)} ${answer}`;
      used.set(key, line);
      if (fresh.push(line) >= WAITING) save();
    },
    save,
  };
}

/** The text of a cache when it was opened, and from where to where each answer's line is. Of several, the last counts. */
interface Kept {
  readonly text: string;
  readonly places: ReadonlyMap<string, readonly [number, number]>;
}

function readKept(path: string, files: Files): Kept {
  const places = new Map<string, readonly [number, number]>();
  const text = unlessRefused(() => files.readNow(path)?.toString('utf8')) ?? '';
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    places.set(text.slice(start, start + HEX), [start, end]);
    start = end + 1;
  }
  return { text, places };
}

function sealOf(key: string, answer: string): string {
  return digestOf(`${key} ${answer}`);
}

function append(path: string, lines: readonly string[], files: Files): void {
  files.makeFolderNow(dirname(path));
  files.appendNow(path, lines.map((line) => `\n${line}`).join(''));
}

function replace(path: string, lines: readonly string[], files: Files): void {
  const temporary = `${path}.${process.pid}`;
  try {
    files.removeNow(temporary);
    files.appendNow(temporary, lines.join('\n'));
    files.moveNow(temporary, path);
  } catch (error) {
    if (errorCode(error) !== undefined) unlessRefused(() => files.removeNow(temporary));
    throw error;
  }
}
