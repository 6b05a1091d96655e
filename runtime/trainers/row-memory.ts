import { columnBits, pickColumns, sliceColumns, type Column, type ColumnArray } from '../data/columns.ts';
import { MERGE_PAYS } from '../data/merge-rows.ts';
import { openRowTable } from '../data/row-table.ts';

/** Rows that are looked up at once, and then asked about. */
const SLICE_ROWS = 2 ** 17;

/** What is remembered of rows: no more different ones than this, and no more bytes of their features. */
const REMEMBERED = { rows: 2 ** 19, bytes: 32 * 2 ** 20 };

/** What a model says of rows, in row-major order. */
export type Ask<A extends ColumnArray, V> = (columns: readonly Column<A>[], rows: number) => V;

/** What models say: single or double precision. */
export type PredictedValues = Float32Array | Float64Array;

/** A model's answers, and how they are laid out. */
export interface AskRequest<A extends ColumnArray, V extends PredictedValues> {
  readonly ask: Ask<A, V>;
  /** Values a row. */
  readonly width: number;
  readonly empty: (length: number) => V;
}

/**
 * Asks about each different row once, and remembers what was said from one table to the next, as long as rows come
 * again. Memory stays within bounds: what is remembered is forgotten when it is too much.
 */
export function askOnce<A extends ColumnArray, V extends PredictedValues>({ ask, width, empty }: AskRequest<A, V>): Ask<A, V> {
  const open = (): RowMemory<A, V> => openMemory(width, empty);
  let memory = open();
  let pays = true;
  return (columns, rows) => {
    const values = empty(rows * width);
    const rowBytes = columns.reduce((bytes, column) => bytes + column.values.BYTES_PER_ELEMENT, 0);
    const most = Math.min(REMEMBERED.rows, REMEMBERED.bytes / Math.max(1, rowBytes));
    for (let start = 0; start < rows; start += SLICE_ROWS) {
      const end = Math.min(rows, start + SLICE_ROWS);
      const slice = rows <= SLICE_ROWS ? columns : sliceColumns(columns, start, end);
      const of = values.subarray(start * width, end * width) as V;
      if (!pays) {
        of.set(ask(slice, end - start));
        continue;
      }
      if (memory.size() > most) memory = open();
      const fresh = memory.recall(slice, of, ask);
      pays = fresh <= MERGE_PAYS * (end - start) || end - start < SLICE_ROWS;
    }
    return values;
  };
}

/** What a model said of rows that it was asked about. */
interface RowMemory<A extends ColumnArray, V> {
  /** How many different rows are remembered. */
  readonly size: () => number;
  /**
   * Fills in what is said of rows, in row-major order, asking once about each that is new. Returns how many were.
   * Columns have the same types each time.
   */
  readonly recall: (columns: readonly Column<A>[], values: V, ask: Ask<A, V>) => number;
}

function openMemory<A extends ColumnArray, V extends PredictedValues>(width: number, empty: (length: number) => V): RowMemory<A, V> {
  const table = openRowTable();
  let said = empty(1024 * width);
  let groups = new Uint32Array();
  return {
    size: table.size,
    recall: (columns, values, ask) => {
      const rows = values.length / width;
      const known = table.size();
      if (groups.length < rows) groups = new Uint32Array(rows);
      table.find(columns.flatMap((column) => columnBits(column.values)), { start: 0, end: rows, groups });
      const fresh = table.size() - known;
      if (said.length < table.size() * width) {
        const wider = empty(Math.max(table.size() * width, 2 * said.length));
        wider.set(said);
        said = wider;
      }
      if (fresh > 0) said.set(ask(pickColumns(columns, firstRows(groups.subarray(0, rows), known, fresh)), fresh), known * width);
      if (width === 1) for (let row = 0; row < rows; row++) values[row] = said[groups[row] as number] as number;
      else for (let row = 0; row < rows; row++) values.set(said.subarray((groups[row] as number) * width, ((groups[row] as number) + 1) * width), row * width);
      return fresh;
    },
  };
}

/** The first row of each group from the number `known` on: groups are numbered in the order in which they are met. */
function firstRows(groups: Uint32Array, known: number, fresh: number): Uint32Array {
  const first = new Uint32Array(fresh);
  let found = 0;
  for (let row = 0; found < fresh; row++) if (groups[row] === known + found) first[found++] = row;
  return first;
}
