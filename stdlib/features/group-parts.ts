import type { PartName } from '../../compiler/types.ts';
import { selectTarget } from '../../runtime/data/load-target.ts';
import { bitsOf, MERGE_PAYS, mergeRows } from '../../runtime/data/merge-rows.ts';
import type { GroupedRows, Target } from '../../runtime/data/matrix.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import type { ColumnArray, ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { applyFeatures } from './apply-features.ts';
import { unseenCode } from './category-groups.ts';
import { compileFeatures } from './compile-features.ts';
import type { FittedFeatures } from './fitted.ts';
import type { RawColumns } from './read-raw.ts';

/** A table as it was read, and where the rows of some parts of it stand. */
export interface ReadParts<P extends PartName> {
  readonly fitted: FittedFeatures;
  /** Whoever takes columns may take them out. */
  readonly raw: Map<string, ReadArray>;
  readonly target: Target;
  /** The number of rows of the table. */
  readonly rows: number;
  readonly rowsIndex: RowsIndex<P>;
}

/** Where the rows of parts stand in the table. */
export type RowsIndex<P extends PartName> = Readonly<Record<P, Uint32Array>>;

/** Which rows of a table are equal, before features are made of them. */
export interface TableGroups<P extends PartName> {
  /** Columns of the rows that differ, as they are read. */
  readonly distinct: ReadonlyMap<string, NarrowArray>;
  /** Shape (rows of the table): a row of `distinct`. */
  readonly groups: Uint32Array;
  /** Shape (rows of the table). */
  readonly target: Extract<Target, { kind: 'classes' }>;
  readonly rowsIndex: RowsIndex<P>;
}

/** A column in which equal values are to be expected. */
export type NarrowArray = Exclude<ColumnArray, Float64Array>;

/** A part of a split by groups of equal rows. */
export interface GroupedPart extends GroupedRows {
  /** Values that no training row has, by column. */
  readonly unseen: Readonly<Record<string, number>>;
}

/** Parts by name, whose groups are rows of one matrix, and where their rows stand in the table. */
export type GroupedParts<P extends PartName> = Readonly<Record<P, GroupedPart>> & { readonly rowsIndex: RowsIndex<P> };

/** Places for each group and class, at most, by the rows of the table. */
const PLACES = 4;

/**
 * Finds the rows that differ, for all parts together. `undefined` where that does not pay, or cannot be: of texts and
 * doubles few are equal, and what is cross-fitted depends on where a row stands.
 */
export function findGroups<P extends PartName>({ fitted, raw, target, rows, rowsIndex }: ReadParts<P>): TableGroups<P> | undefined {
  if (target.kind === 'numbers' || fitted.salt !== undefined) return undefined;
  const columns = [...raw.values()];
  if (!columns.every(isNarrow)) return undefined;
  const merged = mergeRows({ columns: columns.map(bitsOf), rows, atMost: MERGE_PAYS });
  if (merged === undefined || merged.first.length * target.classes.length > PLACES * rows) return undefined;
  const distinct = new Map([...raw.keys()].map((column, i) => [column, takeRows(columns[i] as NarrowArray, merged.first)]));
  return { distinct, groups: merged.groups, target, rowsIndex };
}

/** Makes features of the rows that differ, once for all parts. */
export function groupedParts<P extends PartName>(fitted: FittedFeatures, { distinct: raw, groups: all, target, rowsIndex }: TableGroups<P>): GroupedParts<P> {
  const [first] = raw.values();
  const distinct = applyFeatures(compileFeatures(fitted), raw, { rows: first?.length ?? 0 }).matrix;
  const load = (part: P): GroupedPart => {
    const groups = takeRows(all, rowsIndex[part]);
    const own = selectTarget(target, rowsIndex[part]) as GroupedPart['target'];
    return { distinct, groups, target: own, unseen: countUnseen(fitted, raw, groups) };
  };
  const loaded = Object.fromEntries((Object.keys(rowsIndex) as P[]).map((part) => [part, load(part)])) as Record<P, GroupedPart>;
  return { ...loaded, rowsIndex };
}

function isNarrow(values: ReadArray): values is NarrowArray {
  return !Array.isArray(values) && !(values instanceof Float64Array);
}

function countUnseen({ features }: FittedFeatures, distinct: RawColumns, groups: Uint32Array): Record<string, number> {
  const counts = features.flatMap((feature) => {
    const codes = feature.kind === 'category' ? (distinct.get(feature.column) as NarrowArray) : undefined;
    if (feature.kind !== 'category' || codes?.includes(unseenCode(feature)) !== true) return [];
    let count = 0;
    for (let row = 0; row < groups.length; row++) if (codes[groups[row] as number] === unseenCode(feature)) count++;
    return count === 0 ? [] : [[feature.column, count] as const];
  });
  return Object.fromEntries(counts);
}
