import { countClasses, type ClassCounts } from '../../data/area-under-curve.ts';
import type { Codes, Matrix } from '../../data/matrix.ts';
import { mergeRows } from '../../data/merge-rows.ts';
import { columnBits, matrixColumns, pickColumns } from './columns.ts';
import { MERGE_PAYS, type PreparedRows } from './training-matrix.ts';

/**
 * Rows of two classes as the AUC needs them: each that is different in its features, and how often it is of either class.
 * Always the same value as XGBoost's, whose own evaluation takes as long as a round of training: it sorts every row.
 */
export function prepareForAuc(matrix: Matrix, codes: Codes): { readonly rows: PreparedRows; readonly counts: ClassCounts } {
  const { rows } = matrix;
  const columns = matrixColumns(matrix);
  const merged = mergeRows({ columns: columns.map((column) => columnBits(column.values)), rows, atMost: MERGE_PAYS });
  if (merged === undefined) return { rows: { columns, rows }, counts: countClasses(codes, undefined) };
  const size = merged.first.length;
  return { rows: { columns: pickColumns(columns, merged), rows: size }, counts: countClasses(codes, { groups: merged.groups, size }) };
}
