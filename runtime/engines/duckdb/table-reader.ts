import { open } from 'node:fs/promises';
import type { Json, JsonObject } from '../../../compiler/json.ts';
import { sqlString } from './connect.ts';

/** The formats of files that sources read. */
export type FileFormat = 'csv' | 'json' | 'ndjson' | 'parquet';

/** Files to be read, and how. */
export interface ReaderCall {
  readonly format: FileFormat;
  readonly paths: readonly string[];
  /** Options of DuckDB's reader, by its own names. */
  readonly options: JsonObject;
  /** Columns with the types to read them as; without them, the reader looks for itself. Parquet knows its own. */
  readonly columns?: readonly { readonly name: string; readonly sql: string }[];
  /** Whether the path of each row's file comes along as `filename`. */
  readonly filename?: boolean;
}

/**
 * What stands behind FROM to read files. Everything that DuckDB would guess of a dialect is said: its guesses skip
 * leading lines that do not fit, silently.
 */
export async function readerCall({ format, paths, options, columns, filename = false }: ReaderCall): Promise<string> {
  const files = `[${paths.map(sqlString).join(', ')}]`;
  const common = [files, 'hive_partitioning=false', ...(filename ? ['filename=true'] : [])];
  if (format === 'parquet') return `read_parquet(${[...common, ...named(options)].join(', ')})`;
  const types = columns === undefined ? [] : [`columns={${columns.map(({ name, sql }) => `${sqlString(name)}: ${sqlString(sql)}`).join(', ')}}`];
  if (format === 'csv') {
    const delim = typeof options['delim'] === 'string' ? options['delim'] : await commonDelimiter(paths[0] ?? '', options);
    const { names, ...rest } = options;
    const dialect = { header: true, skip: 0, quote: '"', escape: '"', comment: '', ...rest, delim };
    // Columns that are given bring their names along.
    const all = columns !== undefined ? { ...dialect, auto_detect: false } : names === undefined ? dialect : { ...dialect, names };
    return `read_csv(${[...common, 'strict_mode=true', ...named(all), ...types].join(', ')})`;
  }
  const shape = format === 'ndjson' ? { format: 'newline_delimited' } : {};
  return `read_json(${[...common, ...named({ ...shape, ...options }), ...types].join(', ')})`;
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
async function commonDelimiter(path: string, options: JsonObject): Promise<string> {
  const line = (await firstLine(path, options)).replace(/"[^"]*"/g, '');
  let best: string = DELIMITERS[0];
  for (const delimiter of DELIMITERS) {
    if (line.split(delimiter).length > line.split(best).length) best = delimiter;
  }
  return best;
}

/** The line of a CSV file that holds its header, or its first row. */
export async function firstLine(path: string, options: JsonObject): Promise<string> {
  const skip = typeof options['skip'] === 'number' ? options['skip'] : 0;
  const encoding = options['encoding'] === 'utf-16' ? 'utf16le' : options['encoding'] === 'latin-1' ? 'latin1' : 'utf8';
  const text = (await readStart(path, 1 << 16)).toString(encoding);
  return text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)[skip] ?? '';
}

/** The first bytes of a file. */
export async function readStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
