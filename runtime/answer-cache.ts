import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { digestOf } from './store/digest.ts';

/** Answers by the digest of their question, kept in one file, which can be deleted at any time. */
export interface AnswerCache {
  /** The answer to a question; `undefined` if there is none that is whole. */
  readonly find: (key: string) => unknown;
  /** Keeps an answer. */
  readonly add: (key: string, value: unknown) => void;
  /** Writes what was added. A cache that cannot be written is slow, not wrong. */
  readonly save: () => void;
}

/** The digests of a question and of its answer's text stand before the answer. */
const HEX = 64;
const HEAD = HEX + 1 + HEX + 1;

/** How many answers may wait for `save`: whoever stops a long analysis loses no more. */
const WAITING = 500;

/** Characters of a cache from which on it is made smaller: only what this process has used stays. */
const LARGE = 64e6;

/**
 * Opens a cache. It is one file to which new lines are appended, for opening thousands of files takes longer than
 * planning thousands of steps. Several processes may append at once. Each line says by its digest whether it is whole;
 * a new line starts with its line end, so that one that was torn does no harm to the next.
 */
export function openAnswerCache(path: string, large = LARGE): AnswerCache {
  let read: Kept | undefined;
  const used = new Map<string, string>();
  let fresh: string[] = [];
  const save = (): void => {
    if (fresh.length === 0) return;
    const isLarge = (read ??= readKept(path)).text.length > large;
    if (isLarge) replace(path, [...used.values()]);
    else append(path, fresh);
    fresh = [];
  };
  return {
    find: (key) => {
      const { text, places } = (read ??= readKept(path));
      const place = places.get(key);
      if (place === undefined) return undefined;
      const line = text.slice(...place);
      const answer = line.slice(HEAD);
      if (digestOf(answer) !== line.slice(HEX + 1, HEAD - 1)) return undefined;
      used.set(key, line);
      return JSON.parse(answer) as unknown;
    },
    add: (key, value) => {
      const answer = JSON.stringify(value);
      const line = `${key} ${digestOf(answer)} ${answer}`;
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

function readKept(path: string): Kept {
  const places = new Map<string, readonly [number, number]>();
  const text = readText(path);
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    places.set(text.slice(start, start + HEX), [start, end]);
    start = end + 1;
  }
  return { text, places };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function append(path: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, lines.map((line) => `\n${line}`).join(''));
  } catch {
    // Said in the contract: it is asked again the next time.
  }
}

function replace(path: string, lines: readonly string[]): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, lines.join('\n'));
    renameSync(temporary, path);
  } catch {
    discard(temporary);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is not one.
  }
}
