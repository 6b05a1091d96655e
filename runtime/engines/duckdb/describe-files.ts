import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../../compiler/json.ts';
import type { AnswerTo, DescribeNeed, Problem } from '../../../compiler/needs.ts';
import type { Column } from '../../../compiler/types.ts';
import { sqlName } from './connect.ts';
import { readerProblem } from './table-errors.ts';
import { firstLine, readerCall, readStart, type FileFormat } from './table-reader.ts';
import { columnOf, isReservedName } from './table-types.ts';

/**
 * The columns that a format's reader finds in files, or why it cannot read them. Looks at the start of each file (and
 * the end of a Parquet file) before DuckDB does, for reasons that a person understands.
 */
export async function describeFiles(connection: DuckDBConnection, need: DescribeNeed): Promise<AnswerTo<DescribeNeed>> {
  const format = need.format as FileFormat;
  const paths = need.files.map(({ path }) => path);
  try {
    for (const path of paths) {
      const problem = await inspectFile(path, format, need.options);
      if (problem !== undefined) return problem;
    }
    if (format === 'csv') {
      const problem = await differentHeaders(paths, need.options);
      if (problem !== undefined) return problem;
    }
    const columns = await columnsOf(connection, { format, paths, options: need.options });
    const reserved = columns.find(({ name }) => isReservedName(name));
    if (reserved !== undefined) return { ok: false, message: `the files have a column \`${reserved.name}\`, a name that mlp keeps for itself` };
    const clash = format === 'csv' || format === 'parquet' ? undefined : await keysInTwoCases(connection, { format, paths, options: need.options }, columns);
    return clash ?? { ok: true, columns };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { ok: false, message: `a file cannot be read: ${error.message}` };
    return (format === 'csv' ? await strictProblem(connection, paths, need.options) : undefined) ?? readerProblem(error, paths);
  }
}

interface Described {
  readonly format: FileFormat;
  readonly paths: readonly string[];
  readonly options: JsonObject;
}

async function columnsOf(connection: DuckDBConnection, { format, paths, options }: Described): Promise<Column[]> {
  const prepared = await connection.prepare(`SELECT * FROM ${await readerCall({ format, paths, options })}`);
  const columns: Column[] = [];
  for (let i = 0; i < prepared.columnCount; i++) columns.push(columnOf(prepared.columnName(i), prepared.columnType(i)));
  prepared.destroySync();
  return columns;
}

/**
 * DuckDB calls the second of two keys that differ only in case `A_1`, and finds nothing under that name when it is told
 * the columns, as it is when the source is read.
 */
async function keysInTwoCases(connection: DuckDBConnection, described: Described, columns: readonly Column[]): Promise<Problem | undefined> {
  for (const { name, sql } of columns) {
    const first = /^(.+)_\d+$/.exec(name)?.[1]?.toLowerCase();
    const other = columns.find((column) => column.name.toLowerCase() === first);
    if (other === undefined || sql === 'JSON') continue;
    const call = await readerCall({ ...described, columns: [{ name, sql: 'JSON' }] });
    const result = await connection.runAndReadAll(`SELECT count(${sqlName(name)}) FROM ${call}`);
    if (Number(result.getRows()[0]?.[0]) > 0) continue;
    return { ok: false, message: `records have keys that differ from \`${other.name}\` only in case`, hint: 'columns are compared without regard to case: rename one of the keys in the files' };
  }
  return undefined;
}

async function inspectFile(path: string, format: FileFormat, options: JsonObject): Promise<Problem | undefined> {
  const name = basename(path);
  const { size } = await stat(path);
  if (size === 0) return { ok: false, message: `\`${name}\` is empty` };
  const start = await readStart(path, 4096);
  const looks = looksLike(start);
  if (format === 'parquet') {
    if (looks !== 'parquet') return mismatch(name, 'a Parquet file', looks);
    if ((await lastBytes(path, size)) !== 'PAR1') {
      return { ok: false, message: `\`${name}\` is cut off: its end is missing`, hint: 'copy or download it again' };
    }
    return undefined;
  }
  const compressed = /\.(gz|zst)$/.test(name) || options['compression'] !== undefined;
  const wide = options['encoding'] === 'utf-16';
  if (compressed) return undefined;
  if (looks === 'parquet' || looks === 'gzip' || (looks === 'binary' && !wide)) return mismatch(name, format === 'csv' ? 'CSV' : 'JSON', looks);
  if (format === 'csv' && looks === 'json' && ['.json', '.ndjson', '.jsonl'].includes(extname(name))) return mismatch(name, 'CSV', looks);
  if (format !== 'csv' && looks === 'text') return mismatch(name, 'JSON', looks);
  return undefined;
}

type Look = 'parquet' | 'gzip' | 'binary' | 'json' | 'text';

function looksLike(start: Buffer): Look {
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.includes(0)) return 'binary';
  return /^\ufeff?\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'text';
}

const WAYS_OUT: Readonly<Record<Look, string | undefined>> = {
  parquet: 'it is a Parquet file: read it with `parquet(…)`',
  gzip: 'it is compressed with gzip: say `compression: "gzip"`',
  json: 'it looks like JSON: read it with `json(…)`, or with `ndjson(…)` where each line is a record',
  text: 'it looks like plain text: read a table of text with `csv(…)`',
  binary: undefined,
};

function mismatch(name: string, wanted: string, looks: Look): Problem {
  const hint = WAYS_OUT[looks];
  const message = `\`${name}\` is not ${wanted}${looks === 'binary' ? ' but a binary file' : ''}`;
  return { ok: false, message, ...(hint === undefined ? {} : { hint }) };
}

async function lastBytes(path: string, size: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Columns of CSV files are matched by place, so their first lines have to say the same. */
async function differentHeaders(paths: readonly string[], options: JsonObject): Promise<Problem | undefined> {
  const [first, ...others] = paths;
  if (first === undefined || options['header'] === false) return undefined;
  const header = await firstLine(first, options);
  for (const path of others) {
    if ((await firstLine(path, options)) === header) continue;
    return {
      ok: false,
      message: `\`${basename(path)}\` has other columns than \`${basename(first)}\`, or has them in another order`,
      hint: 'files of one source have the same first line; declare a source for each and join them in SQL',
    };
  }
  return undefined;
}

/** What is wrong with a CSV file that could not be described, from a strict reading of all its lines as text. */
async function strictProblem(connection: DuckDBConnection, paths: readonly string[], options: JsonObject): Promise<Problem | undefined> {
  const delim = options['delim'];
  for (const path of paths) {
    const line = (await firstLine(path, options)).replace(/"[^"]*"/g, '');
    const separators = typeof delim === 'string' ? [delim] : [',', '\t', ';', '|'];
    const width = Math.max(...separators.map((separator) => line.split(separator).length));
    const columns = Array.from({ length: width }, (_, i) => ({ name: `c${i}`, sql: 'VARCHAR' }));
    try {
      await connection.run(`SELECT count(*) FROM (SELECT * FROM ${await readerCall({ format: 'csv', paths: [path], options, columns })}) t WHERE hash(t) = 0`);
    } catch (error) {
      return readerProblem(error, [path]);
    }
  }
  return undefined;
}
