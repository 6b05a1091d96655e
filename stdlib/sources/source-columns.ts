import type { JsonObject } from '../../compiler/json.ts';
import type { Column, ColumnType } from '../../compiler/types.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { convert, type TextFormats } from './convert.ts';
import { freeName } from '../free-name.ts';
import { decodeType, sqlOf, type DeclaredType } from './declared-type.ts';

/** The column that `filename: true` adds: names of files, without their folders. */
export const FILENAME = 'filename';

/** The column of readers that tells each row's file. */
export const PATH_COLUMN = '__mlp_path';

/** A column of the files on its way into the table. */
export interface SourceColumn {
  /** Where it comes from, if not from inside the files: their names, or the folders that they lie in. */
  readonly origin?: 'filename' | 'partition';
  /** As the reader gives it; declared columns of CSV are read as text and of JSON as JSON, whatever they look like. */
  readonly read: Column;
  /** As the table has it; absent when it is dropped. */
  readonly column?: Column;
  readonly declared?: DeclaredType;
  /** Makes the column from what was read, which is called `rawName`. */
  readonly expression?: string;
}

/** What is wrong with a key of `schema` or `partitions`: no column has it, it is there twice, or no value could have its type. */
export type SchemaProblem =
  | { readonly kind: 'missing'; readonly key: string }
  | { readonly kind: 'twice'; readonly key: string }
  | { readonly kind: 'impossible'; readonly key: string; readonly from: ColumnType; readonly to: ColumnType };

/** The columns of a source, in the order of the files, and what `schema` and the files disagree about. */
export interface SourcePlan {
  readonly columns: readonly SourceColumn[];
  /** Columns that `schema` does not list. */
  readonly extra: readonly string[];
  readonly problems: readonly SchemaProblem[];
}

/** What a column is called as it was read, where the table has another value under its name. */
export function rawName(index: number): string {
  return `__mlp_raw_${index}`;
}

/** Lays out a source's columns: those of the files, in their order, with the types that `schema` gives them. */
export function planColumns(format: FileFormat, described: readonly Column[], params: JsonObject): SourcePlan {
  const problems: SchemaProblem[] = [];
  const declared = new Map<string, { readonly key: string; readonly type: DeclaredType }>();
  for (const [key, encoded] of Object.entries((params['schema'] ?? {}) as JsonObject)) {
    if (declared.has(key.toLowerCase())) problems.push({ kind: 'twice', key });
    declared.set(key.toLowerCase(), { key, type: decodeType(encoded as JsonObject) });
  }
  for (const { key } of declared.values()) {
    if (!described.some(({ name }) => name.toLowerCase() === key.toLowerCase())) problems.push({ kind: 'missing', key });
  }
  const formats = textFormats(params);
  const columns = described.map((found, index): SourceColumn => {
    const named = declared.get(found.name.toLowerCase());
    if (named === undefined) return params['extra'] === 'drop' && declared.size > 0 ? { read: found } : { read: found, column: found };
    const read = readAs(format, found);
    const conversion = convert(sqlName(rawName(index)), read, named.type.type, formats);
    if (conversion === undefined) problems.push({ kind: 'impossible', key: named.key, from: read.type, to: named.type.type });
    const { sql, expression } = conversion ?? { sql: sqlOf(named.type.type) };
    return {
      read,
      column: { name: found.name, type: named.type.type, nullable: named.type.nullable, sql },
      declared: named.type,
      ...(expression === undefined ? {} : { expression }),
    };
  });
  const extra = declared.size === 0 ? [] : described.map(({ name }) => name).filter((name) => !declared.has(name.toLowerCase()));
  return { columns: [...columns, ...partitionColumns(params, columns.length), ...(params[FILENAME] === true ? [filenameColumn()] : [])], extra, problems };
}

/**
 * A column as it is read to be converted. Text keeps what a file says; a type that the first rows suggested would fail on
 * the one that differs.
 */
export function readAs(format: FileFormat, found: Column): Column {
  if (format === 'csv') return { ...found, type: { kind: 'string' }, sql: 'VARCHAR' };
  if (format === 'parquet' || format === 'arrow' || format === 'images') return found;
  return { ...found, type: { kind: 'other' }, sql: 'JSON' };
}

function filenameColumn(): SourceColumn {
  const column: Column = { name: FILENAME, type: { kind: 'string' }, nullable: false, sql: 'VARCHAR' };
  return { origin: 'filename', read: column, column };
}

/** Columns that folders such as `region=eu` tell, converted from text like those of a file. */
function partitionColumns(params: JsonObject, before: number): SourceColumn[] {
  return Object.entries((params['partitions'] ?? {}) as JsonObject).map(([name, encoded], index) => {
    const declared = decodeType(encoded as JsonObject);
    const read: Column = { name, type: { kind: 'string' }, nullable: true, sql: 'VARCHAR' };
    const { sql, expression } = convert(sqlName(rawName(before + index)), read, declared.type, textFormats(params)) ?? { sql: sqlOf(declared.type) };
    return { origin: 'partition', read, column: { name, type: declared.type, nullable: declared.nullable, sql }, declared, ...(expression === undefined ? {} : { expression }) };
  });
}

/** What follows `name=` in the last folder of a path that begins so. */
export function partitionOf(path: string, name: string): string | undefined {
  const folder = path.split(/[\\/]/).slice(0, -1).findLast((one) => one.startsWith(`${name}=`));
  return folder?.slice(name.length + 1);
}

/** How dates are written in a source's texts. */
export function textFormats(params: JsonObject): TextFormats {
  const listed = (key: string): readonly string[] | undefined => {
    const value = params[key];
    return typeof value === 'string' ? [value] : (value as readonly string[] | undefined);
  };
  const [dateformat, timestampformat] = [listed('dateformat'), listed('timestampformat')];
  return { ...(dateformat === undefined ? {} : { dateformat }), ...(timestampformat === undefined ? {} : { timestampformat }) };
}

/** The columns of the table. */
export function tableColumns(plan: SourcePlan): Column[] {
  return plan.columns.flatMap(({ column }) => (column === undefined ? [] : [column]));
}

/** The columns of the quarantine: those of the files as they were read, why, and which row it was, from 1. */
export function quarantineColumns(plan: SourcePlan): Column[] {
  const read = plan.columns.map((column) => ({ ...column.read, nullable: true }));
  return [
    ...read,
    { name: freeName('reason', read), type: { kind: 'string' }, nullable: false, sql: 'VARCHAR' },
    { name: freeName('row', read), type: { kind: 'int' }, nullable: false, sql: 'BIGINT' },
  ];
}
