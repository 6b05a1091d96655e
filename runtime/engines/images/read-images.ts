import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DuckDBBlobVector, DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../../compiler/json.ts';
import { relativeNames } from '../../data/relative-names.ts';
import { connectDuckDB, sqlName, sqlString } from '../duckdb/connect.ts';
import { columnsOf } from '../duckdb/describe-files.ts';
import { ROW_NUMBER } from '../duckdb/read-table.ts';
import { appendImages, type ImageRow } from './append-images.ts';
import { openDecoder, type Decoded, type Decoder, type ImageShape } from './decode-image.ts';
import { imageColumn } from './describe-images.ts';
import { imageFiles, type IdxPair } from './image-files.ts';
import { readIdx } from './idx.ts';

/** The column that says why a row has no image; null where it has one. */
export const PROBLEM = '__mlp_problem';

/** The files to be read, and into which table. */
export interface ImageReading {
  readonly paths: readonly string[];
  readonly options: JsonObject;
  readonly limit: number;
  /** Shape of the pixels. */
  readonly shape: ImageShape;
  /** The temporary table to be made. */
  readonly into: string;
}

/** Images that are decoded at once: libvips has four threads to take them. */
const TOGETHER = 8;

/**
 * Decodes images into a temporary table, some at a time, and returns a query for their rows, numbered from 0 in the order of
 * the files' paths, with the columns that `describeImages` told and why a row has no image.
 */
export async function readImages(connection: DuckDBConnection, reading: ImageReading): Promise<string> {
  const { paths, options, limit, shape, into } = reading;
  const files = await imageFiles(paths);
  const decoder = await openDecoder(shape, options['size'] !== undefined || files.form === 'idx');
  const append = (columns: Readonly<Record<string, 'VARCHAR' | 'INTEGER'>>, rows: AsyncGenerator<ImageRow>): Promise<void> => appendImages(connection, { into, columns: { ...columns, [PROBLEM]: 'VARCHAR' }, numbers: shape[0] * shape[1] * shape[2], rows: limited(rows, limit) });
  const numbered = `SELECT * REPLACE (CASE WHEN ${PROBLEM} IS NULL THEN CAST(pixels AS UTINYINT[]) END AS pixels), rowid AS ${ROW_NUMBER} FROM ${into}`;
  switch (files.form) {
    case 'pictures': {
      const label = options['label'] !== 'none';
      await append({ file: 'VARCHAR', ...(label ? { label: 'VARCHAR' as const } : {}), ...SIZE }, pictures(decoder, files.paths, label));
      return numbered;
    }
    case 'idx': {
      const label = files.pairs.every(({ labels }) => labels !== undefined);
      await append(label ? { label: 'INTEGER' } : {}, idxRows(decoder, files.pairs, label));
      return numbered;
    }
    case 'parquet': {
      const { column, bytes } = imageColumn(await columnsOf({ connection, format: 'parquet', paths: files.paths, options: {} }), options);
      const counts: number[] = [];
      await append(SIZE, parquetRows(decoder, { paths: files.paths, bytes, counts }));
      const before = counts.map((_, i) => counts.slice(0, i).reduce((sum, count) => sum + count, 0));
      const rows = `SELECT * EXCLUDE (${sqlName(column.name)}, file_row_number), ([${before.join(', ')}]::BIGINT[])[CAST(file_index AS BIGINT) + 1] + file_row_number AS __mlp_place FROM read_parquet([${files.paths.map(sqlString).join(', ')}], hive_partitioning=false, file_row_number=true)`;
      return `SELECT * EXCLUDE (__mlp_place) FROM (${rows}) JOIN (${numbered}) ON ${ROW_NUMBER} = __mlp_place`;
    }
  }
}

const SIZE = { width: 'INTEGER', height: 'INTEGER' } as const;

async function* limited(rows: AsyncGenerator<ImageRow>, limit: number): AsyncGenerator<ImageRow> {
  let left = limit;
  if (left <= 0) return;
  for await (const row of rows) {
    yield row;
    if (--left <= 0) return;
  }
}

async function* pictures(decoder: Decoder, paths: readonly string[], label: boolean): AsyncGenerator<ImageRow> {
  const names = relativeNames(paths);
  for (let at = 0; at < paths.length; at += TOGETHER) {
    const decoded = await Promise.all(paths.slice(at, at + TOGETHER).map(async (path) => decoder.decode(await readFile(path))));
    for (const [i, image] of decoded.entries()) {
      const [path = '', name = ''] = [paths[at + i], names[at + i]];
      const values = [name, ...(label ? [basename(dirname(path))] : [])];
      yield image.ok ? { values: [...values, image.width, image.height], pixels: image.pixels } : { values: [...values, null, null], problem: `\`${name}\`: ${image.reason}` };
    }
  }
}

async function* idxRows(decoder: Decoder, pairs: readonly IdxPair[], label: boolean): AsyncGenerator<ImageRow> {
  for (const { images, head, labels } of pairs) {
    const [height = 0, width = 0, channels] = head.shape;
    const codes = label && labels !== undefined ? readIdx(labels) : undefined;
    for await (const record of readIdx(images)) {
      const code = codes === undefined ? [] : await labelOf(codes);
      yield { values: code, pixels: await decoder.convert(record, [height, width, channels === 3 ? 3 : 1]) };
    }
  }
}

async function labelOf(codes: AsyncGenerator<Uint8Array, void>): Promise<(number | null)[]> {
  const next = await codes.next();
  return [next.done === true ? null : (next.value[0] ?? null)];
}

interface ParquetRows {
  readonly paths: readonly string[];
  /** The images' bytes, in SQL. */
  readonly bytes: string;
  /** Takes the number of rows of each file, as far as they are read. */
  readonly counts: number[];
}

/** Read over a connection of their own: one that appends has no stream. */
async function* parquetRows(decoder: Decoder, { paths, bytes, counts }: ParquetRows): AsyncGenerator<ImageRow> {
  const connection = await connectDuckDB({ threads: 1, memory: READER_MEMORY });
  try {
    for (const [file, path] of paths.entries()) {
      counts[file] = 0;
      const result = await connection.stream(`SELECT ${bytes} FROM read_parquet(${sqlString(path)}, hive_partitioning=false)`);
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const vector = chunk.getColumnVector(0) as DuckDBBlobVector;
        for (let at = 0; at < chunk.rowCount; at += TOGETHER) {
          const size = Math.min(TOGETHER, chunk.rowCount - at);
          const decoded = await Promise.all(Array.from({ length: size }, (_, i) => decodeBlob(decoder, vector.getItemBytes(at + i))));
          for (const image of decoded) {
            yield image.ok ? { values: [image.width, image.height], pixels: image.pixels } : { values: [null, null], problem: `\`${basename(path)}\`, row ${counts[file] + 1}: ${image.reason}` };
            counts[file]++;
          }
        }
      }
    }
  } finally {
    connection.closeSync();
  }
}

/** Bytes that the reader of Parquet files may take. */
const READER_MEMORY = 2 ** 28;

function decodeBlob(decoder: Decoder, bytes: Uint8Array | null): Promise<Decoded> {
  return bytes === null ? Promise.resolve({ ok: false, reason: 'it is null' }) : decoder.decode(new Uint8Array(bytes));
}
