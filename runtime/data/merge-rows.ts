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

/**
 * Finds equal rows with a hash table (open addressing, linear probing). Exact: rows with the same hash are compared.
 * The result depends on the rows and their order alone.
 */
export function mergeRows(request: MergeRowsRequest): MergedRows | undefined {
  const { columns, rows, atMost = 1 } = request;
  const table = emptyTable();
  const groups = new Uint32Array(rows);
  const hashes = new Int32Array(BLOCK);
  for (let start = 0; start < rows; start += BLOCK) {
    const end = Math.min(rows, start + BLOCK);
    hashRows(columns, start, end, hashes);
    for (let row = start; row < end; row++) groups[row] = findGroup(table, columns, row, hashes[row - start] as number);
    if (end === PROBE && table.size > atMost * PROBE) return undefined;
  }
  if (table.size > atMost * rows) return undefined;
  return { first: table.first.slice(0, table.size), counts: table.counts.slice(0, table.size), groups };
}

/** Grows with the groups, not with the rows: a table that fits the cache is several times faster. */
interface Table {
  size: number;
  /** Group + 1 at each slot, 0 where there is none. */
  slots: Uint32Array;
  hashes: Int32Array;
  first: Uint32Array;
  counts: Uint32Array;
}

function emptyTable(): Table {
  const capacity = 1024;
  return {
    size: 0,
    slots: new Uint32Array(2 * capacity),
    hashes: new Int32Array(capacity),
    first: new Uint32Array(capacity),
    counts: new Uint32Array(capacity),
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
    if (group < 0) return addGroup(table, row, hash, slot);
    if (table.hashes[group] === hash && equalRows(columns, table.first[group] as number, row)) {
      (table.counts[group] as number)++;
      return group;
    }
  }
}

function equalRows(columns: readonly IntegerArray[], a: number, b: number): boolean {
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as IntegerArray;
    if (column[a] !== column[b]) return false;
  }
  return true;
}

function addGroup(table: Table, row: number, hash: number, slot: number): number {
  const group = table.size++;
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
  table.slots = new Uint32Array(2 * capacity);
  const mask = table.slots.length - 1;
  for (let group = 0; group < table.size; group++) {
    let slot = (table.hashes[group] as number) & mask;
    while (table.slots[slot] !== 0) slot = (slot + 1) & mask;
    table.slots[slot] = group + 1;
  }
}

function widened<A extends Int32Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
