import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** What a database may take of the machine. None of it changes a result. */
export interface DuckDBOptions {
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  /** A folder for what does not fit in memory. */
  readonly spill?: string;
}

/** Opens a database in memory, and connects to it. */
export async function connectDuckDB(options: DuckDBOptions): Promise<DuckDBConnection> {
  return (await openDuckDB(options)).connect();
}

/**
 * Opens a database in memory with the one configuration that every query of the program runs under. What can change a
 * result is pinned; nothing is loaded or fetched behind the user's back; and after `lock_configuration` no query can
 * change any of it, on whatever connection.
 */
export async function openDuckDB(options: DuckDBOptions): Promise<DuckDBInstance> {
  const instance = await open(options);
  const connection = await instance.connect();
  await lock(connection);
  connection.closeSync();
  return instance;
}

/**
 * Opens a database in memory in which queries are looked at and never run: under the same configuration, so that names
 * and types come out the same, but without files; with errors as data; and with every optimizer off but the one that
 * finds out which columns are needed. (The others take a query apart: on empty tables they drop scans and conditions.)
 */
export async function connectForAnalysis(): Promise<DuckDBConnection> {
  const connection = await (await open({ threads: 1, memory: 512 * 2 ** 20 })).connect();
  const optimizers = await connection.runAndReadAll(
    "SELECT name FROM duckdb_optimizers() WHERE name <> 'unused_columns'",
  );
  const names = (optimizers.getRowsJS() as [string][]).map(([name]) => name);
  await connection.run(`SET disabled_optimizers = ${sqlString(names.join(','))}`);
  await connection.run('SET errors_as_json = true');
  await connection.run('SET enable_external_access = false');
  return lock(connection);
}

async function open(options: DuckDBOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('./duckdb.ts');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${Math.max(64, Math.floor(options.memory / 2 ** 20))}MiB`,
    ...(options.spill === undefined ? {} : { temp_directory: options.spill }),
    // Scans and filters keep the order of a file's rows: row order is part of a table's value.
    preserve_insertion_order: 'true',
    // Extensions would be fetched from outside.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Rows that compare equal must not depend on a setting of the machine.
    default_null_order: 'nulls_last',
    default_order: 'asc',
    // A file that was read may change; and a database that is kept holds no memory for those that were.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  for (const statement of [
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL Calendar = 'gregorian'",
    "SET GLOBAL default_collation = ''",
    'SET GLOBAL integer_division = false',
  ]) {
    await connection.run(statement);
  }
  connection.closeSync();
  return instance;
}

async function lock(connection: DuckDBConnection): Promise<DuckDBConnection> {
  await connection.run('SET lock_configuration = true');
  return connection;
}

/** A string as an SQL literal. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier, always quoted. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
