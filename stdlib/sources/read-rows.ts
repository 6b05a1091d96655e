import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError, type RunContext } from '../../compiler/kinds/run.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER, selectTable } from '../../runtime/engines/duckdb/read-table.ts';
import { isUsersError, readerProblem } from '../../runtime/engines/duckdb/table-errors.ts';
import { readerCall, type FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { copyToParquet } from '../../runtime/engines/duckdb/write-table.ts';
import { PATH_COLUMN, rawName, type SourceColumn, type SourcePlan } from './source-columns.ts';

/** What a source reads: its files, how they are read, and the columns that come out. */
export interface Reading {
  readonly format: FileFormat;
  readonly paths: readonly string[];
  readonly options: JsonObject;
  readonly limit?: number;
  readonly plan: SourcePlan;
}

/**
 * A query for the rows of the files, in the order of the files' paths, numbered from 0, with declared columns converted
 * and what was read beside them. Parquet is read where it lies; text is parsed once, into a file that is read instead.
 */
export async function readRows(context: RunContext, connection: DuckDBConnection, reading: Reading): Promise<string> {
  const { plan } = reading;
  const from = reading.format === 'parquet' ? await parquetRows(connection, reading) : await parsedRows(context, connection, reading);
  // Two steps: a conversion may not see the converted columns, nor the conditions those that were read.
  const renamed = plan.columns.map(({ read, expression }, index) => renamedColumn(read.name, expression, index));
  const converted = plan.columns.flatMap(({ column, expression }) => {
    return column === undefined || expression === undefined ? [] : [`${expression} AS ${sqlName(column.name)}`];
  });
  return `SELECT *${converted.map((column) => `, ${column}`).join('')} FROM (SELECT ${[...renamed, ROW_NUMBER].join(', ')} FROM (${from}))`;
}

function renamedColumn(name: string, expression: string | undefined, index: number): string {
  return expression === undefined ? sqlName(name) : `${sqlName(name)} AS ${sqlName(rawName(index))}`;
}

async function parquetRows(connection: DuckDBConnection, { paths, options, limit, plan }: Reading): Promise<string> {
  const call = await readerCall(connection, { format: 'parquet', paths, options, ...pathColumn(plan.columns) });
  try {
    const row = paths.length === 1 ? 'file_row_number' : `(${await offsets(connection, paths)})[CAST(file_index AS BIGINT) + 1] + file_row_number`;
    const rows = `SELECT ${selected(plan.columns)}, ${row} AS ${ROW_NUMBER} FROM ${call}`;
    return limit === undefined ? rows : `SELECT * FROM (${rows}) WHERE ${ROW_NUMBER} < ${limit}`;
  } catch (error) {
    throw await readFailure(error, paths);
  }
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

async function parsedRows(context: RunContext, connection: DuckDBConnection, { format, paths, options, limit, plan }: Reading): Promise<string> {
  const columns = plan.columns.filter(({ origin }) => origin === undefined).map(({ read }) => read);
  const call = await readerCall(connection, { format, paths, options, columns, ...pathColumn(plan.columns) });
  const path = context.temporaryFile('.parquet');
  try {
    const parsed = await copyToParquet(connection, {
      select: `SELECT ${selected(plan.columns)} FROM ${call}${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      path,
    });
    return selectTable({ path, columns: parsed }, true);
  } catch (error) {
    throw await readFailure(error, paths);
  }
}

function pathColumn(columns: readonly SourceColumn[]): { readonly pathColumn?: string } {
  return columns.some(({ origin }) => origin !== undefined) ? { pathColumn: PATH_COLUMN } : {};
}

function selected(columns: readonly SourceColumn[]): string {
  return columns.map(({ origin, read: { name } }) => (origin === undefined ? sqlName(name) : `${fromPath(origin, name)} AS ${sqlName(name)}`)).join(', ');
}

/** What the path of a file tells of its rows, in SQL: its name, or the value of the last folder `name=value`. */
function fromPath(origin: 'filename' | 'partition', name: string): string {
  if (origin === 'filename') return `parse_filename(${PATH_COLUMN})`;
  const folder = `regexp_extract(${PATH_COLUMN}, ${sqlString(`.*[/\\\\]${name.replace(/[^A-Za-z0-9_]/g, '\\$&')}=([^/\\\\]*)[/\\\\]`)}, 1)`;
  return `nullif(url_decode(${folder}), '__HIVE_DEFAULT_PARTITION__')`;
}

/** A reader's failure in the user's terms. */
export async function readFailure(error: unknown, paths: readonly string[]): Promise<Error> {
  if (!isUsersError(error)) return error instanceof Error ? error : new Error(String(error));
  const { message, hint } = await readerProblem(error, paths);
  return new StepError(message, hint);
}
