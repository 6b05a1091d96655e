import type { Artifact, BlobRef, ModelArtifact, SplitArtifact, TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { readUbjson } from '../data/read-ubjson.ts';
import { decodeScores } from '../data/scores.ts';
import type { ColumnDifference, TableComparison } from '../engines/duckdb/compare-tables.ts';
import { firstJsonDifference } from './json-difference.ts';

/** The first thing in which two artifacts differ: a place, and what stands there in each, `null` where one has nothing. */
export interface Difference {
  /** As in `column late, row 13` (rows from 1), `tree 3, node 5: split_conditions` (from 0), `models[0].metrics.auc`. */
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
  const read = async (old: BlobRef, now: BlobRef): Promise<readonly [Uint8Array, Uint8Array]> => [await contents.read(await contents.before(old)), await contents.read(await contents.after(now))];
  if (before.model.digest !== after.model.digest) return bytesDifference(before.kind, ...(await read(before.model, after.model)));
  for (const part of Object.keys(before.scores) as PartName[]) {
    const [old, now] = [before.scores[part], after.scores[part]];
    if (old === undefined || now === undefined || old.digest === now.digest) continue;
    const [was, is] = (await read(old, now)).map((bytes) => decodeScores(bytes).values);
    const at = was?.findIndex((value, index) => !Object.is(value, is?.[index])) ?? -1;
    if (was !== undefined && at >= 0) return { place: `scores of ${part}, value ${at + 1}`, before: String(was[at]), after: String(is?.[at] ?? null) };
  }
  return undefined;
}

function bytesDifference(kind: string, before: Uint8Array, after: Uint8Array): Difference {
  const [was, is] = [before, after].map((bytes) => readModel(kind, bytes));
  const found = was === undefined || is === undefined ? undefined : firstJsonDifference(was, is);
  if (found !== undefined) return { place: modelPlace(found.path), before: found.before, after: found.after };
  const at = before.findIndex((byte, index) => byte !== after[index]);
  const first = at < 0 ? before.length : at;
  return { place: `byte ${first} of the model`, before: byteAt(before, first), after: byteAt(after, first) };
}

/** A model as JSON, where its format can be read as such. */
function readModel(kind: string, bytes: Uint8Array): unknown {
  try {
    return kind === 'xgboost' ? readUbjson(bytes) : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Trees and nodes by their numbers: their arrays mean little to people. */
function modelPlace(path: string): string {
  const [, tree, field, node] = /\.trees\[(\d+)\]\.(\w+)\[(\d+)\]$/.exec(path) ?? [];
  return tree === undefined || field === undefined || node === undefined ? path : `tree ${tree}, node ${node}: ${field}`;
}

function byteAt(bytes: Uint8Array, at: number): string | null {
  const byte = bytes[at];
  return byte === undefined ? null : `0x${byte.toString(16).padStart(2, '0')}`;
}
