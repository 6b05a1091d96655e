import type { DuckDBType } from '@duckdb/node-api';
import type { Column } from '../../../compiler/types.ts';
import { columnTypeOf } from './sql-column-type.ts';

/** The type's exact spelling in SQL. JSON is a VARCHAR by another name, and keeps that name. */
export function sqlTypeOf(type: DuckDBType): string {
  return type.alias ?? type.toString();
}

/** A column as a query or a file gives it: nothing says that it has no nulls. */
export function columnOf(name: string, type: DuckDBType): Column {
  const sql = sqlTypeOf(type);
  return { name, type: columnTypeOf(sql), nullable: true, sql };
}

/** Names under which DuckDB and this program number the rows of a file: no column of a table can have them. */
export function isReservedName(name: string): boolean {
  return /^(file_row_number|file_index|__mlp_.*)$/i.test(name);
}
