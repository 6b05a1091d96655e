import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { RunContext } from '../../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../../compiler/plan/artifact.ts';
import { openDuckDB } from './connect.ts';
import { writeTable } from './write-table.ts';

interface Database {
  /** Databases of the same setting are alike. */
  readonly setting: string;
  readonly instance: DuckDBInstance;
}

/**
 * What this process keeps from step to step: opening a database takes longer than a small query on it. Steps leave nothing
 * in it, as all that they make is temporary and goes with their connection.
 */
const kept: { database?: Database | undefined } = {};

/** Connects to a database for as long as `use` takes; what does not fit in memory goes to the run's staging folder. */
export async function withTables<T>(context: RunContext, use: (connection: DuckDBConnection) => Promise<T>, threads = context.threads): Promise<T> {
  const database = await takeDatabase(context, threads);
  const connection = await database.instance.connect();
  try {
    const result = await use(connection);
    connection.closeSync();
    giveBack(database);
    return result;
  } catch (error) {
    connection.closeSync();
    // An error may have left it unusable.
    database.instance.closeSync();
    throw error;
  }
}

/** The database that is kept, if it has this setting, or another one: two may be in use at once. */
async function takeDatabase({ memory, temporaryFile }: RunContext, threads: number): Promise<Database> {
  const spill = temporaryFile('.spill');
  const setting = JSON.stringify([threads, memory, dirname(spill)]);
  const { database } = kept;
  delete kept.database;
  if (database?.setting === setting) return database;
  database?.instance.closeSync();
  return { setting, instance: await openDuckDB({ threads, memory, spill }) };
}

function giveBack(database: Database): void {
  kept.database?.instance.closeSync();
  kept.database = database;
}

/** Writes a query with a total order as a table of the store. */
export async function keepTable(context: RunContext, connection: DuckDBConnection, select: string): Promise<TableArtifact> {
  const path = context.temporaryFile('.parquet');
  const { type, rows, columns } = await writeTable(connection, { select, path });
  return { type, rows, columns, file: await context.putFile(path) };
}
