import { countClasses, type ClassCounts } from '../../data/area-under-curve.ts';
import { columnBits, pickColumns } from '../../data/columns.ts';
import type { GroupedRows, Labelled, Target } from '../../data/matrix.ts';
import { MERGE_PAYS, mergeRows } from '../../data/merge-rows.ts';
import { floatColumns } from './columns.ts';
import type { PreparedRows } from './training-matrix.ts';

/** Rows of two classes. */
export type ClassRows = GroupedRows | (Labelled & { readonly target: Extract<Target, { readonly kind: 'classes' }> });

/**
 * Rows of two classes as the AUC needs them: each that is different in its features, and how often it is of either class.
 * Always the same value as XGBoost's, whose own evaluation takes as long as a round of training: it sorts every row.
 */
export function prepareForAuc(given: ClassRows): { readonly rows: PreparedRows; readonly counts: ClassCounts } {
  const { codes } = given.target;
  if ('groups' in given) {
    const columns = floatColumns(given.distinct);
    const { met, counts } = countClasses(codes, { groups: given.groups, size: given.distinct.rows });
    return { rows: { columns: pickColumns(columns, met), rows: met.length }, counts };
  }
  const { rows } = given.matrix;
  const columns = floatColumns(given.matrix);
  const merged = mergeRows({ columns: columns.flatMap(({ values }) => columnBits(values)), rows, atMost: MERGE_PAYS });
  if (merged === undefined) return { rows: { columns, rows }, counts: countClasses(codes).counts };
  const size = merged.first.length;
  return { rows: { columns: pickColumns(columns, merged.first), rows: size }, counts: countClasses(codes, { groups: merged.groups, size }).counts };
}
