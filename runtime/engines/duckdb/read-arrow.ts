import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type * as Arrow from 'apache-arrow';
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { Column } from '../../../compiler/types.ts';
import { decompressLz4 } from '../../data/lz4-frame.ts';
import { arrowColumn, arrowTransfer, type ArrowPackage, type ArrowTransfer } from './arrow-types.ts';
import { sqlName } from './connect.ts';
import { ROW_NUMBER } from './read-table.ts';

/** The columns of an Arrow file, or the first that is not read. */
export type ArrowDescription = { readonly ok: true; readonly columns: readonly Column[] } | { readonly ok: false; readonly column: string; readonly type: string };

/** Looks at the schema of a file in Arrow's IPC format, with or without a footer. */
export async function describeArrow(path: string): Promise<ArrowDescription> {
  return withReader(path, async (arrow, { schema }): Promise<ArrowDescription> => {
    const columns: Column[] = [];
    for (const field of schema.fields) {
      const transfer = arrowTransfer(arrow, field);
      if (transfer === undefined) return { ok: false, column: field.name, type: String(field.type) };
      columns.push(arrowColumn(transfer));
    }
    return { ok: true, columns };
  });
}

async function withReader<T>(path: string, use: (arrow: ArrowPackage, reader: Arrow.AsyncRecordBatchStreamReader | Arrow.AsyncRecordBatchFileReader) => Promise<T>): Promise<T> {
  const arrow = await import('apache-arrow');
  await registerCodecs(arrow);
  const file = await open(path);
  try {
    const reader = await (await arrow.RecordBatchReader.from(file)).open();
    return await use(arrow, reader);
  } catch (error) {
    if (error instanceof StepError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const compressed = /codec/i.test(reason);
    throw new StepError(
      `\`${basename(path)}\` cannot be read: ${compressed ? `its buffers are compressed with Zstandard, which Node ${process.versions.node} does not know` : reason}`,
      compressed ? 'write it with LZ4 or without compression, or as Parquet, and read it with `parquet(…)`; Node 22.15 reads it as it is' : 'it may have been cut off: copy or download it again',
    );
  } finally {
    await file.close().catch(() => undefined);
  }
}

/** Tells the package how buffers are decompressed: LZ4, which pyarrow's `write_feather` takes by default, and Zstandard where Node has it. */
async function registerCodecs({ compressionRegistry, CompressionType }: ArrowPackage): Promise<void> {
  if (compressionRegistry.get(CompressionType.LZ4_FRAME) !== null) return;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4 });
  const { zstdDecompressSync } = (await import('node:zlib')) as { readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array; readonly gunzipSync: unknown };
  if (zstdDecompressSync !== undefined) compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });
}

/** Rows of a chunk of DuckDB. */
const CHUNK_ROWS = 2048;

/** The files to be read, and into which table. */
export interface ArrowReading {
  readonly paths: readonly string[];
  readonly limit: number;
  /** The temporary table to be made. */
  readonly into: string;
  /** The column that tells each row's file, by its path. */
  readonly pathColumn: string;
}

/**
 * Reads Arrow files into a temporary table, a batch at a time, and returns a query for their rows, numbered from 0, with
 * the column of paths.
 */
export async function readArrow(connection: DuckDBConnection, { paths, limit, into, pathColumn }: ArrowReading): Promise<string> {
  let transfers: readonly ArrowTransfer[] | undefined;
  let left = limit;
  for (const path of paths) {
    await withReader(path, async (arrow, reader) => {
      const own = reader.schema.fields.map((field) => arrowTransfer(arrow, field)).filter((one) => one !== undefined);
      if (transfers === undefined) {
        transfers = own;
        await connection.run(`CREATE TEMP TABLE ${into} (${[...own.map(({ name, physical }) => `${sqlName(name)} ${physical}`), `${pathColumn} VARCHAR`].join(', ')})`);
      }
      for await (const batch of reader) {
        if (left <= 0) break;
        const rows = Math.min(left, batch.numRows);
        await appendBatch(connection, { into, path, transfers, batch, rows });
        left -= rows;
      }
    });
  }
  const columns = (transfers ?? []).map(({ name, expression }) => `${expression(sqlName(name))} AS ${sqlName(name)}`);
  return `SELECT ${[...columns, pathColumn, `rowid AS ${ROW_NUMBER}`].join(', ')} FROM ${into}`;
}

interface Batch {
  readonly into: string;
  readonly path: string;
  readonly transfers: readonly ArrowTransfer[];
  readonly batch: Arrow.RecordBatch;
  readonly rows: number;
}

async function appendBatch(connection: DuckDBConnection, { into, path, transfers, batch, rows }: Batch): Promise<void> {
  const duckdb = await import('./duckdb.ts');
  const types: DuckDBType[] = [...transfers.map(({ physical }) => duckdb[physical]), duckdb.VARCHAR];
  const appender = await connection.createAppender(into);
  for (let at = 0; at < rows; at += CHUNK_ROWS) {
    const size = Math.min(CHUNK_ROWS, rows - at);
    const chunk = duckdb.DuckDBDataChunk.create(types, size);
    transfers.forEach((transfer, j) => {
      const vector = chunk.getColumnVector(j) as unknown as Settable;
      const from = batch.getChildAt(j);
      if (from !== null) fill(vector, from, { transfer, at, size });
      vector.flush();
    });
    const paths = chunk.getColumnVector(transfers.length) as unknown as Settable;
    for (let i = 0; i < size; i++) paths.setItem(i, path);
    paths.flush();
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

interface Settable {
  readonly items: { set: (values: ArrayLike<unknown>) => void };
  readonly setItem: (index: number, value: unknown) => void;
  readonly flush: () => void;
}

function fill(vector: Settable, from: Arrow.Vector, { transfer, at, size }: { readonly transfer: ArrowTransfer; readonly at: number; readonly size: number }): void {
  const [data] = from.data;
  if (transfer.copied && data !== undefined) {
    vector.items.set((data.values as Int32Array).subarray(at, at + size));
    if (from.nullCount > 0) for (let i = 0; i < size; i++) if (!from.isValid(at + i)) vector.setItem(i, null);
    return;
  }
  const isDecimal = transfer.sql.startsWith('DECIMAL');
  for (let i = 0; i < size; i++) {
    const value: unknown = from.get(at + i);
    vector.setItem(i, value !== null && isDecimal ? decimalText(value as Uint32Array, Number(/,(\d+)/.exec(transfer.sql)?.[1])) : value);
  }
}

/** The digits of a 128-bit integer in words of 32 bits, the lowest first, with its decimal point. */
function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(128, unsigned);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${value < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}
