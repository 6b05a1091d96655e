import type { DuckDBConnection } from '@duckdb/node-api';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { sqlString } from '../engines/duckdb/connect.ts';
import { readColumns, type ColumnRequest, type ReadArray } from '../engines/duckdb/read-columns.ts';
import type { TableContext } from './load-table.ts';
import type { Target } from './matrix.ts';

/** Parts in the order of their codes. */
export const PART_NAMES: readonly PartName[] = ['train', 'validate', 'test'];

/** The code of a row that is in no part. */
export const NO_PART = 255;

/** The positions in the table of the rows of each part asked for, in ascending order; one that counts twice is there twice. */
export async function loadParts<P extends PartName>(
  connection: DuckDBConnection,
  context: Pick<TableContext, 'blobPath'>,
  split: SplitArtifact,
  parts: readonly P[],
): Promise<Record<P, Uint32Array>> {
  const codes = await loadCodes(connection, context, split);
  const times = split.repeated === true ? await loadColumn(connection, context, split, { sql: 'times', as: 'u2' }) : undefined;
  const rows = PART_NAMES.map((part) => new Uint32Array(split.parts[part].rows));
  const ends = [0, 0, 0];
  for (let i = 0; i < split.rows; i++) {
    const code = codes[i] as number;
    if (code === NO_PART) continue;
    const end = ends[code] ?? 0;
    const next = end + (code === 0 && times !== undefined ? (times[i] as number) : 1);
    (rows[code] as Uint32Array).fill(i, end, next);
    ends[code] = next;
  }
  return Object.fromEntries(parts.map((part) => [part, rows[PART_NAMES.indexOf(part)]])) as Record<P, Uint32Array>;
}

/** The part code of each row of the table. */
export async function loadCodes(connection: DuckDBConnection, context: Pick<TableContext, 'blobPath'>, split: SplitArtifact): Promise<Uint8Array> {
  return (await loadColumn(connection, context, split, { sql: 'part', as: 'u1' })) as Uint8Array;
}

/** The target of every row of a table, of a ranking with the queries that the split has found. */
export async function withQueries(connection: DuckDBConnection, context: Pick<TableContext, 'blobPath'>, split: SplitArtifact, target: Target): Promise<Target> {
  if (split.task !== 'ranking' || target.kind === 'classes') return target;
  return { ...target, queries: (await loadColumn(connection, context, split, { sql: 'query', as: 'u4' })) as Uint32Array };
}

async function loadColumn(connection: DuckDBConnection, context: Pick<TableContext, 'blobPath'>, split: SplitArtifact, column: ColumnRequest): Promise<ReadArray | undefined> {
  const path = await context.blobPath(split.codes.digest);
  const [values] = await readColumns(connection, { from: `read_parquet(${sqlString(path)})`, rows: split.rows, columns: [column] });
  return values;
}
