import type { DuckDBConnection } from '@duckdb/node-api';
import type { RunContext } from '../../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../../compiler/plan/artifact.ts';
import { connectDuckDB } from './connect.ts';
import { writeTable } from './write-table.ts';

/** Opens DuckDB for as long as `use` takes; what does not fit in memory goes to the run's staging folder. */
export async function withTables<T>(context: RunContext, use: (connection: DuckDBConnection) => Promise<T>, threads = context.threads): Promise<T> {
  const connection = await connectDuckDB({ threads, memory: context.memory, spill: context.temporaryFile('.spill') });
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
  }
}

/** Writes a query with a total order as a table of the store. */
export async function keepTable(context: RunContext, connection: DuckDBConnection, select: string): Promise<TableArtifact> {
  const path = context.temporaryFile('.parquet');
  const { type, rows, columns } = await writeTable(connection, { select, path });
  return { type, rows, columns, file: await context.putFile(path) };
}
