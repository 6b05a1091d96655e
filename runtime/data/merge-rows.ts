import type { IntegerArray } from './matrix.ts';

/** Rows that are equal in every column, as one row each. Groups are numbered by the order of their first rows. */
export interface MergedRows {
  /** For each group, the row of it that comes first. */
  readonly first: Uint32Array;
  /** For each group, how many rows it has. */
  readonly counts: Uint32Array;
  /** For each row, its group. */
  readonly groups: Uint32Array;
}

/** Rows to merge, and when it does not pay. */
export interface MergeRowsRequest {
  /** Compared bit by bit. */
  readonly columns: readonly IntegerArray[];
  readonly rows: number;
  /** Gives up (`undefined`) when merging would leave more than this share of the rows. Default 1: never. */
  readonly atMost?: number;
}

/** Rows that are hashed column by column before they are looked up, so that their hashes stay in the cache. */
const BLOCK = 4096;

/** After this many rows the share is looked at a first time: enough to tell, and cheap to have done in vain. */
const PROBE = 2 ** 18;

/** Finds equal rows. The result depends on the rows and their order alone. */
export function mergeRows(request: MergeRowsRequest): MergedRows | undefined {
  const { columns, rows, atMost = 1 } = request;
  const table = openRowTable();
  const groups = new Uint32Array(rows);
  for (let start = 0; start < rows; start += PROBE) {
    const end = Math.min(rows, start + PROBE);
    table.find(columns, { start, end, groups });
    if (end === PROBE && table.size() > atMost * PROBE) return undefined;
  }
  if (table.size() > atMost * rows) return undefined;
  return { first: table.first(), counts: table.counts(), groups };
}

/** Rows of the columns, and where their groups are to be written, by row. */
export interface FindRows {
  readonly start: number;
  readonly end: number;
  readonly groups: Uint32Array;
}

/** Different rows that were met, each with a number: a hash table with open addressing and linear probing. */
export interface RowTable {
  /** The group of each row; what was not met before gets the next number. Columns are of the same types each time. */
  readonly find: (columns: readonly IntegerArray[], rows: FindRows) => void;
  readonly size: () => number;
  /** For each group, the row of its first meeting, as it was numbered in that call. */
  readonly first: () => Uint32Array;
  /** For each group, how often it was met. */
  readonly counts: () => Uint32Array;
}

/** Opens a table of no rows. It keeps copies of what it has met, and compares them: rows with the same hash may differ. */
export function openRowTable(): RowTable {
  const table = emptyTable();
  const hashes = new Int32Array(BLOCK);
  return {
    find: (columns, { start, end, groups }) => {
      table.keys ??= columns.map((column) => emptyLike(column, table.hashes.length));
      for (let from = start; from < end; from += BLOCK) {
        const to = Math.min(end, from + BLOCK);
        hashRows(columns, from, to, hashes);
        for (let row = from; row < to; row++) groups[row] = findGroup(table, columns, row, hashes[row - from] as number);
      }
    },
    size: () => table.size,
    first: () => table.first.slice(0, table.size),
    counts: () => table.counts.slice(0, table.size),
  };
}

/** Grows with the groups, not with the rows: a table that fits the cache is several times faster. */
interface Table {
  size: number;
  /** Group + 1 at each slot, 0 where there is none. */
  slots: Uint32Array;
  hashes: Int32Array;
  first: Uint32Array;
  counts: Uint32Array;
  /** The columns of the groups; absent before the first row. */
  keys: IntegerArray[] | undefined;
}

function emptyTable(): Table {
  const capacity = 1024;
  return {
    size: 0,
    slots: new Uint32Array(2 * capacity),
    hashes: new Int32Array(capacity),
    first: new Uint32Array(capacity),
    counts: new Uint32Array(capacity),
    keys: undefined,
  };
}

function hashRows(columns: readonly IntegerArray[], start: number, end: number, hashes: Int32Array): void {
  hashes.fill(0);
  for (const column of columns) hashColumn(column, start, end, hashes);
  for (let i = 0; i < end - start; i++) {
    // The finalizer of MurmurHash3: every bit of the input changes every bit of the slot.
    let hash = hashes[i] as number;
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hashes[i] = hash ^ (hash >>> 16);
  }
}

function hashColumn(column: IntegerArray, start: number, end: number, hashes: Int32Array): void {
  for (let row = start; row < end; row++) {
    const mixed = Math.imul((hashes[row - start] as number) ^ (column[row] as number), 0x9e3779b1);
    hashes[row - start] = (mixed << 13) | (mixed >>> 19);
  }
}

function findGroup(table: Table, columns: readonly IntegerArray[], row: number, hash: number): number {
  const mask = table.slots.length - 1;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const group = (table.slots[slot] as number) - 1;
    if (group < 0) return addGroup(table, columns, row, { hash, slot });
    if (table.hashes[group] === hash && equalRows(table.keys as IntegerArray[], group, columns, row)) {
      (table.counts[group] as number)++;
      return group;
    }
  }
}

function equalRows(keys: readonly IntegerArray[], group: number, columns: readonly IntegerArray[], row: number): boolean {
  for (let i = 0; i < columns.length; i++) if ((keys[i] as IntegerArray)[group] !== (columns[i] as IntegerArray)[row]) return false;
  return true;
}

interface Place {
  readonly hash: number;
  readonly slot: number;
}

function addGroup(table: Table, columns: readonly IntegerArray[], row: number, { hash, slot }: Place): number {
  const group = table.size++;
  const keys = table.keys as IntegerArray[];
  for (let i = 0; i < columns.length; i++) (keys[i] as IntegerArray)[group] = (columns[i] as IntegerArray)[row] as number;
  table.slots[slot] = group + 1;
  table.hashes[group] = hash;
  table.first[group] = row;
  table.counts[group] = 1;
  if (table.size === table.hashes.length) growTable(table);
  return group;
}

function growTable(table: Table): void {
  const capacity = 2 * table.size;
  table.hashes = widened(table.hashes, new Int32Array(capacity));
  table.first = widened(table.first, new Uint32Array(capacity));
  table.counts = widened(table.counts, new Uint32Array(capacity));
  table.keys = table.keys?.map((column) => widened(column, emptyLike(column, capacity)));
  table.slots = new Uint32Array(2 * capacity);
  const mask = table.slots.length - 1;
  for (let group = 0; group < table.size; group++) {
    let slot = (table.hashes[group] as number) & mask;
    while (table.slots[slot] !== 0) slot = (slot + 1) & mask;
    table.slots[slot] = group + 1;
  }
}

function widened<A extends IntegerArray>(from: A, to: A): A {
  to.set(from);
  return to;
}

function emptyLike<A extends IntegerArray>(array: A, length: number): A {
  return new (array.constructor as new (length: number) => A)(length);
}
