import { bitsOf, openRowTable } from '../../data/merge-rows.ts';
import { pickColumns, type Column } from './columns.ts';

/** What a model said of rows that it was asked about. */
export interface RowMemory {
  /** How many different rows are remembered. */
  readonly size: () => number;
  /**
   * Fills in what is said of rows, in row-major order, asking once about each that is new. Returns how many were.
   * Columns have the same types each time.
   */
  readonly recall: (columns: readonly Column[], values: Float32Array, ask: (columns: readonly Column[], rows: number) => Float32Array) => number;
}

/** Opens a memory of nothing. `width` is the number of values a row. */
export function openMemory(width: number): RowMemory {
  const table = openRowTable();
  let said = new Float32Array(1024 * width);
  let groups = new Uint32Array();
  return {
    size: table.size,
    recall: (columns, values, ask) => {
      const rows = values.length / width;
      const known = table.size();
      if (groups.length < rows) groups = new Uint32Array(rows);
      table.find(columns.map((column) => bitsOf(column.values)), { start: 0, end: rows, groups });
      const fresh = table.size() - known;
      if (said.length < table.size() * width) {
        const wider = new Float32Array(Math.max(table.size() * width, 2 * said.length));
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
