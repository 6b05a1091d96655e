import type { Json, JsonObject } from '../../compiler/json.ts';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { tableHead } from '../../runtime/engines/duckdb/read-table.ts';
import type { Workbench } from './run-kind.ts';

/** The rows of a table that a test made, as plain JSON. */
export async function rowsOf(bench: Workbench, artifact: Artifact | undefined): Promise<JsonObject[]> {
  if (artifact?.type !== 'table') throw new Error('no table was made');
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  try {
    return await tableHead(connection, { path: bench.blobPath(artifact.file.digest), columns: artifact.columns }, artifact.rows);
  } finally {
    connection.closeSync();
  }
}

/** An encoded type of a schema: `int?`, with a condition. */
export function type(name: string, where?: string): Json {
  const nullable = name.endsWith('?');
  return { $type: nullable ? name.slice(0, -1) : name, nullable, ...(where === undefined ? {} : { where }) };
}

/** An encoded list of columns. */
export function columns(...names: readonly string[]): Json {
  return names.map(($column) => ({ $column }));
}
