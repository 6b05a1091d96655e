import { extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { nearest } from '../../../grammar/diagnostics/nearest.ts';
import { sqlName, sqlString } from './connect.ts';
import { ROW_NUMBER, selectTable, type StoredTable } from './read-table.ts';
import { writeArrow } from './table-arrow.ts';
import { writingProblem } from './table-errors.ts';
import { ROW_GROUP_ROWS } from './write-table.ts';

/** Formats of tables for other programs, by the extension of the file. */
export const TABLE_EXTENSIONS = ['.parquet', '.csv', '.ndjson', '.arrow'] as const;

/** What is to be exported, and to which file. */
export interface ExportRequest {
  readonly table: StoredTable;
  /** Names of the columns to export, in order; all without it. */
  readonly columns?: readonly string[];
  /** The file to be made; its extension says the format. */
  readonly out: string;
}

/** Whether the file was made; if not, why, and the way out. */
export type Exported = { readonly ok: true } | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Writes a table, or some of its columns, to a file in the format that its extension names. Rows keep their order. */
export function exportTable(connection: DuckDBConnection, { table, columns, out }: ExportRequest): Promise<Exported> {
  const names = columns ?? table.columns.map(({ name }) => name);
  const query = `SELECT ${names.map(sqlName).join(', ')} FROM (${selectTable(table, true)}) ORDER BY ${ROW_NUMBER}`;
  return exportQuery(connection, query, out);
}

/** Writes what a query gives to a file in the format that its extension names. */
export async function exportQuery(connection: DuckDBConnection, query: string, out: string): Promise<Exported> {
  try {
    return await writeQuery(connection, query, out);
  } catch (error) {
    const problem = writingProblem(error);
    if (problem === undefined) throw error;
    return { ok: false, ...problem };
  }
}

async function writeQuery(connection: DuckDBConnection, query: string, out: string): Promise<Exported> {
  const file = sqlString(out);
  const extension = extname(out).toLowerCase();
  switch (extension) {
    case '.parquet':
      await connection.run(`COPY (${query}) TO ${file} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`);
      return { ok: true };
    case '.csv':
      await connection.run(`COPY (${query}) TO ${file} (FORMAT csv, HEADER true)`);
      return { ok: true };
    case '.ndjson':
      await connection.run(`COPY (${query}) TO ${file} (FORMAT json)`);
      return { ok: true };
    case '.arrow':
      await writeArrow(connection, query, out);
      return { ok: true };
    default: {
      const meant = nearest(extension, TABLE_EXTENSIONS);
      return {
        ok: false,
        message: extension === '' ? `\`${out}\` has no extension that says a format` : `tables are not exported as \`${extension}\``,
        hint: meant === undefined ? `the extensions of tables are ${TABLE_EXTENSIONS.join(' ')}` : `did you mean \`${meant}\`?`,
      };
    }
  }
}
