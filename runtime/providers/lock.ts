import { createHash } from 'node:crypto';
import { diagnose, type Checked, type Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { Span } from '../../grammar/span.ts';
import { BACKENDS, TENSORFLOWJS, type Backend } from './backends.ts';
import { isPlatform, PLATFORMS, type Platform } from './platform.ts';

/** One engine for one platform, pinned. */
export type LockEntry = WheelEntry | PackageEntry;

/** An engine pinned to the byte: a wheel of the Python Package Index. */
export interface WheelEntry {
  readonly engine: string;
  readonly platform: Platform;
  /** The Python that the wheel is made for, as in `3.11`; absent where it needs none. */
  readonly python?: string;
  readonly version: string;
  /** The name under which the index has it. */
  readonly distribution: string;
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** An engine that npm carries, in several packages that compute the same and not to the same bit: which of them it is. */
export interface PackageEntry {
  readonly engine: string;
  readonly platform: Platform;
  readonly version: string;
  readonly backend: Backend;
}

/** Whether an entry pins a wheel. */
export function isWheel(entry: LockEntry): entry is WheelEntry {
  return 'file' in entry;
}

/** The content of `mlp.lock`, sorted by engine, platform and Python. */
export type Lock = readonly LockEntry[];

/**
 * What each key's value looks like. They become arguments of pip and names of files, so none may be an option or
 * leave a folder.
 */
const KEYS = {
  version: { pattern: /^\d[\w.+]*$/, expected: 'a version such as 3.4.1' },
  backend: { pattern: new RegExp(`^(?:${BACKENDS.join('|')})$`), expected: `one of ${BACKENDS.join(', ')}` },
  distribution: { pattern: /^[a-z0-9][\w.-]*$/i, expected: 'the name of a package' },
  file: { pattern: /^\w[\w.+-]*\.whl$/, expected: 'the name of a .whl file' },
  size: { pattern: /^[1-9]\d{0,14}$/, expected: 'a number of bytes' },
  sha256: { pattern: /^[0-9a-f]{64}$/, expected: '64 lower-case hexadecimal digits' },
} as const;

const PYTHON = { pattern: /^3\.\d{1,2}$/, expected: 'a version of Python such as 3.11' };

type Key = keyof typeof KEYS;

/** The keys of an engine that npm carries; all the others have those of a wheel. */
const PACKAGE_KEYS: readonly Key[] = ['version', 'backend'];
const WHEEL_KEYS: readonly Key[] = ['version', 'distribution', 'file', 'size', 'sha256'];

const HEADER = `# Pins the engines that train models, for every platform. Keep it under version control.
# One entry a block, sorted: merging two versions of this file needs no thought.
`;

/** The lock as text: sorted blocks, one blank line between two. `parseLock` reads it back. */
export function printLock(lock: Lock): string {
  const blocks = [...lock].sort(compareEntries).map((entry) => {
    const values: Readonly<Partial<Record<Key, string | number>>> = entry;
    const lines = keysOf(entry.engine).map((key) => `${key} = ${values[key] ?? ''}\n`);
    return `\n[${titleOf(entry)}]\n${lines.join('')}`;
  });
  return HEADER + blocks.join('');
}

/**
 * Reads a lock. Each block is `[engine platform]`, with the version of Python after it where a wheel is made for one, and lines of `key = value`; blank lines and lines that begin with `#`
 * say nothing. Blocks with errors are left out of the value.
 */
export function parseLock(text: string, file = 'mlp.lock'): Checked<Lock> {
  const diagnostics: Diagnostic[] = [];
  const entries = new Map<string, LockEntry>();
  for (const block of readBlocks(text, file, diagnostics)) {
    const entry = checkBlock(block, diagnostics);
    if (entry === undefined) continue;
    if (entries.has(block.title)) diagnostics.push(diagnose('lock-duplicate', block.span, { entry: block.title }));
    else entries.set(block.title, entry);
  }
  return { value: [...entries.values()].sort(compareEntries), diagnostics };
}

/** The entry of an engine for a platform; of those for several versions of Python that for one of them, or the first. */
export function findLockEntry(lock: Lock, engine: string, platform: string, python?: string): LockEntry | undefined {
  return lock.find((entry) => entry.engine === engine && entry.platform === platform && (python === undefined || (isWheel(entry) && entry.python === python)));
}

/** The versions of Python that a lock has an engine for, on a platform, in their order; none for an engine that needs no Python. */
export function pythonVersions(lock: Lock, engine: string, platform: string): string[] {
  return lock.flatMap((entry) => (entry.engine === engine && entry.platform === platform && isWheel(entry) && entry.python !== undefined ? [entry.python] : [])).sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

/** What the wheels of an engine for a platform are, in one digest; `undefined` where it has none. */
export function lockDigest(lock: Lock, engine: string, platform: string): string | undefined {
  const digests = lock.flatMap((entry) => (entry.engine === engine && entry.platform === platform && isWheel(entry) ? [entry.sha256] : []));
  return digests.length < 2 ? digests[0] : createHash('sha256').update(digests.join()).digest('hex');
}

interface Block {
  readonly title: string;
  readonly span: Span;
  readonly values: Map<string, { readonly text: string; readonly span: Span }>;
}

function readBlocks(text: string, file: string, diagnostics: Diagnostic[]): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const span: Span = { file, start, end: start + line.length };
    start += raw.length + 1;
    if (line === '' || line.startsWith('#')) continue;
    const title = /^\[(\S+ \S+(?: \S+)?)\]$/.exec(line)?.[1];
    const [, key, value] = /^(\w+) *= *(.+)$/.exec(line) ?? [];
    const block = blocks.at(-1);
    if (title !== undefined) blocks.push({ title, span, values: new Map() });
    else if (/^(?:<{7}|={7}|>{7}|\|{7})/.test(line)) diagnostics.push(diagnose('lock-merge-conflict', span, {}));
    else if (key === undefined || value === undefined || block === undefined) {
      diagnostics.push(diagnose('lock-bad-line', span, { line }));
    } else if (!keysOf(engineOf(block)).includes(key as Key) || block.values.has(key)) {
      diagnostics.push(diagnose('lock-bad-key', span, { key, entry: block.title, known: keysOf(engineOf(block)) }));
    } else block.values.set(key, { text: value, span });
  }
  return blocks;
}

function keysOf(engine: string): readonly Key[] {
  return engine === TENSORFLOWJS ? PACKAGE_KEYS : WHEEL_KEYS;
}

function engineOf({ title }: Block): string {
  return title.split(' ')[0] ?? '';
}

function checkBlock({ title, span, values }: Block, diagnostics: Diagnostic[]): LockEntry | undefined {
  const before = diagnostics.length;
  const [engine = '', platform = '', python] = title.split(' ');
  if (!isPlatform(platform)) {
    diagnostics.push(diagnose('lock-bad-platform', span, { platform, known: PLATFORMS }));
    return undefined;
  }
  if (python !== undefined && !PYTHON.pattern.test(python)) diagnostics.push(diagnose('lock-bad-value', span, { key: 'python', value: python, expected: PYTHON.expected }));
  const take = (key: Key): string => {
    const found = values.get(key);
    if (found === undefined) diagnostics.push(diagnose('lock-missing-key', span, { key, entry: title }));
    else if (!KEYS[key].pattern.test(found.text)) {
      diagnostics.push(diagnose('lock-bad-value', found.span, { key, value: found.text, expected: KEYS[key].expected }));
    }
    return found?.text ?? '';
  };
  const given = Object.fromEntries(keysOf(engine).map((key) => [key, take(key)]));
  const size = 'size' in given ? { size: Number(given['size']) } : {};
  return diagnostics.length > before ? undefined : ({ engine, platform, ...(python === undefined ? {} : { python }), ...given, ...size } as LockEntry);
}

function compareEntries(a: LockEntry, b: LockEntry): number {
  const [left, right] = [titleOf(a), titleOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function titleOf(entry: LockEntry): string {
  return [entry.engine, entry.platform, ...(isWheel(entry) && entry.python !== undefined ? [entry.python] : [])].join(' ');
}
