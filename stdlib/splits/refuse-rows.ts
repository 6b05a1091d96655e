import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import type { OpenTable } from '../../runtime/data/load-table.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';

/** Rows that a split cannot have. */
export interface RefusedRows {
  /** In SQL, true of such a row. */
  readonly condition: string;
  /** What such a row has, in the user's terms. */
  readonly what: string;
  readonly hint: string;
}

/** Fails, saying how many and where, if there are rows that a split cannot have. */
export async function refuseRows(connection: DuckDBConnection, table: OpenTable, { condition, what, hint }: RefusedRows): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE, array_to_string(min(${ROW_NUMBER} + 1, 3), ', ') FROM ${table.from} WHERE ${condition}`,
  );
  const [[count, first] = []] = reader.getRows();
  if (Number(count) === 0) return;
  const rows = String(first);
  throw new StepError(Number(count) === 1 ? `row ${rows} has ${what}` : `${Number(count).toLocaleString('en')} rows have ${what}, the first: ${rows}`, hint);
}
