import type { Codes, Feature, IntegerArray, Matrix, TrainerRows } from './matrix.ts';
import { bitsOf } from './merge-rows.ts';
import { takeRows } from './take-rows.ts';

/** The arrays that engines read in place. */
export type ColumnArray = Float64Array | Float32Array | IntegerArray;

/** A feature as engines take it: a quantity, or category codes. */
export type Column<A extends ColumnArray = ColumnArray> =
  | { readonly type: 'q'; readonly values: A }
  /** Codes above `highest` are missing. */
  | { readonly type: 'c'; readonly values: Codes; readonly highest: number };

/** The features of a matrix, in its order. */
export function matrixColumns(matrix: Matrix): Column[] {
  return matrix.features.map((feature: Feature): Column =>
    feature.kind === 'category' ? { type: 'c', values: feature.codes, highest: feature.levels.length - 1 } : { type: 'q', values: feature.values },
  );
}

/** An array's bits, for comparing it without regard to NaN: of doubles both halves. */
export function columnBits(values: ColumnArray): IntegerArray[] {
  if (!(values instanceof Float64Array)) return [bitsOf(values)];
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  return [0, 1].map((half) => {
    const halves = new Uint32Array(values.length);
    for (let row = 0; row < halves.length; row++) halves[row] = words[2 * row + half] as number;
    return halves;
  });
}

/** The features of some rows, by their positions. */
export function pickColumns<A extends ColumnArray>(columns: readonly Column<A>[], rows: Uint32Array): Column<A>[] {
  return columns.map((column) =>
    column.type === 'q' ? { ...column, values: takeRows(column.values, rows) } : { ...column, values: takeRows(column.values, rows) },
  );
}

/** The features of all rows, also of those that are equal. */
export function rowColumns(rows: TrainerRows): Column[] {
  return 'groups' in rows ? pickColumns(matrixColumns(rows.distinct), rows.groups) : matrixColumns(rows.matrix);
}

/** The features of the rows from `start` to before `end`, over the same memory. */
export function sliceColumns<A extends ColumnArray>(columns: readonly Column<A>[], start: number, end: number): Column<A>[] {
  return columns.map((column) =>
    column.type === 'q' ? { ...column, values: column.values.subarray(start, end) as A } : { ...column, values: column.values.subarray(start, end) },
  );
}
