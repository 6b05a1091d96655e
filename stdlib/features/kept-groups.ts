import type { KeptBytes, RunContext } from '../../compiler/kinds/run.ts';
import { canonicalJson } from '../../compiler/json.ts';
import type { PartName } from '../../compiler/types.ts';
import { BUILD } from '../../runtime/build.ts';
import { decodeArrays, encodeArrays, type BlobArray } from '../../runtime/data/arrays-blob.ts';
import { inputOf } from '../../runtime/data/load-table.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import { digestOf } from '../../runtime/store/digest.ts';
import type { FittedFeatures } from './fitted.ts';
import type { NarrowArray, RowsIndex, TableGroups } from './group-parts.ts';

const FORMAT = 'mlp-groups-1';

/** The arrays are columns in the order of their names here, groups, codes of the target, and places of the parts' rows. */
interface Header {
  readonly columns: readonly string[];
  readonly classes: readonly string[];
}

/** Groups of equal rows that were found for a step before: finding them takes longer than all else but training. */
export interface KeptGroups<P extends PartName> {
  readonly find: () => TableGroups<P> | undefined;
  readonly save: (groups: TableGroups<P>) => Promise<void>;
}

/** What is kept of the features in a slot, for some parts of their split. */
export function openKeptGroups<P extends PartName>(context: Pick<RunContext, 'inputs' | 'kept'>, slot: string, parts: readonly P[]): KeptGroups<P> {
  const name = nameOf(context, slot, parts);
  return {
    find: () => decodeGroups(context.kept.find(name), parts),
    save: (groups) => saveGroups(context.kept, name, groups),
  };
}

/** All that groups follow from: what was fitted, the contents of the columns that are read, which rows are in what part, and the code. */
function nameOf(context: Pick<RunContext, 'inputs'>, slot: string, parts: readonly PartName[]): string {
  const fitted = inputOf(context, slot, 'features').fitted as unknown as FittedFeatures;
  const table = inputOf(context, `${slot}.table`, 'table');
  const read = new Set([fitted.target, ...fitted.features.map(({ column }) => column)]);
  const columns = table.columns.filter((column) => read.has(column.name));
  return digestOf(canonicalJson([FORMAT, BUILD ?? null, parts, fitted, inputOf(context, `${slot}.split`, 'split'), table.rows, columns]));
}

function decodeGroups<P extends PartName>(bytes: Uint8Array | undefined, parts: readonly P[]): TableGroups<P> | undefined {
  const kept = bytes === undefined ? undefined : decodeArrays<Header, BlobArray>(FORMAT, bytes);
  if (kept === undefined) return undefined;
  const { columns, classes } = kept.header;
  const [groups, codes, ...rows] = kept.arrays.slice(columns.length);
  return {
    distinct: new Map(columns.map((column, index) => [column, kept.arrays[index] as NarrowArray])),
    groups: groups as Uint32Array,
    target: { kind: 'classes', classes, codes: codes as Codes },
    rowsIndex: Object.fromEntries(parts.map((part, index) => [part, rows[index]])) as RowsIndex<P>,
  };
}

async function saveGroups<P extends PartName>(kept: KeptBytes, name: string, { distinct, groups, target, rowsIndex }: TableGroups<P>): Promise<void> {
  const arrays: BlobArray[] = [...distinct.values(), groups, target.codes, ...Object.values<Uint32Array>(rowsIndex)];
  if (arrays.reduce((sum, array) => sum + array.byteLength, 0) > kept.room) return;
  const header: Header = { columns: [...distinct.keys()], classes: target.classes };
  await kept.save(name, encodeArrays(FORMAT, { header, arrays }));
}
