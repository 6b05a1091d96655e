import type { DuckDBConnection } from '@duckdb/node-api';
import type { RunContext } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { loadParts, withQueries } from '../../runtime/data/load-parts.ts';
import { inputOf, openTable, withDuckDB, type OpenTable, type TableContext } from '../../runtime/data/load-table.ts';
import { loadTarget, requestTarget, selectTarget, targetOf } from '../../runtime/data/load-target.ts';
import type { Labelled, Matrix, Target } from '../../runtime/data/matrix.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import { readColumns, type ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import { applyFeatures } from './apply-features.ts';
import { compileFeatures } from './compile-features.ts';
import type { FittedFeatures } from './fitted.ts';
import { findGroups, groupedParts, type GroupedParts, type ReadParts } from './group-parts.ts';
import { openKeptGroups } from './kept-groups.ts';
import { keptRows } from './missing-values.ts';
import { rawColumns, readRaw, requestRaw, type RawColumns } from './read-raw.ts';

/** A part of a split as trainers take it. */
export interface LoadedPart extends Labelled {
  /** Values that no training row has, by column. */
  readonly unseen: Readonly<Record<string, number>>;
}

/** Parts by name, and where their rows stand in the table, in ascending order; training rows that are dropped are in none. */
export type LoadedParts<P extends PartName> = Readonly<Record<P, LoadedPart>> & { readonly rowsIndex: Readonly<Record<P, Uint32Array>> };

/**
 * Loads the features that arrive in a slot, and their target, for some parts of their split. Training rows have the
 * out-of-fold values of what is cross-fitted.
 */
export async function loadFeatures<P extends PartName>(context: TableContext, slot: string, options: { readonly parts: readonly P[] }): Promise<LoadedParts<P>> {
  return applyToParts(await readParts(context, slot, options.parts));
}

/**
 * The same for trainers that take rows by groups: where many rows are equal, features are made once for those that
 * differ.
 */
export async function loadTrainerRows<P extends PartName>(
  context: TableContext & Pick<RunContext, 'kept'>,
  slot: string,
  { parts }: { readonly parts: readonly P[] },
): Promise<LoadedParts<P> | GroupedParts<P>> {
  const keeping = openKeptGroups(context, slot, parts);
  const kept = keeping.find();
  if (kept !== undefined) return groupedParts(fittedOf(context, slot), kept);
  const read = await readParts(context, slot, parts);
  const found = findGroups(read);
  if (found === undefined) return applyToParts(read);
  await keeping.save(found);
  return groupedParts(read.fitted, found);
}

async function readParts<P extends PartName>(context: TableContext, slot: string, names: readonly P[]): Promise<ReadParts<P>> {
  const fitted = fittedOf(context, slot);
  const split = inputOf(context, `${slot}.split`, 'split');
  const table = await openTable(context, `${slot}.table`);
  const { raw, target, parts } = await withDuckDB(context, async (connection) => {
    const read = await loadRows(connection, table, fitted, split);
    return { raw: read.raw, target: await withQueries(connection, context, split, read.target), parts: await loadParts(connection, context, split, names) };
  });
  const positionsOf = (part: P): Uint32Array => (part === 'train' ? keptRows(parts[part], fitted.features, raw) : parts[part]);
  const rowsIndex = Object.fromEntries(names.map((part) => [part, positionsOf(part)])) as Record<P, Uint32Array>;
  return { fitted, raw, target, rows: table.artifact.rows, rowsIndex };
}

function applyToParts<P extends PartName>({ fitted, raw, target, rowsIndex }: ReadParts<P>): LoadedParts<P> {
  const compiled = compileFeatures(fitted);
  const names = Object.keys(rowsIndex) as P[];
  const taken = takeColumns(raw, names.map((part) => rowsIndex[part]));
  const load = (part: P): LoadedPart => {
    const positions = rowsIndex[part];
    const columns = taken[names.indexOf(part)] as RawColumns;
    const training = part === 'train' ? { training: { positions, salt: fitted.salt } } : {};
    const { matrix, unseen } = applyFeatures(compiled, columns, { rows: positions.length, ...training });
    return { matrix, unseen, target: selectTarget(target, positions) };
  };
  const loaded = Object.fromEntries(names.map((part) => [part, load(part)])) as Record<P, LoadedPart>;
  return { ...loaded, rowsIndex };
}

/** The columns of some rows each. Column by column, of which each goes when it is taken: there are never two copies of all. */
function takeColumns(raw: Map<string, ReadArray>, rows: readonly Uint32Array[]): RawColumns[] {
  const taken = rows.map(() => new Map<string, ReadArray>());
  for (const [column, values] of raw) {
    rows.forEach((positions, part) => taken[part]?.set(column, takeValues(values, positions)));
    raw.delete(column);
  }
  return taken;
}

/** One query for features and target: a scan for each would take as long again. */
async function loadRows(connection: DuckDBConnection, table: OpenTable, fitted: FittedFeatures, split: SplitArtifact): Promise<{ raw: Map<string, ReadArray>; target: Target }> {
  const columns = [
    ...(await requestRaw(connection, table.artifact.columns, fitted.features)),
    await requestTarget(connection, table, fitted.target, split),
  ];
  const arrays = await readColumns(connection, { from: table.from, rows: table.artifact.rows, columns });
  return { raw: rawColumns(fitted.features, arrays), target: targetOf(arrays.at(-1), split) };
}

function takeValues(values: ReadArray, positions: Uint32Array): ReadArray {
  return Array.isArray(values) ? (Array.from(positions, (row) => values[row] ?? null) as ReadArray) : takeRows(values, positions);
}

/** The features of the first rows of the table, of whatever parts: for what needs rows and not their truth. */
export async function loadSample(context: TableContext, slot: string, most: number): Promise<Matrix> {
  const fitted = fittedOf(context, slot);
  const table = await openTable(context, `${slot}.table`);
  const rows = Math.min(most, table.artifact.rows);
  const from = `(SELECT * FROM ${table.from} LIMIT ${rows})`;
  const raw = await withDuckDB(context, (connection) => readRaw(connection, { from, rows, columns: table.artifact.columns }, fitted.features));
  return applyFeatures(compileFeatures(fitted), raw, { rows }).matrix;
}

/** The target alone, with no features: for models that read nothing else. */
export async function loadTargets<P extends PartName>(context: TableContext, slot: string, names: readonly P[]): Promise<Readonly<Record<P, Labelled>>> {
  const fitted = fittedOf(context, slot);
  const split = inputOf(context, `${slot}.split`, 'split');
  const table = await openTable(context, `${slot}.table`);
  const { target, rowsIndex } = await withDuckDB(context, async (connection) => ({
    rowsIndex: await loadParts(connection, context, split, names),
    target: await withQueries(connection, context, split, await loadTarget(connection, table, fitted.target, split)),
  }));
  const parts = names.map((part) => [part, { matrix: { rows: rowsIndex[part].length, features: [] }, target: selectTarget(target, rowsIndex[part]) }]);
  return Object.fromEntries(parts) as Record<P, Labelled>;
}

/** What `prepare` fitted, of the features in a slot. */
export function fittedOf(context: Pick<TableContext, 'inputs'>, slot: string): FittedFeatures {
  return inputOf(context, slot, 'features').fitted as unknown as FittedFeatures;
}

/** Says how many values of a part were never seen in training, for the step's warnings. */
export function unseenWarnings(part: PartName, { unseen }: Pick<LoadedPart, 'unseen'>): string[] {
  return Object.entries(unseen).map(
    ([column, count]) => `${count.toLocaleString('en')} ${part} ${count === 1 ? 'row has' : 'rows have'} a \`${column}\` that no training row has`,
  );
}
