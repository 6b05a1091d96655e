import { readColumns } from '../engines/duckdb/read-columns.ts';
import { sqlName } from '../engines/duckdb/connect.ts';
import { openTable, withDuckDB, type TableContext } from './load-table.ts';

/** A numeric column of a table for some rows, NaN where it is null: weights, offsets. */
export async function loadNumbers(context: TableContext, slot: string, column: string, rows: Uint32Array): Promise<Float32Array> {
  const table = await openTable(context, slot);
  const values = await withDuckDB(context, async (connection) => {
    const select = { sql: `coalesce(${sqlName(column)}::FLOAT, 'NaN'::FLOAT)`, as: 'f4' as const };
    const [read] = await readColumns(connection, { from: table.from, rows: table.artifact.rows, columns: [select] });
    return read;
  });
  return Float32Array.from(rows, (row) => Number(values?.[row] ?? NaN));
}
