import type { Artifact, BlobRef, ModelArtifact, SplitArtifact, StoredModel, TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { decodeScores } from '../data/scores.ts';
import type { ColumnDifference, TableComparison } from '../engines/duckdb/compare-tables.ts';
import { firstJsonDifference } from './json-difference.ts';
import { compareModels } from './compare-models.ts';

/** The first thing in which two artifacts differ: a place, and what stands there in each, `null` where one has nothing. */
export interface Difference {
  /** As in `column late, row 13` (rows from 1), `tree 3, node 5: split_conditions`, `layer 1 (dense): kernel[3, 17]` (from 0), `models[0].metrics.auc`. */
  readonly place: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Of a column: how many of its rows differ. */
  readonly rows?: number;
}

/** How contents are got at. Paths are of files that hold what their digest says. */
export interface Contents {
  readonly before: (blob: BlobRef) => Promise<string>;
  readonly after: (blob: BlobRef) => Promise<string>;
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Asks DuckDB, in a process of its own. */
  readonly compareTables: (comparison: TableComparison) => Promise<readonly ColumnDifference[]>;
}

/** The first difference of two artifacts of one step's part, whose manifests are known to differ. */
export async function findDifference(before: Artifact, after: Artifact, contents: Contents): Promise<Difference> {
  const found = await differenceOf(before, after, contents);
  if (found !== undefined) return found;
  const rest = firstJsonDifference(before, after);
  return { place: rest?.path ?? '', before: rest?.before ?? null, after: rest?.after ?? null };
}

function differenceOf(before: Artifact, after: Artifact, contents: Contents): Promise<Difference | undefined> {
  if (before.type === 'table' && after.type === 'table') return tableDifference(before, after, contents);
  if (before.type === 'split' && after.type === 'split') return splitDifference(before, after, contents);
  if (before.type === 'model' && after.type === 'model') return modelDifference(before, after, contents);
  return Promise.resolve(undefined);
}

async function tableDifference(before: TableArtifact, after: TableArtifact, contents: Contents): Promise<Difference | undefined> {
  const shape = firstJsonDifference(shapeOf(before), shapeOf(after));
  if (shape !== undefined) return { place: shape.path, before: shape.before, after: shape.after };
  const columns = before.columns.filter(({ digest }, index) => digest !== after.columns[index]?.digest).map(({ name }) => name);
  return firstRow(before.file, after.file, { columns, contents });
}

function shapeOf({ rows, columns }: TableArtifact): object {
  return { rows, columns: columns.map(({ name, sql }) => `${name} ${sql}`) };
}

interface FileComparison {
  readonly columns: readonly string[];
  readonly contents: Contents;
}

/** The first row that differs, in the first column of those that differ in it. */
async function firstRow(before: BlobRef, after: BlobRef, { columns, contents }: FileComparison): Promise<Difference | undefined> {
  if (columns.length === 0) return undefined;
  const differences = await contents.compareTables({ before: await contents.before(before), after: await contents.after(after), columns });
  const [first] = differences.flatMap(({ first: at, column, rows }) => (at === undefined ? [] : [{ ...at, column, rows }])).sort((a, b) => a.row - b.row);
  return first === undefined ? undefined : { place: `column ${first.column}, row ${first.row}`, before: first.before, after: first.after, rows: first.rows };
}

async function splitDifference(before: SplitArtifact, after: SplitArtifact, contents: Contents): Promise<Difference | undefined> {
  if (before.rows !== after.rows || before.codes.digest === after.codes.digest) return undefined;
  return firstRow(before.codes, after.codes, { columns: ['part'], contents });
}

async function modelDifference(before: ModelArtifact, after: ModelArtifact, contents: Contents): Promise<Difference | undefined> {
  const stored = await storedDifference(before, after, contents);
  if (stored !== undefined) return stored;
  for (const part of Object.keys(before.scores) as PartName[]) {
    const [old, now] = [before.scores[part], after.scores[part]];
    if (old === undefined || now === undefined || old.digest === now.digest) continue;
    const [was, is] = (await readBoth(old, now, contents)).map((bytes) => decodeScores(bytes).values);
    const at = was?.findIndex((value, index) => !Object.is(value, is?.[index])) ?? -1;
    if (was !== undefined && at >= 0) return { place: `scores of ${part}, value ${at + 1}`, before: String(was[at]), after: String(is?.[at] ?? null) };
  }
  return undefined;
}

/** The models that it is made of come first: what it learned of them follows. */
async function storedDifference(before: StoredModel, after: StoredModel, contents: Contents): Promise<Difference | undefined> {
  const members = (before.members ?? []).map((member, index) => [`member ${index}: `, member, after.members?.[index]] as const);
  for (const [whose, old, now] of [...members, ['meta model: ', before.meta, after.meta] as const]) {
    const found = old === undefined || now === undefined ? undefined : await storedDifference(old, now, contents);
    if (found !== undefined) return { ...found, place: `${whose}${found.place}` };
  }
  if (before.model.digest === after.model.digest) return undefined;
  const { path, ...values } = compareModels(...(await readBoth(before.model, after.model, contents)));
  return { place: path, ...values };
}

async function readBoth(before: BlobRef, after: BlobRef, { before: old, after: now, read }: Contents): Promise<readonly [Uint8Array, Uint8Array]> {
  return [await read(await old(before)), await read(await now(after))];
}
