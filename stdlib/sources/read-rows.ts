import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER, selectTable } from '../../runtime/engines/duckdb/read-table.ts';
import { isUsersError, readerProblem } from '../../runtime/engines/duckdb/table-errors.ts';
import { readArrow } from '../../runtime/engines/duckdb/read-arrow.ts';
import type { ImageShape } from '../../runtime/engines/images/decode-image.ts';
import { PROBLEM, readImages } from '../../runtime/engines/images/read-images.ts';
import { readerCall, type DuckDBFormat, type FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { copyToParquet } from '../../runtime/engines/duckdb/write-table.ts';
import { PATH_COLUMN, rawName, type SourceColumn, type SourcePlan } from './source-columns.ts';

/** What a source reads: its files, how they are read, and the columns that come out. */
export interface Reading {
  readonly format: FileFormat;
  readonly paths: readonly string[];
  readonly options: JsonObject;
  readonly limit?: number;
  readonly plan: SourcePlan;
  /** Whether a row is as `schema` says, in SQL over the columns that come out and those that were read. */
  readonly valid: string;
  /** Whether what was read is needed of valid rows too. */
  readonly keepRaw: boolean;
}

/** Whether a row is as `schema` says. */
export const VALID = '__mlp_valid';

/**
 * A query for the rows of the files, in the order of the files' paths, numbered from 0, with declared columns converted,
 * what was read beside them, and whether the row is valid. Parquet is read where it lies. Text is parsed and converted
 * once, into a file that is read instead; there, what valid rows were made from is left out where nobody asks for it.
 */
export async function readRows(context: RunContext, connection: DuckDBConnection, reading: Reading): Promise<string> {
  const { format, paths, options, limit = Infinity, plan } = reading;
  if (format === 'arrow') {
    const rows = await readArrow(connection, { paths, limit, into: '__mlp_arrow', pathColumn: PATH_COLUMN });
    return withValidity(reading, `SELECT ${selected(plan.columns)}, ${ROW_NUMBER} FROM (${rows})`, [ROW_NUMBER]);
  }
  if (format === 'images') {
    const shape = plan.columns.find(({ read }) => read.shape !== undefined)?.read.shape as ImageShape;
    const rows = await readImages(connection, { paths, options, limit, shape, into: '__mlp_images' });
    return withValidity(reading, `SELECT ${selected(plan.columns)}, ${PROBLEM}, ${ROW_NUMBER} FROM (${rows})`, [PROBLEM, ROW_NUMBER]);
  }
  return format === 'parquet' ? withValidity(reading, await parquetRows(connection, reading), [ROW_NUMBER]) : parsedRows(context, connection, { ...reading, format });
}

/** Conditions may not see the columns that are being converted. */
function withValidity({ plan, valid }: Reading, from: string, others: readonly string[]): string {
  return `SELECT *, ${valid} AS ${VALID} FROM (${convertRows(from, plan.columns, others)})`;
}

/**
 * A query for rows that were read, with declared columns converted, what was read beside them under `rawName`, and other
 * columns as they are.
 */
export function convertRows(from: string, columns: readonly SourceColumn[], others: readonly string[]): string {
  // Two steps: a conversion may not see the converted columns.
  const renamed = columns.map(({ read, expression }, index) => renamedColumn(read.name, expression, index));
  const converted = columns.flatMap(({ column, expression }) => {
    return column === undefined || expression === undefined ? [] : [`${expression} AS ${sqlName(column.name)}`];
  });
  return `SELECT *${converted.map((column) => `, ${column}`).join('')} FROM (SELECT ${[...renamed, ...others].join(', ')} FROM (${from}))`;
}

function renamedColumn(name: string, expression: string | undefined, index: number): string {
  return expression === undefined ? sqlName(name) : `${sqlName(name)} AS ${sqlName(rawName(index))}`;
}

async function parquetRows(connection: DuckDBConnection, { paths, options, limit, plan }: Reading): Promise<string> {
  const call = await readerCall(connection, { format: 'parquet', paths, options, ...pathColumn(plan.columns) });
  const row = paths.length === 1 ? 'file_row_number' : `(${await offsets(connection, paths)})[CAST(file_index AS BIGINT) + 1] + file_row_number`;
  const rows = `SELECT ${selected(plan.columns)}, ${row} AS ${ROW_NUMBER} FROM ${call}`;
  return limit === undefined ? rows : `SELECT * FROM (${rows}) WHERE ${ROW_NUMBER} < ${limit}`;
}

/** Rows in all the files before each one, as a list in SQL. */
async function offsets(connection: DuckDBConnection, paths: readonly string[]): Promise<string> {
  const result = await connection.runAndReadAll(
    `SELECT file_name, num_rows FROM parquet_file_metadata([${paths.map(sqlString).join(', ')}])`,
  );
  const rows = new Map(result.getRows().map(([path, count]) => [String(path), Number(count)]));
  let before = 0;
  const list = paths.map((path) => {
    const offset = before;
    before += rows.get(path) ?? 0;
    return offset;
  });
  return `[${list.join(', ')}]::BIGINT[]`;
}

async function parsedRows(context: RunContext, connection: DuckDBConnection, reading: Reading & { readonly format: DuckDBFormat }): Promise<string> {
  const { format, paths, options, limit, plan, keepRaw } = reading;
  const columns = plan.columns.filter(({ origin }) => origin === undefined).map(({ read }) => read);
  const call = await readerCall(connection, { format, paths, options, columns, ...pathColumn(plan.columns) });
  const rows = withValidity(reading, `SELECT ${selected(plan.columns)} FROM ${call}${limit === undefined ? '' : ` LIMIT ${limit}`}`, []);
  const raw = plan.columns.flatMap(({ expression }, index) => (expression === undefined ? [] : [sqlName(rawName(index))]));
  const without = keepRaw || raw.length === 0 ? '' : ` REPLACE (${raw.map((name) => `CASE WHEN NOT ${VALID} THEN ${name} END AS ${name}`).join(', ')})`;
  const path = context.temporaryFile('.parquet');
  const parsed = await copyToParquet(connection, { select: `SELECT *${without} FROM (${rows})`, path, compression: 'lz4_raw' });
  return selectTable({ path, columns: parsed }, true);
}

function pathColumn(columns: readonly SourceColumn[]): { readonly pathColumn?: string } {
  return columns.some(({ origin }) => origin !== undefined) ? { pathColumn: PATH_COLUMN } : {};
}

function selected(columns: readonly SourceColumn[]): string {
  return columns.map(({ origin, read: { name } }) => (origin === undefined ? sqlName(name) : `${fromPath(origin, name)} AS ${sqlName(name)}`)).join(', ');
}

/** What the path of a file tells of its rows, as text in SQL: its name, or the value of the last folder `name=value`. */
export function fromPath(origin: 'filename' | 'partition', name: string, path: string = PATH_COLUMN): string {
  if (origin === 'filename') return `parse_filename(${path})`;
  const folder = `regexp_extract(${path}, ${sqlString(`.*[/\\\\]${name.replace(/[^A-Za-z0-9_]/g, '\\$&')}=([^/\\\\]*)[/\\\\]`)}, 1)`;
  return `nullif(url_decode(${folder}), '__HIVE_DEFAULT_PARTITION__')`;
}

/** A reader's failure in the user's terms. */
export async function readFailure(error: unknown, paths: readonly string[]): Promise<Error> {
  if (!isUsersError(error)) return error instanceof Error ? error : new Error(String(error));
  const { message, hint } = await readerProblem(error, paths);
  return new StepError(message, hint);
}
