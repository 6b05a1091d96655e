import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import type { ColumnArray } from './read-columns.ts';

const CHUNK_ROWS = 2048;

/** Makes a temporary table of typed arrays, its columns `c0`, `c1`, … in the types of the arrays. */
export async function appendColumns(connection: DuckDBConnection, table: string, columns: readonly ColumnArray[]): Promise<void> {
  const appender = await openAppender(connection, table, columns);
  appender.append(columns);
  appender.close();
}

/** Takes the rows of a table, some at a time. */
export interface ColumnAppender {
  /** Arrays of the types that the table was made with, of equal length. */
  readonly append: (columns: readonly ColumnArray[]) => void;
  readonly close: () => void;
}

/** Makes an empty temporary table, its columns `c0`, `c1`, … in the types of arrays that are like those it is to hold. */
export async function openAppender(connection: DuckDBConnection, table: string, like: readonly ColumnArray[]): Promise<ColumnAppender> {
  const { DuckDBDataChunk } = await import('./duckdb.ts');
  const types = await Promise.all(like.map(typeOf));
  await connection.run(`CREATE TEMP TABLE ${table} (${types.map((type, j) => `c${j} ${type.toString()}`).join(', ')})`);
  const appender = await connection.createAppender(table);
  return {
    append: (columns) => {
      const rows = columns[0]?.length ?? 0;
      for (let at = 0; at < rows; at += CHUNK_ROWS) {
        const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK_ROWS, rows - at));
        for (const [j, column] of columns.entries()) {
          const vector = chunk.getColumnVector(j) as unknown as { readonly items: ColumnArray; readonly flush: () => void };
          vector.items.set(column.subarray(at, at + CHUNK_ROWS));
          vector.flush();
        }
        appender.appendDataChunk(chunk);
      }
    },
    close: () => {
      appender.closeSync();
    },
  };
}

async function typeOf(column: ColumnArray): Promise<DuckDBType> {
  const duckdb = await import('./duckdb.ts');
  if (column instanceof Uint8Array) return duckdb.UTINYINT;
  if (column instanceof Uint16Array) return duckdb.USMALLINT;
  if (column instanceof Uint32Array) return duckdb.UINTEGER;
  if (column instanceof Int8Array) return duckdb.TINYINT;
  if (column instanceof Int16Array) return duckdb.SMALLINT;
  if (column instanceof Int32Array) return duckdb.INTEGER;
  if (column instanceof Float32Array) return duckdb.FLOAT;
  return duckdb.DOUBLE;
}
