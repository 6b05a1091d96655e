import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlName, sqlString } from './connect.ts';

/** Two Parquet files of the store with the same number of rows, and the columns that both have and that may differ. */
export interface TableComparison {
  readonly before: string;
  readonly after: string;
  readonly columns: readonly string[];
}

/** How a column of two tables differs, row by row. Values are as DuckDB prints them; null is null. */
export interface ColumnDifference {
  readonly column: string;
  /** How many of the rows differ; null and NaN are equal to themselves. */
  readonly rows: number;
  /** The first of them, counted from 1; absent when none does. */
  readonly first?: { readonly row: number; readonly before: string | null; readonly after: string | null };
}

/** Compares columns of two tables by the places of their rows. */
export async function compareTables(connection: DuckDBConnection, { before, after, columns }: TableComparison): Promise<readonly ColumnDifference[]> {
  const differences: ColumnDifference[] = [];
  for (const column of columns) {
    // As texts, because a column may have become one of another type; zeros and numbers that print alike are one then.
    const side = (file: string): string => `(SELECT CAST(${sqlName(column)} AS VARCHAR) AS v, file_row_number AS r FROM read_parquet(${sqlString(file)}, file_row_number = true))`;
    const differ = `FROM ${side(before)} b JOIN ${side(after)} a USING (r) WHERE a.v IS DISTINCT FROM b.v`;
    const found = await connection.runAndReadAll(`SELECT count(*)::INTEGER AS n, min(r)::INTEGER AS r, arg_min([b.v], r)[1] AS b, arg_min([a.v], r)[1] AS a ${differ}`);
    const [rows, row, was, is] = (found.getRowsJS()[0] ?? []) as [number, number | null, string | null, string | null];
    differences.push({ column, rows, ...(row === null ? {} : { first: { row: row + 1, before: was, after: is } }) });
  }
  return differences;
}
