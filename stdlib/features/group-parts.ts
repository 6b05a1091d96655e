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
  readonly raw: RawColumns;
  readonly target: Target;
  /** The number of rows of the table. */
  readonly rows: number;
  readonly names: readonly P[];
  readonly rowsIndex: Readonly<Record<P, Uint32Array>>;
}

/** A part of a split by groups of equal rows. */
export interface GroupedPart extends GroupedRows {
  /** Values that no training row has, by column. */
  readonly unseen: Readonly<Record<string, number>>;
}

/** Parts by name, whose groups are rows of one matrix, and where their rows stand in the table. */
export type GroupedParts<P extends PartName> = Readonly<Record<P, GroupedPart>> & { readonly rowsIndex: Readonly<Record<P, Uint32Array>> };

/** Places for each group and class, at most, by the rows of the table. */
const PLACES = 4;

/**
 * Makes features of the rows that differ, once for all parts. `undefined` where that does not pay, or cannot be: of
 * texts and doubles few are equal, and what is cross-fitted depends on where a row stands.
 */
export function groupParts<P extends PartName>({ fitted, raw, target, rows, names, rowsIndex }: ReadParts<P>): GroupedParts<P> | undefined {
  if (target.kind === 'numbers' || fitted.salt !== undefined) return undefined;
  const columns = [...raw.values()];
  if (!columns.every(isNarrow)) return undefined;
  const merged = mergeRows({ columns: columns.map(bitsOf), rows, atMost: MERGE_PAYS });
  const size = merged?.first.length ?? 0;
  if (merged === undefined || size * target.classes.length > PLACES * rows) return undefined;
  const distinctRaw: RawColumns = new Map([...raw.keys()].map((column, i) => [column, takeRows(columns[i] as Narrow, merged.first)]));
  const distinct = applyFeatures(compileFeatures(fitted), distinctRaw, { rows: size }).matrix;
  const load = (part: P): GroupedPart => {
    const groups = takeRows(merged.groups, rowsIndex[part]);
    const own = selectTarget(target, rowsIndex[part]) as GroupedPart['target'];
    return { distinct, groups, target: own, unseen: countUnseen(fitted, distinctRaw, groups) };
  };
  const loaded = Object.fromEntries(names.map((part) => [part, load(part)])) as Record<P, GroupedPart>;
  return { ...loaded, rowsIndex };
}

type Narrow = Exclude<ColumnArray, Float64Array>;

function isNarrow(values: ReadArray): values is Narrow {
  return !Array.isArray(values) && !(values instanceof Float64Array);
}

function countUnseen({ features }: FittedFeatures, distinct: RawColumns, groups: Uint32Array): Record<string, number> {
  const counts = features.flatMap((feature) => {
    const codes = feature.kind === 'category' ? (distinct.get(feature.column) as Narrow) : undefined;
    if (feature.kind !== 'category' || codes?.includes(unseenCode(feature)) !== true) return [];
    let count = 0;
    for (let row = 0; row < groups.length; row++) if (codes[groups[row] as number] === unseenCode(feature)) count++;
    return count === 0 ? [] : [[feature.column, count] as const];
  });
  return Object.fromEntries(counts);
}
