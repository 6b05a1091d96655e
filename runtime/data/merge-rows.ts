import type { Codes, IntegerArray } from './matrix.ts';
import { openNarrowTable } from './narrow-table.ts';
import { openRowTable, type RowTable } from './row-table.ts';

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

/** After this many rows the share is looked at a first time: enough to tell, and cheap to have done in vain. */
const PROBE = 2 ** 18;

/** Merging is left off where more than this share of the rows would stay: it would cost more than it saves. */
export const MERGE_PAYS = 0.9;

/** An array's bits, for comparing it without regard to NaN. */
export function bitsOf(values: Float32Array | IntegerArray): IntegerArray {
  return values instanceof Float32Array ? new Uint32Array(values.buffer, values.byteOffset, values.length) : values;
}

/** Finds equal rows. The result depends on the rows and their order alone. */
export function mergeRows(request: MergeRowsRequest): MergedRows | undefined {
  const { columns, rows, atMost = 1 } = request;
  const narrow = openNarrowTable(columns, rows);
  const merged = narrow === undefined ? 'outgrown' : mergeBy(narrow, request);
  if (merged !== 'outgrown') return merged;
  if (atMost < 1 && columns.length > 1 && isContinuous(columns, rows, atMost)) return undefined;
  return mergeBy(openRowTable(), request) as MergedRows | undefined;
}

function mergeBy(table: RowTable, { columns, rows, atMost = 1 }: MergeRowsRequest): MergedRows | undefined | 'outgrown' {
  const groups = new Uint32Array(rows);
  for (let start = 0; start < rows; start += PROBE) {
    const end = Math.min(rows, start + PROBE);
    if (!table.find(columns, { start, end, groups })) return 'outgrown';
    if (end === PROBE && table.size() > atMost * PROBE) return undefined;
  }
  if (table.size() > atMost * rows) return undefined;
  return { first: table.first(), counts: table.counts(), groups };
}

/** Rows that are grouped already, to be merged where their classes are equal too. */
export interface MergeClassesRequest {
  /** Shape (rows), below `size`. */
  readonly groups: Uint32Array;
  readonly size: number;
  /** Shape (rows), below `classes`. */
  readonly codes: Codes;
  readonly classes: number;
  /** As of `mergeRows`. */
  readonly atMost?: number;
}

/** What `mergeRows` finds of rows with a column for the class, where what is equal but for the class is known. */
export function mergeClasses({ groups: given, size, codes, classes, atMost = 1 }: MergeClassesRequest): MergedRows | undefined {
  const rows = given.length;
  const merged = new Uint32Array(size * classes);
  const first = new Uint32Array(Math.min(rows, size * classes));
  const counts = new Uint32Array(first.length);
  const groups = new Uint32Array(rows);
  let found = 0;
  for (let row = 0; row < rows; row++) {
    const place = (given[row] as number) * classes + (codes[row] as number);
    if (merged[place] === 0) {
      first[found] = row;
      merged[place] = ++found;
    }
    const group = (merged[place] as number) - 1;
    groups[row] = group;
    (counts[group] as number)++;
    if (row === PROBE - 1 && found > atMost * PROBE) return undefined;
  }
  return found > atMost * rows ? undefined : { first: first.slice(0, found), counts: counts.slice(0, found), groups };
}

/** Columns that are looked at alone, spread over all of them. */
const LOOKED_AT = 16;

/** Whether one of some columns has too many values by itself: then no rows need be compared, whole, to know that it does not pay. */
function isContinuous(columns: readonly IntegerArray[], rows: number, atMost: number): boolean {
  const some = columns.filter((_, at) => at % Math.ceil(columns.length / LOOKED_AT) === 0);
  return some.some((column) => mergeRows({ columns: [column], rows, atMost }) === undefined);
}
