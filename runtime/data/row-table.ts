import type { IntegerArray } from './matrix.ts';

/** Rows that are packed and hashed column by column before they are looked up, so that their hashes stay in the cache. */
const BLOCK = 4096;

/** Rows of the columns, and where their groups are to be written, by row. */
export interface FindRows {
  readonly start: number;
  readonly end: number;
  readonly groups: Uint32Array;
}

/** Different rows that were met, each with a number. */
export interface RowTable {
  /**
   * The group of each row; what was not met before gets the next number. Columns are of the same types each time. False
   * where the table would become too large: it is of no use then.
   */
  readonly find: (columns: readonly IntegerArray[], rows: FindRows) => boolean;
  readonly size: () => number;
  /** For each group, the row of its first meeting, as it was numbered in that call. */
  readonly first: () => Uint32Array;
  /** For each group, how often it was met. */
  readonly counts: () => Uint32Array;
}

/** Opens a hash table of no rows, with open addressing and linear probing. It keeps copies of what it has met, and compares them: rows with the same hash may differ. */
export function openRowTable(): RowTable {
  const table = emptyTable();
  const hashes = new Int32Array(BLOCK);
  return {
    find: (columns, { start, end, groups }) => {
      const fields = layOut(columns);
      const words = Array.from({ length: wordCount(fields) }, () => new Int32Array(BLOCK));
      table.entries ??= new Int32Array(table.first.length * (words.length + KEYS));
      for (let from = start; from < end; from += BLOCK) {
        const to = Math.min(end, from + BLOCK);
        packRows(columns, fields, { from, to, words });
        hashRows(words, to - from, hashes);
        for (let row = from; row < to; row++) groups[row] = findGroup(table, words, { at: row - from, row, hash: hashes[row - from] as number });
      }
      return true;
    },
    size: () => table.size,
    first: () => table.first.slice(0, table.size),
    counts: () => {
      const { entries, size, first } = table;
      const width = (entries?.length ?? 0) / first.length;
      return Uint32Array.from({ length: size }, (_, group) => entries?.[group * width + COUNT] ?? 0);
    },
  };
}

/** Where the bits of a column's values lie among the 32-bit words that a row is packed into: fewer to hash and compare. */
interface Field {
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
}

/** Puts each column into the first word that has room for it. */
function layOut(columns: readonly IntegerArray[]): Field[] {
  const used: number[] = [];
  return columns.map((column) => {
    const bits = 8 * column.BYTES_PER_ELEMENT;
    const found = used.findIndex((shift) => shift + bits <= 32);
    const word = found < 0 ? used.push(0) - 1 : found;
    const shift = used[word] ?? 0;
    used[word] = shift + bits;
    return { word, shift, mask: bits === 32 ? -1 : (1 << bits) - 1 };
  });
}

function wordCount(fields: readonly Field[]): number {
  return Math.max(0, ...fields.map(({ word }) => word + 1));
}

interface Packing {
  readonly from: number;
  readonly to: number;
  readonly words: readonly Int32Array[];
}

function packRows(columns: readonly IntegerArray[], fields: readonly Field[], { from, to, words }: Packing): void {
  for (const word of words) word.fill(0);
  for (let i = 0; i < columns.length; i++) {
    const { word, shift, mask } = fields[i] as Field;
    const column = columns[i] as IntegerArray;
    const packed = words[word] as Int32Array;
    for (let row = from; row < to; row++) (packed[row - from] as number) |= ((column[row] as number) & mask) << shift;
  }
}

/** Grows with the groups, not with the rows: a table that fits the cache is several times faster. */
interface Table {
  size: number;
  /** Group + 1 at each slot, 0 where there is none. */
  slots: Uint32Array;
  first: Uint32Array;
  /** Of each group, side by side in memory, its hash, how often it was met, and its words; absent before the first row. */
  entries: Int32Array | undefined;
}

const HASH = 0;
const COUNT = 1;
/** Where an entry's words begin. */
const KEYS = 2;

function emptyTable(): Table {
  const capacity = 1024;
  return { size: 0, slots: new Uint32Array(2 * capacity), first: new Uint32Array(capacity), entries: undefined };
}

function hashRows(words: readonly Int32Array[], rows: number, hashes: Int32Array): void {
  hashes.fill(0);
  for (const word of words) {
    for (let i = 0; i < rows; i++) {
      const mixed = Math.imul((hashes[i] as number) ^ (word[i] as number), 0x9e3779b1);
      hashes[i] = (mixed << 13) | (mixed >>> 19);
    }
  }
  for (let i = 0; i < rows; i++) {
    // The finalizer of MurmurHash3: every bit of the input changes every bit of the slot.
    let hash = hashes[i] as number;
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hashes[i] = hash ^ (hash >>> 16);
  }
}

/** A row among those that were packed, and its number among all. */
interface PackedRow {
  readonly at: number;
  readonly row: number;
  readonly hash: number;
}

function findGroup(table: Table, words: readonly Int32Array[], packed: PackedRow): number {
  const mask = table.slots.length - 1;
  const entries = table.entries as Int32Array;
  const width = words.length + KEYS;
  for (let slot = packed.hash & mask; ; slot = (slot + 1) & mask) {
    const group = (table.slots[slot] as number) - 1;
    if (group < 0) return addGroup(table, words, packed, slot);
    const entry = group * width;
    if (entries[entry + HASH] === packed.hash && equalRows(entries, entry + KEYS, words, packed.at)) {
      (entries[entry + COUNT] as number)++;
      return group;
    }
  }
}

function equalRows(entries: Int32Array, keys: number, words: readonly Int32Array[], at: number): boolean {
  for (let i = 0; i < words.length; i++) if (entries[keys + i] !== (words[i] as Int32Array)[at]) return false;
  return true;
}

function addGroup(table: Table, words: readonly Int32Array[], { at, row, hash }: PackedRow, slot: number): number {
  const group = table.size++;
  const entries = table.entries as Int32Array;
  const entry = group * (words.length + KEYS);
  entries[entry + HASH] = hash;
  entries[entry + COUNT] = 1;
  for (let i = 0; i < words.length; i++) entries[entry + KEYS + i] = (words[i] as Int32Array)[at] as number;
  table.slots[slot] = group + 1;
  table.first[group] = row;
  if (table.size === table.first.length) growTable(table);
  return group;
}

function growTable(table: Table): void {
  const entries = table.entries as Int32Array;
  const width = entries.length / table.size;
  table.first = widened(table.first, new Uint32Array(2 * table.size));
  table.entries = widened(entries, new Int32Array(2 * entries.length));
  table.slots = new Uint32Array(4 * table.size);
  const mask = table.slots.length - 1;
  for (let group = 0; group < table.size; group++) {
    let slot = (entries[group * width + HASH] as number) & mask;
    while (table.slots[slot] !== 0) slot = (slot + 1) & mask;
    table.slots[slot] = group + 1;
  }
}

function widened<A extends Int32Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
