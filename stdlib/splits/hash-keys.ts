import type { DuckDBConnection } from '@duckdb/node-api';
import type { OpenTable } from '../../runtime/data/load-table.ts';
import { mergeRows, type MergedRows } from '../../runtime/data/merge-rows.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { readColumns } from '../../runtime/engines/duckdb/read-columns.ts';

/**
 * Two words a row: 64 bits of the MD5 of the key's values, not DuckDB's own hash, which may change with its version.
 * Different keys are different texts: `\u0001` is doubled in values, and with a digit it is a NULL (0) or parts one value
 * from the next (1).
 */
export async function hashKeys(connection: DuckDBConnection, table: OpenTable, columns: readonly string[]): Promise<Uint32Array> {
  const texts = columns.map((column) => `coalesce(replace(${sqlName(column)}::VARCHAR, chr(1), chr(1) || chr(1)), chr(1) || '0')`);
  const [keys] = await readColumns(connection, {
    from: table.from,
    rows: table.artifact.rows,
    columns: [{ sql: `md5_number(concat(${texts.join(", chr(1) || '1', ")})) >> 64`, as: 'pair' }],
  });
  return keys as Uint32Array;
}

/** The rows of equal keys together. */
export function groupKeys(keys: Uint32Array): MergedRows {
  const rows = keys.length / 2;
  const half = (word: 0 | 1): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => keys[row * 2 + word] as number);
  const grouped = mergeRows({ columns: [half(0), half(1)], rows });
  if (grouped === undefined) throw new Error('merging was given up');
  return grouped;
}
