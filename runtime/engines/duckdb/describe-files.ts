import { basename } from 'node:path';
import type { DuckDBBlobValue, DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { JsonObject } from '../../../compiler/json.ts';
import type { AnswerTo, DescribeNeed, Problem } from '../../../compiler/needs.ts';
import type { Column } from '../../../compiler/types.ts';
import { sqlName, sqlString } from './connect.ts';
import { describeImages, LOOKED_AT } from '../images/describe-images.ts';
import { inspectFile } from './inspect-file.ts';
import { readerProblem } from './table-errors.ts';
import { describeArrow } from './read-arrow.ts';
import { firstLine, readerCall, type DuckDBFormat, type FileFormat } from './table-reader.ts';
import { columnOf, isReservedName } from './table-types.ts';

/** Files that are looked at at once. */
const TOGETHER = 16;

/**
 * The columns that a format's reader finds in files, or why it cannot read them. Looks at the start of each file (and
 * the end of a Parquet file, and the whole of a compressed one) before DuckDB does, for reasons that a person
 * understands.
 */
export async function describeFiles(connection: DuckDBConnection, need: DescribeNeed): Promise<AnswerTo<DescribeNeed>> {
  const format = need.format as FileFormat;
  const paths = need.files.map(({ path }) => path);
  try {
    if (format === 'images') return await describeImages(need, { columns: (files) => columnsOf({ connection, format: 'parquet', paths: files, options: {} }), first: (files, bytes) => firstBlobs(connection, files, bytes) });
    for (let at = 0; at < paths.length; at += TOGETHER) {
      const problems = await Promise.all(paths.slice(at, at + TOGETHER).map((path) => inspectFile(path, format, need.options)));
      const problem = problems.find((one) => one !== undefined);
      if (problem !== undefined) return problem;
    }
    if (format === 'arrow') return await describeArrows(paths);
    const described: Described = { connection, format, paths, options: need.options };
    const different = need.options['union_by_name'] === true ? undefined : format === 'csv' ? await differentHeaders(described) : format === 'parquet' ? await differentColumns(described) : undefined;
    if (different !== undefined) return different;
    const columns = format === 'csv' ? await confirmTypes(described, await columnsOf(described)) : await columnsOf(described);
    const reserved = columns.find(({ name }) => isReservedName(name));
    if (reserved !== undefined) return { ok: false, message: `the files have a column \`${reserved.name}\`, a name that mlp keeps for itself` };
    const clash = format === 'csv' || format === 'parquet' ? undefined : await keysInTwoCases(described, columns);
    return clash ?? { ok: true, columns };
  } catch (error) {
    if (error instanceof StepError) return { ok: false, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
    if (error instanceof Error && 'code' in error) return { ok: false, message: `a file cannot be read: ${error.message}` };
    return (format === 'csv' ? await strictProblem({ connection, format, paths, options: need.options }) : undefined) ?? readerProblem(error, paths);
  }
}

/** The first images of Parquet files. */
async function firstBlobs(connection: DuckDBConnection, paths: readonly string[], bytes: string): Promise<Uint8Array[]> {
  const call = await readerCall(connection, { format: 'parquet', paths: paths.slice(0, 1), options: {} });
  const result = await connection.runAndReadAll(`SELECT ${bytes} FROM ${call} LIMIT ${LOOKED_AT}`);
  return result.getRows().flatMap(([blob]) => (blob === null ? [] : [(blob as DuckDBBlobValue).bytes]));
}

/** Arrow files are read one after the other: all have the columns of the first. */
async function describeArrows(paths: readonly string[]): Promise<AnswerTo<DescribeNeed>> {
  let first: readonly Column[] | undefined;
  for (const path of paths) {
    const found = await describeArrow(path);
    const name = basename(path);
    if (!found.ok) return { ok: false, message: `the column \`${found.column}\` of \`${name}\` is ${found.type}, which is not read from Arrow files`, hint: 'write the file as Parquet, and read it with `parquet(…)`' };
    first ??= found.columns;
    if (JSON.stringify(found.columns) !== JSON.stringify(first)) {
      return { ok: false, message: `\`${name}\` has other columns than \`${basename(paths[0] ?? '')}\`, in another order, or of other types`, hint: 'make a source for each, and bring them together in SQL' };
    }
  }
  const reserved = first?.find(({ name }) => isReservedName(name));
  if (reserved !== undefined) return { ok: false, message: `the files have a column \`${reserved.name}\`, a name that mlp keeps for itself` };
  return { ok: true, columns: first ?? [] };
}

/** Files, and what reads them. */
export interface Described {
  readonly connection: DuckDBConnection;
  readonly format: DuckDBFormat;
  readonly paths: readonly string[];
  readonly options: JsonObject;
}

/** The columns that the reader of a format tells. */
export async function columnsOf({ connection, ...call }: Described): Promise<Column[]> {
  const prepared = await connection.prepare(`SELECT * FROM ${await readerCall(connection, call)}`);
  const columns: Column[] = [];
  for (let i = 0; i < prepared.columnCount; i++) columns.push(columnOf(prepared.columnName(i), prepared.columnType(i)));
  prepared.destroySync();
  return columns;
}

/**
 * Types that DuckDB suggests for a CSV file and that the values themselves do not say become text: `yes` and `no` as
 * bools, 01/02/2003 as a date of one month or another, numbers of more digits than a float keeps.
 */
async function confirmTypes({ connection, ...call }: Described, columns: readonly Column[]): Promise<Column[]> {
  const doubtful = columns.map(({ name, type }) => plainValues(sqlName(name), type.kind, call.options));
  if (doubtful.every((one) => one === undefined)) return [...columns];
  const { sample_size: sample } = call.options;
  const from = await readerCall(connection, { ...call, columns: columns.map(({ name }) => ({ name, sql: 'VARCHAR' })) });
  const rows = `SELECT * FROM ${from}${typeof sample === 'number' && sample >= 0 ? ` LIMIT ${sample}` : ''}`;
  const result = await connection.runAndReadAll(`SELECT ${doubtful.map((one) => (one === undefined ? 'true' : `coalesce(bool_and(${one}), true)`)).join(', ')} FROM (${rows})`);
  const [confirmed = []] = result.getRows();
  return columns.map((column, i) => (confirmed[i] === false ? { ...column, type: { kind: 'string' }, sql: 'VARCHAR' } : column));
}

/** Whether a text says its type by itself, in SQL; `undefined` for types that DuckDB finds as a person does. */
function plainValues(value: string, kind: Column['type']['kind'], { dateformat, timestampformat }: JsonObject): string | undefined {
  switch (kind) {
    case 'bool':
      return `lower(${value}) IN ('true', 'false')`;
    case 'float':
      return `NOT regexp_full_match(${value}, '\\s*[+-]?[0-9]{16,}\\s*')`;
    case 'date':
      return typeof dateformat === 'string' ? undefined : `TRY_CAST(${value} AS DATE) IS NOT NULL OR ${value} IS NULL`;
    case 'timestamp':
      return typeof timestampformat === 'string' ? undefined : `TRY_CAST(${value} AS TIMESTAMP WITH TIME ZONE) IS NOT NULL OR ${value} IS NULL`;
    default:
      return undefined;
  }
}

/**
 * DuckDB calls the second of two keys that differ only in case `A_1`, and finds nothing under that name when it is told
 * the columns, as it is when the source is read.
 */
async function keysInTwoCases({ connection, ...call }: Described, columns: readonly Column[]): Promise<Problem | undefined> {
  for (const { name, sql } of columns) {
    const first = /^(.+)_\d+$/.exec(name)?.[1]?.toLowerCase();
    const other = columns.find((column) => column.name.toLowerCase() === first);
    if (other === undefined || sql === 'JSON') continue;
    const from = await readerCall(connection, { ...call, columns: [{ name, sql: 'JSON' }] });
    const result = await connection.runAndReadAll(`SELECT count(${sqlName(name)}) FROM ${from}`);
    if (Number(result.getRows()[0]?.[0]) > 0) continue;
    return { ok: false, message: `records have keys that differ from \`${other.name}\` only in case`, hint: 'columns are compared without regard to case: rename one of the keys in the files' };
  }
  return undefined;
}

/** Columns of CSV files are matched by place, so their first lines have to say the same. */
async function differentHeaders({ connection, paths, options }: Described): Promise<Problem | undefined> {
  const [first, ...others] = paths;
  if (first === undefined || options['header'] === false) return undefined;
  const header = await firstLine(connection, first, options);
  for (const path of others) {
    if ((await firstLine(connection, path, options)) === header) continue;
    return {
      ok: false,
      message: `\`${basename(path)}\` has other columns than \`${basename(first)}\`, or has them in another order`,
      hint: 'files of one source have the same first line; `union_by_name: true` puts columns of one name together',
    };
  }
  return undefined;
}

/** Columns of Parquet files are matched by name: those of the first file have to be in all, and no others. */
async function differentColumns({ connection, paths }: Described): Promise<Problem | undefined> {
  const [first] = paths;
  if (first === undefined || paths.length === 1) return undefined;
  const result = await connection.runAndReadAll(
    `SELECT file_name, list(DISTINCT lower(name) ORDER BY lower(name)) AS names FROM parquet_schema([${paths.map(sqlString).join(', ')}])
     WHERE column_id > 0 GROUP BY file_name`,
  );
  const names = new Map((result.getRowsJson() as [string, string[]][]).map(([path, list]) => [path, list]));
  const wanted = names.get(first) ?? [];
  for (const path of paths) {
    const found = names.get(path) ?? [];
    const missing = wanted.find((name) => !found.includes(name));
    const further = found.find((name) => !wanted.includes(name));
    if (missing === undefined && further === undefined) continue;
    const what = missing === undefined ? `has a column \`${further}\`, which \`${basename(first)}\` has not` : `has no column \`${missing}\`, which \`${basename(first)}\` has`;
    return { ok: false, message: `\`${basename(path)}\` ${what}`, hint: 'with `union_by_name: true`, columns that a file lacks are null' };
  }
  return undefined;
}

/** What is wrong with a CSV file that could not be described, from a strict reading of all its lines as text. */
async function strictProblem({ connection, paths, options }: Described): Promise<Problem | undefined> {
  const delim = options['delim'];
  for (const path of paths) {
    const line = (await firstLine(connection, path, options)).replace(/"[^"]*"/g, '');
    const separators = typeof delim === 'string' ? [delim] : [',', '\t', ';', '|'];
    const width = Math.max(...separators.map((separator) => line.split(separator).length));
    const columns = Array.from({ length: width }, (_, i) => ({ name: `c${i}`, sql: 'VARCHAR' }));
    const { union_by_name: _, ...rest } = options;
    try {
      await connection.run(`SELECT count(*) FROM (SELECT * FROM ${await readerCall(connection, { format: 'csv', paths: [path], options: rest, columns })}) t WHERE hash(t) = 0`);
    } catch (error) {
      return readerProblem(error, [path]);
    }
  }
  return undefined;
}
