import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json, JsonObject } from '../../../compiler/json.ts';
import { sqlString } from './connect.ts';
import { isCompressed, readStart } from './file-start.ts';

/** The formats of files that sources read. */
export type FileFormat = DuckDBFormat | 'arrow' | 'images';

/** The formats that DuckDB reads itself. */
export type DuckDBFormat = 'csv' | 'json' | 'ndjson' | 'parquet';

/** Files to be read, and how. */
export interface ReaderCall {
  readonly format: DuckDBFormat;
  readonly paths: readonly string[];
  /** Options of DuckDB's reader, by its own names. */
  readonly options: JsonObject;
  /** Columns with the types to read them as; without them, the reader looks for itself. Parquet knows its own. */
  readonly columns?: readonly { readonly name: string; readonly sql: string }[];
  /** The column that tells each row's file, by its path, where one is wanted. */
  readonly pathColumn?: string;
}

/**
 * What stands behind FROM to read files. Everything that DuckDB would guess of a dialect is said: its guesses skip
 * leading lines that do not fit, silently.
 */
export async function readerCall(connection: DuckDBConnection, { format, paths, options, columns, pathColumn }: ReaderCall): Promise<string> {
  const files = `[${paths.map(sqlString).join(', ')}]`;
  const common = [files, 'hive_partitioning=false', ...(pathColumn === undefined ? [] : [`filename=${sqlString(pathColumn)}`])];
  if (format === 'parquet') return `read_parquet(${[...common, ...named(options)].join(', ')})`;
  const types = columns === undefined ? undefined : `{${columns.map(({ name, sql }) => `${sqlString(name)}: ${sqlString(sql)}`).join(', ')}}`;
  if (format === 'csv') {
    const delim = typeof options['delim'] === 'string' ? options['delim'] : await commonDelimiter(connection, paths[0] ?? '', options);
    const { names, ...rest } = single(options);
    const dialect = { header: true, skip: 0, quote: '"', escape: '"', comment: '', ...rest, delim };
    // Columns that are given bring their names along, and stand in every file where they are not found by name.
    const whole = columns !== undefined && options['union_by_name'] !== true;
    const all = whole ? { ...dialect, auto_detect: false } : names === undefined || columns !== undefined ? dialect : { ...dialect, names };
    const typed = types === undefined ? [] : [`${whole ? 'columns' : 'types'}=${types}`];
    return `read_csv(${[...common, 'strict_mode=true', ...named(all), ...typed].join(', ')})`;
  }
  const shape = format === 'ndjson' ? { format: 'newline_delimited' } : {};
  return `read_json(${[...common, ...named({ ...shape, ...single(options) }), ...(types === undefined ? [] : [`columns=${types}`])].join(', ')})`;
}

/** Readers take one format of dates; where there are several, dates are read as text. */
function single(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => !/^(date|timestamp)format$/.test(name) || typeof value === 'string'));
}

function named(options: Readonly<Record<string, Json>>): string[] {
  return Object.entries(options).map(([name, value]) => `${name}=${literal(value)}`);
}

function literal(value: Json): string {
  if (typeof value === 'string') return sqlString(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return JSON.stringify(value);
}

const DELIMITERS = [',', '\t', ';', '|'] as const;

/** The delimiter that is most frequent, outside quotes, in the first line that is read. */
async function commonDelimiter(connection: DuckDBConnection, path: string, options: JsonObject): Promise<string> {
  const line = (await firstLine(connection, path, options)).replace(/"[^"]*"/g, '');
  let best: string = DELIMITERS[0];
  for (const delimiter of DELIMITERS) {
    if (line.split(delimiter).length > line.split(best).length) best = delimiter;
  }
  return best;
}

/** The line of a CSV file that holds its header, or its first row. */
export async function firstLine(connection: DuckDBConnection, path: string, options: JsonObject): Promise<string> {
  const skip = typeof options['skip'] === 'number' ? options['skip'] : 0;
  if (isCompressed(path, options)) return firstCompressedLine(connection, path, { skip, ...('compression' in options ? { compression: options['compression'] ?? null } : {}) });
  const encoding = options['encoding'] === 'utf-16' ? 'utf16le' : options['encoding'] === 'latin-1' ? 'latin1' : 'utf8';
  const text = (await readStart(path, 1 << 16)).toString(encoding);
  return text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)[skip] ?? '';
}

/** DuckDB takes it out of its compression, as a table of one column. */
async function firstCompressedLine(connection: DuckDBConnection, path: string, options: JsonObject): Promise<string> {
  const whole = named({ delim: '\u0001', quote: '', escape: '', header: false, auto_detect: false, strict_mode: false, ...options });
  const result = await connection.runAndReadAll(`SELECT line FROM read_csv(${[sqlString(path), ...whole, `columns={line: 'VARCHAR'}`].join(', ')}) LIMIT 1`);
  return String(result.getRows()[0]?.[0] ?? '');
}
