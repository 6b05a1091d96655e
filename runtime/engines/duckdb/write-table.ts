import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../../compiler/plan/artifact.ts';
import type { Column } from '../../../compiler/types.ts';
import { sqlName, sqlString } from './connect.ts';
import { columnDigests } from './table-chunks.ts';
import { readFooter } from './table-footer.ts';
import { storedExpression } from './table-storage.ts';
import { summarizeColumns } from './table-summary.ts';
import { columnOf, isReservedName } from './table-types.ts';

/** A table without the file that holds it, which is the caller's to keep. */
export type WrittenTable = Omit<TableArtifact, 'file'>;

/** The rows to be written, and the file to be made. */
export interface WriteOptions {
  /**
   * A query with a total ORDER BY at its end. A scan without one keeps its rows' order too, but cuts row groups where
   * its threads met.
   */
  readonly select: string;
  readonly path: string;
  /** How columns are compressed: `zstd` unless the file is soon to be read and thrown away. */
  readonly compression?: 'zstd' | 'lz4_raw';
}

/** Rows of a row group: DuckDB's own number, here fixed, so that where a row lies depends on its number alone. */
export const ROW_GROUP_ROWS = 122_880;

/**
 * Writes a query's rows to a Parquet file and says what is in it. The same rows give the same bytes, on one thread or
 * many: equal values are written alike (one zero, one NaN), and no time enters the file.
 */
export async function writeTable(connection: DuckDBConnection, { select, path }: WriteOptions): Promise<WrittenTable> {
  const columns = await copyToParquet(connection, { select, path });
  const reserved = columns.find(({ name }) => isReservedName(name));
  if (reserved !== undefined) throw new StepError(`no column of a table can be called \`${reserved.name}\``, 'give it another name with `AS`');
  const leaves = await readFooter(connection, path, columns);
  const digests = await columnDigests(connection, path, columns, leaves);
  const summaries = await summarizeColumns(connection, path, columns, leaves);
  return {
    type: 'table',
    rows: leaves[0]?.rows ?? 0,
    columns: columns.map(({ name, sql }, i) => ({ name, sql, digest: digests[i] ?? '', nulls: 0, ...summaries[i] })),
  };
}

/** Writes the file alone, and returns its columns with the types that they had in the query. */
export async function copyToParquet(connection: DuckDBConnection, { select, path, compression = 'zstd' }: WriteOptions): Promise<Column[]> {
  const prepared = await connection.prepare(select);
  const columns: Column[] = [];
  const stored: (string | undefined)[] = [];
  for (let i = 0; i < prepared.columnCount; i++) {
    const name = prepared.columnName(i);
    columns.push(columnOf(name, prepared.columnType(i)));
    stored.push(storedExpression(sqlName(name), prepared.columnType(i)));
  }
  prepared.destroySync();
  const expressions = columns.map(({ name }, i) => (stored[i] === undefined ? sqlName(name) : `${stored[i]} AS ${sqlName(name)}`));
  // A projection keeps the order of the query below it.
  const query = stored.every((expression) => expression === undefined) ? select : `SELECT ${expressions.join(', ')} FROM (${select}\n)`;
  await connection.run(
    `COPY (${query}\n) TO ${sqlString(path)} (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
  return columns;
}
