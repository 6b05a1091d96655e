import { createHash } from 'node:crypto';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBListVector } from '@duckdb/node-api';
import type { Codes, IntegerArray } from '../../data/matrix.ts';
import { sqlName, sqlString } from './connect.ts';

/**
 * How a column leaves DuckDB: unsigned and signed integers and floats by bytes. `pair` is an UBIGINT as two words a
 * row, the low one first: 64 bits without BigInts. `text` is strings, and `list`
 * lists of floats; both may be NULL.
 */
export type Storage = 'u1' | 'u2' | 'u4' | 'i1' | 'i2' | 'i4' | 'f4' | 'f8' | 'pair' | 'text' | 'list';

/** A column to be read, and the type of the array that it is read into. */
export interface ColumnRequest {
  /** An expression over the columns of `from` that is never NULL, but for texts. */
  readonly sql: string;
  readonly as: Storage;
  /** How long lists are, as far as that is known. */
  readonly size?: number;
}

/** A column as it was read, shape (rows); for `pair` shape (rows, 2) in row-major order. */
export type ColumnArray = IntegerArray | Float32Array | Float64Array;

/** A column of texts as it was read; null is missing. */
export type TextArray = (string | null)[];

/** A column of lists as it was read; null is missing, and in a list NaN. */
export type ListArray = (Float32Array | null)[];

/** A column as it was read. */
export type ReadArray = ColumnArray | TextArray | ListArray;

/** The columns to be read, and from where. */
export interface ReadOptions {
  /** What stands behind FROM. */
  readonly from: string;
  /** The number of rows that `from` has. */
  readonly rows: number;
  readonly columns: readonly ColumnRequest[];
}

const SQL_TYPES: Readonly<Record<Storage, string>> = {
  u1: 'UTINYINT',
  u2: 'USMALLINT',
  u4: 'UINTEGER',
  i1: 'TINYINT',
  i2: 'SMALLINT',
  i4: 'INTEGER',
  f4: 'FLOAT',
  f8: 'DOUBLE',
  pair: 'UBIGINT',
  text: 'VARCHAR',
  list: 'FLOAT[]',
};

/** Of a text, a guess. */
const BYTES: Readonly<Record<Storage, number>> = { u1: 1, u2: 2, u4: 4, i1: 1, i2: 2, i4: 4, f4: 4, f8: 8, pair: 8, text: 64, list: 4 };

/** What a row of these columns takes, in bytes; of texts, a guess. */
export function bytesOfRow(columns: readonly ColumnRequest[]): number {
  return columns.reduce((sum, column) => sum + bytesOfCell(column), 0);
}

function bytesOfCell({ as, size = 1 }: ColumnRequest): number {
  return BYTES[as] * size;
}

/** Bytes that DuckDB may hold of a result before it is copied out. */
const BATCH_BYTES = 48 * 2 ** 20;

/**
 * Reads columns into typed arrays, in the order of the rows, without making rows. Columns are read a few at a time: a
 * query that is run whole uses all threads where a streamed one does not, and a scan of Parquet reads only what it is
 * asked for, so several scans cost no more than one.
 */
export async function readColumns(connection: DuckDBConnection, options: ReadOptions): Promise<ReadArray[]> {
  const arrays: ReadArray[] = [];
  for (const batch of batchesOf(options.columns, options.rows)) arrays.push(...(await readBatch(connection, { ...options, columns: batch })));
  return arrays;
}

function batchesOf(columns: readonly ColumnRequest[], rows: number): ColumnRequest[][] {
  const batches: ColumnRequest[][] = [];
  let bytes = Infinity;
  for (const column of columns) {
    bytes += bytesOfCell(column) * rows;
    if (bytes > BATCH_BYTES) {
      batches.push([]);
      bytes = bytesOfCell(column) * rows;
    }
    batches.at(-1)?.push(column);
  }
  return batches;
}

async function readBatch(connection: DuckDBConnection, { from, rows, columns }: ReadOptions): Promise<ReadArray[]> {
  const arrays = columns.map((column) => allocate(column.as, rows));
  const result = await connection.run(selectColumns(from, columns));
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    if (at + chunk.rowCount > rows) throw new Error(`more than ${rows} rows were read`);
    copyChunk(chunk, { columns, arrays, at });
    at += chunk.rowCount;
  }
  if (at !== rows) throw new Error(`${at} rows were read where ${rows} were expected`);
  return arrays;
}

function selectColumns(from: string, columns: readonly ColumnRequest[]): string {
  return `SELECT ${columns.map((column) => `(${column.sql})::${SQL_TYPES[column.as]}`).join(', ')} FROM ${from}`;
}

interface CopyTarget {
  readonly columns: readonly ColumnRequest[];
  readonly arrays: readonly ReadArray[];
  /** The row of the arrays that the chunk's first row becomes. */
  readonly at: number;
}

function copyChunk(chunk: DuckDBDataChunk, { columns, arrays, at }: CopyTarget): void {
  const size = chunk.rowCount;
  for (const [j, { as }] of columns.entries()) {
    const vector = chunk.getColumnVector(j);
    const array = arrays[j] as ReadArray;
    if (Array.isArray(array)) {
      if (as === 'list') copyLists(vector as DuckDBListVector, array as ListArray, { size, at });
      else for (let i = 0; i < size; i++) array[at + i] = vector.getItem(i) as string | null;
      continue;
    }
    const { items } = vector as unknown as { readonly items: ColumnArray | BigUint64Array };
    const width = as === 'pair' ? 2 : 1;
    const words = items instanceof BigUint64Array ? new Uint32Array(items.buffer, items.byteOffset, items.length * 2) : items;
    array.set(words.length === size * width ? words : words.subarray(0, size * width), at * width);
  }
}

/** The numbers of all lists lie in one array, which is the chunk's: they are copied. */
function copyLists(vector: DuckDBListVector, lists: ListArray, { size, at }: { readonly size: number; readonly at: number }): void {
  const { items, validity } = vector.childVector as unknown as { readonly items: Float32Array; readonly validity: { readonly itemValid: (at: number) => boolean } };
  for (let i = 0; i < size; i++) {
    if (vector.getItemVector(i) === null) continue;
    const from = vector.getEntryOffset(i);
    const list = items.slice(from, from + vector.getEntryLength(i));
    for (let j = 0; j < list.length; j++) if (!validity.itemValid(from + j)) list[j] = NaN;
    lists[at + i] = list;
  }
}

/** Rows in a chunk of DuckDB's, at most. */
const CHUNK_ROWS = 2048;

/** Some of the rows of a stream. */
export interface ColumnBatch {
  readonly rows: number;
  /** Shape (rows) each. They are filled anew for the next batch. */
  readonly columns: readonly ReadArray[];
}

/**
 * Reads columns batch by batch, in the order of the rows, in memory that does not grow with them: for tables of any size,
 * whose number of rows need not be known. A batch has `most` rows or a few less, but no less than DuckDB gives at a time; the
 * last has what is left.
 */
export async function* streamColumns(
  connection: DuckDBConnection,
  { from, columns, most }: Omit<ReadOptions, 'rows'> & { readonly most: number },
): AsyncGenerator<ColumnBatch> {
  const room = Math.max(most, CHUNK_ROWS);
  const arrays = columns.map((column) => allocate(column.as, room));
  const result = await connection.stream(selectColumns(from, columns));
  const batch = (rows: number): ColumnBatch => ({
    rows,
    columns: arrays.map((array, j) => firstRows(array, columns[j]?.as === 'pair' ? 2 * rows : rows)),
  });
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    copyChunk(chunk, { columns, arrays, at });
    at += chunk.rowCount;
    if (at + CHUNK_ROWS <= room) continue;
    yield batch(at);
    at = 0;
  }
  if (at > 0) yield batch(at);
}

function firstRows(array: ReadArray, length: number): ReadArray {
  if (array.length === length) return array;
  return Array.isArray(array) ? array.slice(0, length) : array.subarray(0, length);
}

function allocate(storage: Storage, rows: number): ReadArray {
  switch (storage) {
    case 'u1':
      return new Uint8Array(rows);
    case 'u2':
      return new Uint16Array(rows);
    case 'u4':
      return new Uint32Array(rows);
    case 'i1':
      return new Int8Array(rows);
    case 'i2':
      return new Int16Array(rows);
    case 'i4':
      return new Int32Array(rows);
    case 'f4':
      return new Float32Array(rows);
    case 'f8':
      return new Float64Array(rows);
    case 'pair':
      return new Uint32Array(rows * 2);
    case 'text':
      return new Array<string | null>(rows).fill(null);
    case 'list':
      return new Array<Float32Array | null>(rows).fill(null);
  }
}

/** The narrowest unsigned storage that holds 0 to `largest`. */
export function codeStorage(largest: number): 'u1' | 'u2' | 'u4' {
  return largest <= 0xff ? 'u1' : largest <= 0xffff ? 'u2' : 'u4';
}

/** An array of codes from 0 to `largest`. */
export function allocateCodes(rows: number, largest: number): Codes {
  return allocate(codeStorage(largest), rows) as Codes;
}

/** A column of categories to be read as codes, and the texts that have a code. */
export interface LevelsRequest {
  readonly column: string;
  /** Whether the column is a BOOLEAN, whose levels are `false` and `true`. */
  readonly boolean: boolean;
  /** Different texts. */
  readonly levels: readonly string[];
}

/**
 * Asks for a column as codes: the index of its text among the levels, the number of levels for any other text, and
 * one more for NULL. DuckDB looks the texts up in an enum that is made here, a dictionary's entry at a time.
 */
export async function requestLevels(connection: DuckDBConnection, { column, boolean, levels }: LevelsRequest): Promise<ColumnRequest> {
  const name = sqlName(column);
  const unseen = levels.length;
  const as = codeStorage(unseen + 1);
  if (boolean) {
    const code = (level: string): number => (levels.includes(level) ? levels.indexOf(level) : unseen);
    return { sql: `CASE WHEN ${name} IS NULL THEN ${unseen + 1} WHEN ${name} THEN ${code('true')} ELSE ${code('false')} END`, as };
  }
  if (levels.length === 0) return { sql: `CASE WHEN ${name} IS NULL THEN 1 ELSE 0 END`, as };
  const type = `levels_${createHash('sha256').update(JSON.stringify(levels)).digest('hex').slice(0, 32)}`;
  await connection.run(`CREATE TYPE IF NOT EXISTS ${type} AS ENUM (${levels.map(sqlString).join(', ')})`);
  return {
    sql: `CASE WHEN ${name} IS NULL THEN ${unseen + 1} ELSE coalesce(enum_code(TRY_CAST(${name}::VARCHAR AS ${type})), ${unseen}) END`,
    as,
  };
}
