import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { wrapFiles } from './faulty-files.ts';

/** A file or a folder as the disk will have it. */
interface Node {
  /** What a loss of power leaves for certain: of a file its bytes, of a folder its names. */
  bytes: Buffer;
  readonly names: Map<string, Node> | undefined;
}

/** A change of names that happens as a whole or not at all: a link, a rename, a removal. */
interface Change {
  readonly entries: readonly { readonly folder: Node; readonly name: string; readonly node: Node | undefined }[];
  settled: boolean;
}

/** What was done to the disk, in order. What a sync covers is what was done before it began. */
type Event =
  | { readonly type: 'write'; readonly node: Node; readonly bytes: Buffer }
  | { readonly type: 'change'; readonly change: Change }
  | { readonly type: 'synced'; readonly node: Node; readonly since: number };

/** What becomes of bytes that no sync covers, and of names: `some` are decided by chance. */
export interface Loss {
  readonly bytes: 'kept' | 'lost' | 'half' | 'zeros' | 'some';
  readonly names: 'kept' | 'lost' | 'some';
}

/** Which syncs the disk honours: a disk that does not is the control that the tests can see the difference. */
export type Honesty = 'all' | 'files' | 'folders';

export interface RecordedDisk {
  readonly files: Files;
  /** How many things were done so far. */
  readonly length: () => number;
  /** Makes the folder as it may be found when the power fails after so many of them. */
  readonly loseAfter: (count: number, loss: Loss, chance: () => number, to: string) => void;
}

/**
 * The file system below a folder, and a model of what of it is on the disk: a sync of a file covers its bytes, a sync of
 * a folder the names in it, and nothing else lasts for certain. (As in "All file systems are not created equal", OSDI
 * 2014: un-synced operations may be missing, and those of different folders in any order.)
 */
export function recordDisk(root: string, honesty: Honesty = 'all'): RecordedDisk {
  const top: Node = newFolder();
  /** What the program sees. */
  const live = new Map<string, Node>([[root, top]]);
  const events: Event[] = [];
  const contents = new Map<Node, Buffer>();

  const change = (...entries: readonly { readonly path: string; readonly node: Node | undefined }[]): void => {
    for (const { path, node } of entries) {
      if (node === undefined) live.delete(path);
      else live.set(path, node);
    }
    events.push({ type: 'change', change: { settled: false, entries: entries.map(({ path, node }) => ({ folder: nodeAt(dirname(path)), name: nameIn(path), node })) } });
  };
  const write = (node: Node, bytes: Buffer): void => {
    contents.set(node, bytes);
    events.push({ type: 'write', node, bytes });
  };
  /** The node at a path; what an engine made without telling is noticed here. */
  const nodeAt = (path: string): Node => {
    const known = live.get(path);
    if (known !== undefined) {
      if (known.names === undefined && !contents.get(known)!.equals(readFileSync(path))) write(known, readFileSync(path));
      return known;
    }
    const node = statSync(path).isDirectory() ? newFolder() : newFile();
    change({ path, node });
    if (node.names === undefined) write(node, readFileSync(path));
    return node;
  };
  const forget = (path: string): void => {
    const gone = [...live.keys()].filter((known) => known === path || known.startsWith(path + sep));
    // What is in a folder goes before it.
    for (const known of gone.sort((a, b) => b.length - a.length)) change({ path: known, node: undefined });
  };

  const files = wrapFiles(nodeFiles, ({ verb, path, to }, run) => {
    if (relative(root, path).startsWith('..')) return run();
    const [since, node] = verb === 'sync' ? [events.length, nodeAt(path)] : [0, undefined];
    const from = verb === 'link' || verb === 'linkNow' || verb === 'rename' || verb === 'moveNow' ? nodeAt(path) : undefined;
    const after = (): void => {
      switch (verb) {
        case 'write':
        case 'appendNow':
          nodeAt(path);
          return;
        case 'copy':
          nodeAt(to!);
          return;
        case 'makeFolder':
          for (const made of foldersTo(root, path)) nodeAt(made);
          return;
        case 'link':
        case 'linkNow':
          change({ path: to!, node: from });
          return;
        case 'moveNow':
        case 'rename':
          for (const made of foldersTo(root, dirname(to!))) nodeAt(made);
          change({ path, node: undefined }, { path: to!, node: from });
          return;
        case 'remove':
        case 'removeNow':
          forget(path);
          return;
        case 'sync':
          if (honesty === 'all' || (honesty === 'files') === (node!.names === undefined)) events.push({ type: 'synced', node: node!, since });
          return;
        default:
      }
    };
    const answer = run();
    if (!(answer instanceof Promise)) {
      after();
      return answer;
    }
    return answer.then((value: unknown) => {
      after();
      return value;
    });
  });
  return { files, length: () => events.length, loseAfter: (count, loss, chance, to) => materialise(replay(top, events.slice(0, count), loss, chance), top, to) };
}

function newFolder(): Node {
  return { bytes: Buffer.alloc(0), names: new Map() };
}

function newFile(): Node {
  return { bytes: Buffer.alloc(0), names: undefined };
}

function nameIn(path: string): string {
  return path.slice(dirname(path).length + 1);
}

/** The folders from below the root down to a path, itself included. */
function foldersTo(root: string, path: string): string[] {
  const parts = relative(root, path).split(sep);
  return parts.map((_, index) => join(root, ...parts.slice(0, index + 1)));
}

interface Found {
  readonly bytes: Map<Node, Buffer>;
  readonly names: Map<Node, Map<string, Node>>;
}

/** What is found after the power has failed. */
function replay(top: Node, events: readonly Event[], loss: Loss, chance: () => number): Found {
  const settledChanges = new Set<Change>();
  const syncedBytes = new Map<Node, number>();
  for (const event of events) {
    if (event.type !== 'synced') continue;
    if (event.node.names === undefined) syncedBytes.set(event.node, event.since);
    for (const earlier of events.slice(0, event.since)) {
      if (earlier.type === 'change' && earlier.change.entries.some(({ folder }) => folder === event.node)) settledChanges.add(earlier.change);
    }
  }
  const found: Found = { bytes: new Map(), names: new Map([[top, new Map<string, Node>()]]) };
  const pick = <T>(options: readonly T[]): T => options[Math.floor(chance() * options.length)]!;
  events.forEach((event, index) => {
    if (event.type === 'write') {
      const isSynced = index < (syncedBytes.get(event.node) ?? 0);
      const fate = isSynced ? 'kept' : loss.bytes === 'some' ? pick(['kept', 'lost', 'half', 'zeros'] as const) : loss.bytes;
      found.bytes.set(event.node, survive(fate, found.bytes.get(event.node) ?? Buffer.alloc(0), event.bytes));
    } else if (event.type === 'change') {
      const isKept = settledChanges.has(event.change) || loss.names === 'kept' || (loss.names === 'some' && chance() < 0.5);
      if (!isKept) return;
      for (const { folder, name, node } of event.change.entries) {
        const names = found.names.get(folder) ?? new Map<string, Node>();
        found.names.set(folder, names);
        if (node === undefined) names.delete(name);
        else names.set(name, node);
      }
    }
  });
  return found;
}

/** What is left of bytes that were written over others, or at their end. */
function survive(fate: 'kept' | 'lost' | 'half' | 'zeros', before: Buffer, bytes: Buffer): Buffer {
  const start = bytes.subarray(0, before.length).equals(before) ? before.length : 0;
  switch (fate) {
    case 'kept':
      return bytes;
    case 'lost':
      return bytes.subarray(0, start);
    case 'half':
      return bytes.subarray(0, (start + bytes.length) >> 1);
    case 'zeros':
      return Buffer.concat([bytes.subarray(0, start), Buffer.alloc(bytes.length - start)]);
  }
}

function materialise(found: Found, node: Node, path: string): void {
  if (node.names === undefined) {
    writeFileSync(path, found.bytes.get(node) ?? Buffer.alloc(0));
    return;
  }
  mkdirSync(path, { recursive: true });
  for (const [name, child] of found.names.get(node) ?? []) materialise(found, child, join(path, name));
}

/** The paths of everything below a folder, relative to it: for comparing a model with what is there. */
export function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
