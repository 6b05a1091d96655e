import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Digest } from '../../../compiler/plan/artifact.ts';
import type { Column } from '../../../compiler/types.ts';
import { sqlString } from './connect.ts';
import { isFlat, type Chunk, type Leaf } from './table-footer.ts';

/**
 * The digest of each column of a Parquet file: SHA-256 over its chunks in the order of row groups, dictionary pages
 * included, without decoding any. Nested columns have one chunk for each of their leaves. The footer, which names the
 * program that wrote the file, is in none of them.
 */
export async function columnDigests(connection: DuckDBConnection, path: string, columns: readonly Column[], leaves: readonly Leaf[]): Promise<Digest[]> {
  const hashes = columns.map(() => createHash('sha256'));
  const owners = isFlat(columns) ? columns.map((_, i) => i) : await leafOwners(connection, path);
  const file = await open(path);
  try {
    let buffer = Buffer.alloc(0);
    for (const { owner, start, length } of inOrder(leaves, owners)) {
      if (buffer.length < length) buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, start);
      if (bytesRead !== length) throw new Error(`${path} ends within a column`);
      hashes[owner]?.update(buffer.subarray(0, length));
    }
  } finally {
    await file.close();
  }
  return hashes.map((hash) => hash.digest('hex'));
}

/** The chunks of all leaves, row group by row group, each with the place of the column that it belongs to. */
function* inOrder(leaves: readonly Leaf[], owners: readonly number[]): Generator<Chunk & { readonly owner: number }> {
  for (let group = 0; group < (leaves[0]?.chunks.length ?? 0); group++) {
    for (const [i, { chunks }] of leaves.entries()) {
      const chunk = chunks[group];
      if (chunk !== undefined) yield { ...chunk, owner: owners[i] ?? 0 };
    }
  }
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
