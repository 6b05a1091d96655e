import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Digest } from '../../../compiler/plan/artifact.ts';
import { sqlString } from './connect.ts';

/** One column of one row group: a range of bytes of the file. Nested columns have one chunk for each of their leaves. */
interface Chunk {
  /** The column's place among the table's columns. */
  readonly column: number;
  readonly start: number;
  readonly length: number;
}

/**
 * The digest of each column of a Parquet file: SHA-256 over its chunks in the order of row groups, dictionary pages
 * included, without decoding any. The footer, which names the program that wrote the file, is in none of them.
 */
export async function columnDigests(connection: DuckDBConnection, path: string, columns: number): Promise<Digest[]> {
  const hashes = Array.from({ length: columns }, () => createHash('sha256'));
  const chunks = await columnChunks(connection, path);
  const file = await open(path);
  try {
    let buffer = Buffer.alloc(0);
    for (const { column, start, length } of chunks) {
      if (buffer.length < length) buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, start);
      if (bytesRead !== length) throw new Error(`${path} ends within a column`);
      hashes[column]?.update(buffer.subarray(0, length));
    }
  } finally {
    await file.close();
  }
  return hashes.map((hash) => hash.digest('hex'));
}

async function columnChunks(connection: DuckDBConnection, path: string): Promise<Chunk[]> {
  const owner = await leafOwners(connection, path);
  const result = await connection.runAndReadAll(
    `SELECT column_id, least(data_page_offset, coalesce(dictionary_page_offset, data_page_offset))::DOUBLE,
            total_compressed_size::DOUBLE
     FROM parquet_metadata(${sqlString(path)}) ORDER BY row_group_id, column_id`,
  );
  return result.getRows().map(([leaf, start, length]) => ({
    column: owner[Number(leaf)] ?? 0,
    start: Number(start),
    length: Number(length),
  }));
}

/** For each leaf of the file's schema, in order, the place of the column that it belongs to. */
async function leafOwners(connection: DuckDBConnection, path: string): Promise<number[]> {
  const result = await connection.runAndReadAll(`SELECT coalesce(num_children, 0)::INTEGER FROM parquet_schema(${sqlString(path)})`);
  const children = result.getRows().map(([count]) => Number(count));
  const owners: number[] = [];
  // The schema is a tree written in depth-first order, the root first.
  let at = 1;
  const visit = (column: number): void => {
    const count = children[at++] ?? 0;
    if (count === 0) owners.push(column);
    for (let i = 0; i < count; i++) visit(column);
  };
  for (let column = 0; column < (children[0] ?? 0); column++) visit(column);
  return owners;
}
