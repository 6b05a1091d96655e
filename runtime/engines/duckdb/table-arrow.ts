import { open } from 'node:fs/promises';
import type * as Arrow from 'apache-arrow';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBVector } from '@duckdb/node-api';
import { sqlName } from './connect.ts';
import { columnOf } from './table-types.ts';

/** The package, loaded when it is needed. */
type ArrowPackage = typeof Arrow;
type Values = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** How a column travels: an expression of a type that DuckDB and Arrow lay out alike, or text, or bools. */
interface ArrowColumn {
  readonly name: string;
  readonly expression: string;
  readonly type: Arrow.DataType;
  /** The array that holds its values in both; absent for texts and bools. */
  readonly array?: new (length: number) => Values;
}

/**
 * Writes a query's rows to a file in Arrow's IPC format, batch by batch, from DuckDB's column vectors. Numbers keep
 * their width; timestamps are in microseconds of UTC; decimals, 128-bit integers and times are text, nested values text
 * in JSON, so that every reader of Arrow can read them.
 */
export async function writeArrow(connection: DuckDBConnection, query: string, out: string): Promise<void> {
  const arrow = await import('apache-arrow');
  const columns = await arrowColumns(arrow, connection, query);
  const schema = new arrow.Schema(columns.map(({ name, type }) => new arrow.Field(name, type, true)));
  const expressions = columns.map(({ name, expression }) => `${expression} AS ${sqlName(name)}`);
  const result = await connection.stream(`SELECT ${expressions.join(', ')} FROM (${query})`);
  const writer = new arrow.RecordBatchFileWriter();
  writer.reset(undefined, schema);
  const file = await open(out, 'w');
  try {
    const writing = writer.writeAll(batches(arrow, { columns, schema, result }));
    // `write` may write a part, and say so in what it returns.
    for await (const bytes of writer as AsyncIterable<Uint8Array>) await file.writeFile(bytes);
    await writing;
  } finally {
    await file.close();
  }
}

interface Batches {
  readonly columns: readonly ArrowColumn[];
  readonly schema: Arrow.Schema;
  readonly result: DuckDBResult;
}

/** Chunks of DuckDB (2,048 rows) that make one batch. */
const BATCH_CHUNKS = 32;

async function* batches(arrow: ArrowPackage, { columns, schema, result }: Batches): AsyncGenerator<Arrow.RecordBatch> {
  let chunks: DuckDBDataChunk[] = [];
  const batch = (): Arrow.RecordBatch => {
    const length = chunks.reduce((rows, chunk) => rows + chunk.rowCount, 0);
    const children = columns.map((column, i) => columnData(arrow, column, { length, vectors: chunks.map((chunk) => [chunk.getColumnVector(i), chunk.rowCount] as const) }));
    chunks = [];
    return new arrow.RecordBatch(schema, arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children }));
  };
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    chunks.push(chunk);
    if (chunks.length === BATCH_CHUNKS) yield batch();
  }
  if (chunks.length > 0) yield batch();
}

interface Vectors {
  readonly length: number;
  readonly vectors: readonly (readonly [DuckDBVector, number])[];
}

function columnData(arrow: ArrowPackage, { type, array }: ArrowColumn, { length, vectors }: Vectors): Arrow.Data {
  if (array === undefined) {
    const values = vectors.flatMap(([vector, rows]) => Array.from({ length: rows }, (_, i) => vector.getItem(i)));
    const [data] = arrow.vectorFromArray(values, type).data;
    if (data === undefined) throw new Error('no values in a batch');
    return data;
  }
  const values = new array(length);
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  let at = 0;
  for (const [vector, rows] of vectors) {
    const { items } = vector as unknown as { readonly items: Values };
    (values as Float64Array).set(items.subarray(0, rows) as Float64Array, at);
    for (let i = 0; i < rows; i++) {
      if (vector.getItem(i) === null) nullCount++;
      else nullBitmap[(at + i) >> 3] = (nullBitmap[(at + i) >> 3] ?? 0) | (1 << ((at + i) & 7));
    }
    at += rows;
  }
  return arrow.makeData({ type, length, nullCount, nullBitmap, data: values } as Parameters<ArrowPackage['makeData']>[0]);
}

async function arrowColumns(arrow: ArrowPackage, connection: DuckDBConnection, query: string): Promise<ArrowColumn[]> {
  const fixed: Readonly<Record<string, readonly [Arrow.DataType, new (length: number) => Values]>> = {
    TINYINT: [new arrow.Int8(), Int8Array],
    SMALLINT: [new arrow.Int16(), Int16Array],
    INTEGER: [new arrow.Int32(), Int32Array],
    BIGINT: [new arrow.Int64(), BigInt64Array],
    UTINYINT: [new arrow.Uint8(), Uint8Array],
    USMALLINT: [new arrow.Uint16(), Uint16Array],
    UINTEGER: [new arrow.Uint32(), Uint32Array],
    UBIGINT: [new arrow.Uint64(), BigUint64Array],
    FLOAT: [new arrow.Float32(), Float32Array],
    DOUBLE: [new arrow.Float64(), Float64Array],
  };
  const prepared = await connection.prepare(query);
  const columns = Array.from({ length: prepared.columnCount }, (_, i) => columnOf(prepared.columnName(i), prepared.columnType(i)));
  prepared.destroySync();
  return columns.map(({ name, type, sql }): ArrowColumn => {
    const value = sqlName(name);
    const same = fixed[sql];
    if (same !== undefined) return { name, expression: value, type: same[0], array: same[1] };
    switch (type.kind) {
      case 'bool':
        return { name, expression: value, type: new arrow.Bool() };
      case 'date':
        return { name, expression: `datediff('day', DATE '1970-01-01', ${value})::INTEGER`, type: new arrow.DateDay(), array: Int32Array };
      case 'timestamp':
        return { name, expression: `epoch_us(${value}::TIMESTAMP)`, type: new arrow.TimestampMicrosecond(), array: BigInt64Array };
      case 'list':
      case 'struct':
        return { name, expression: `CASE WHEN ${value} IS NOT NULL THEN to_json(${value})::VARCHAR END`, type: new arrow.Utf8() };
      default:
        return { name, expression: `CAST(${value} AS VARCHAR)`, type: new arrow.Utf8() };
    }
  });
}
