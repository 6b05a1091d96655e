import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { Json, JsonObject } from '../../../compiler/json.ts';
import { sqlName, sqlString } from './connect.ts';

/** The hidden column of a view over a table: the row's number, from 0. */
export const ROW_NUMBER = '__mlp_row';

/** A table in a file, as its manifest describes it. */
export interface StoredTable {
  readonly path: string;
  readonly columns: readonly StoredColumn[];
}

/** A column of a table in a file. */
export interface StoredColumn {
  readonly name: string;
  /** The type in DuckDB that the column had when it was written; Parquet has no place for some. */
  readonly sql: string;
}

/** The table as something to stand behind FROM, each column of the type it was written with. */
export function selectTable({ path, columns }: StoredTable, rowNumber = false): string {
  const selected = columns.map(({ name, sql }) => `CAST(${sqlName(name)} AS ${sql}) AS ${sqlName(name)}`);
  if (rowNumber) selected.push(`file_row_number AS ${ROW_NUMBER}`);
  return `SELECT ${selected.join(', ')} FROM read_parquet(${sqlString(path)}, file_row_number=${rowNumber})`;
}

/** Makes a view of this name over a table, with the number of each row in the hidden column `__mlp_row`. */
export async function tableView(
  connection: DuckDBConnection,
  name: string,
  table: StoredTable,
  { rowNumber }: { readonly rowNumber: boolean },
): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${sqlName(name)} AS ${selectTable(table, rowNumber)}`);
}

/** The first rows as plain JSON. Integers beyond 2^53, NaN, infinities and whatever JSON lacks are strings. */
export async function tableHead(connection: DuckDBConnection, table: StoredTable, rows: number): Promise<JsonObject[]> {
  const reader = await connection.runAndReadAll(
    `SELECT * EXCLUDE (${ROW_NUMBER}) FROM (${selectTable(table, true)}) WHERE ${ROW_NUMBER} < ${rows} ORDER BY ${ROW_NUMBER}`,
  );
  return reader.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])));
}

/** A value of DuckDB as JSON. */
export function plainValue(value: DuckDBValue): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if ('items' in value) return value.items.map(plainValue);
  if ('entries' in value) {
    if (Array.isArray(value.entries)) return value.entries.map(({ key, value: held }) => [plainValue(key), plainValue(held)]);
    return Object.fromEntries(Object.entries(value.entries).map(([name, held]) => [name, plainValue(held)]));
  }
  if ('scale' in value) {
    const text = value.toString();
    // Up to 15 digits, a double prints them all again.
    return text.replace(/\D/g, '').length <= 15 ? Number(text) : text;
  }
  return value.toString();
}
