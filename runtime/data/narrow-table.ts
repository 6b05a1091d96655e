import type { IntegerArray } from './matrix.ts';
import type { RowTable } from './row-table.ts';

/** Rows that go through all columns together, so that their numbers stay in the cache. */
const BLOCK = 4096;

/** Places that the table of one column may have: so many by the rows, or this many in any case. */
const PLACES_BY_ROW = 16;
const PLACES = 2 ** 20;

/** A column after others: which number pairs of their number and its value have. */
interface Stage {
  /** Its place among the columns. */
  readonly column: number;
  readonly least: number;
  /** One more than from its least to its greatest value. */
  readonly range: number;
  /** By the number of what is before it, and then by its value: 1 + the pair's number, 0 where none was met. */
  table: Int32Array;
  size: number;
}

/**
 * Opens a table for columns of one or two bytes a value; `undefined` for others. Numbers of pairs of columns are looked
 * up directly, and with the next column make numbers again: a few steps in small tables, where a hash of the whole row
 * would be looked up in a large one. Columns of many values come first: what depends on them makes few pairs.
 */
export function openNarrowTable(columns: readonly IntegerArray[], rows: number): RowTable | undefined {
  if (columns.length === 0 || rows === 0 || columns.some((column) => column.BYTES_PER_ELEMENT > 2)) return undefined;
  const places = Math.max(PLACES, PLACES_BY_ROW * rows);
  const stages = columns.map((values, column) => openStage(values, column)).sort((a, b) => b.range - a.range);
  const last = stages.at(-1) as Stage;
  const numbers = new Int32Array(BLOCK);
  let found: Counted = { first: new Uint32Array(BLOCK), counts: new Uint32Array(BLOCK) };
  return {
    find: (given, { start, end, groups }) => {
      for (let from = start; from < end; from += BLOCK) {
        const to = Math.min(end, from + BLOCK);
        numbers.fill(0);
        let before = 1;
        const met = last.size;
        for (const stage of stages) {
          if (!hasRoom(stage, before * stage.range, places)) return false;
          numberPairs(stage, given[stage.column] as IntegerArray, { from, to, numbers });
          before = stage.size;
        }
        groups.set(to - from === BLOCK ? numbers : numbers.subarray(0, to - from), from);
        if (last.size > found.first.length) found = { first: doubled(found.first), counts: doubled(found.counts) };
        countRows(found, met, { from, to, numbers });
      }
      return true;
    },
    size: () => last.size,
    first: () => found.first.slice(0, last.size),
    counts: () => found.counts.slice(0, last.size),
  };
}

function openStage(values: IntegerArray, column: number): Stage {
  let least = values[0] as number;
  let greatest = least;
  for (let row = 1; row < values.length; row++) {
    const value = values[row] as number;
    if (value < least) least = value;
    else if (value > greatest) greatest = value;
  }
  return { column, least, range: greatest - least + 1, table: new Int32Array(), size: 0 };
}

/** Sees to it that a table has so many places, unless that is too many. */
function hasRoom(stage: Stage, needed: number, most: number): boolean {
  if (needed > most) return false;
  if (needed <= stage.table.length) return true;
  const larger = new Int32Array(Math.min(most, 2 * needed));
  larger.set(stage.table);
  stage.table = larger;
  return true;
}

interface Block {
  readonly from: number;
  readonly to: number;
  /** Shape (rows of the block): of what is before, and then of the pair. */
  readonly numbers: Int32Array;
}

function numberPairs(stage: Stage, values: IntegerArray, { from, to, numbers }: Block): void {
  const { table, least, range } = stage;
  for (let row = from; row < to; row++) {
    const place = Math.imul(numbers[row - from] as number, range) + ((values[row] as number) - least);
    let pair = table[place] as number;
    if (pair === 0) {
      pair = ++stage.size;
      table[place] = pair;
    }
    numbers[row - from] = pair - 1;
  }
}

/** The first row of each group, and how many rows it has; there is room for more. */
interface Counted {
  readonly first: Uint32Array;
  readonly counts: Uint32Array;
}

/** Counts rows by group. Those from `met` on were met first in this block. */
function countRows({ first, counts }: Counted, met: number, { from, to, numbers }: Block): void {
  let next = met;
  for (let row = from; row < to; row++) {
    const group = numbers[row - from] as number;
    if (group === next) first[next++] = row;
    (counts[group] as number)++;
  }
}

function doubled(values: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * values.length);
  larger.set(values);
  return larger;
}
