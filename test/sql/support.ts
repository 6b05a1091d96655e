import type { DuckDBConnection } from '@duckdb/node-api';
import type { QueryFacts, SqlProblem } from '../../compiler/sql/analysis.ts';
import type { Column } from '../../compiler/types.ts';
import { analyseQuery, type AnalysisTable } from '../../runtime/engines/duckdb/analyse-query.ts';
import { connectDuckDB, connectForAnalysis, sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { columnTypeOf } from '../../runtime/engines/duckdb/sql-column-type.ts';

/** `name TYPE` or `name TYPE?` where it may be null. */
export function column(text: string): Column {
  const [name = '', ...rest] = text.split(' ');
  const sql = rest.join(' ').replace(/\?$/, '');
  return { name, sql, type: columnTypeOf(sql), nullable: text.endsWith('?') };
}

export function table(name: string, ...columns: readonly string[]): AnalysisTable {
  return { name, columns: columns.map(column) };
}

export const flights = table(
  'flights',
  'origin VARCHAR',
  'destination VARCHAR?',
  'delay INTEGER?',
  'distance INTEGER',
  'price DECIMAL(9,2)?',
  'speed DOUBLE?',
  'date TIMESTAMP',
  'tags VARCHAR[]?',
  'place STRUCT(lat DOUBLE, name VARCHAR)?',
);

export const airports = table('airports', 'code VARCHAR', 'City VARCHAR?', 'height INTEGER?', 'opened DATE');

let analysis: Promise<DuckDBConnection> | undefined;

export function analysisConnection(): Promise<DuckDBConnection> {
  analysis ??= connectForAnalysis();
  return analysis;
}

export async function analyse(text: string, tables: readonly AnalysisTable[] = [flights, airports]) {
  return analyseQuery(await analysisConnection(), { text, tables });
}

export async function facts(text: string, tables?: readonly AnalysisTable[]): Promise<QueryFacts> {
  const result = await analyse(text, tables);
  if (!result.ok) throw new Error(`${text}\n${JSON.stringify(result.problem)}`);
  return result.query;
}

export async function problem(text: string, tables?: readonly AnalysisTable[]): Promise<SqlProblem | undefined> {
  const result = await analyse(text, tables);
  return result.ok ? undefined : result.problem;
}

/**
 * SQL for values with ties, nulls where the column may have them, and another salt for other values: those of 2 and 3 are
 * few, and low or high, so that aggregates over a whole column see them too.
 */
function valueOf(of: Column, salt: number): string {
  // Of the airports that there are, some are flown from.
  const few = of.name === 'code';
  const n = `(hash(i, ${salt}, '${of.name}') % ${salt >= 2 ? 2 : few ? 4 : 7} + ${salt !== 3 ? 0 : few ? 7 : 5})::INTEGER`;
  const value: Readonly<Record<string, string>> = {
    VARCHAR: `['SFO', 'LAX', 'JFK', 'a', 'B', 'é', '', 'YYY', 'ZZZ'][${n} + 1]`,
    INTEGER: `${n} * 10`,
    'DECIMAL(9,2)': `${n} / 4`,
    DOUBLE: `${n} / 3`,
    TIMESTAMP: `TIMESTAMP '2001-01-01 08:00' + to_hours(${n} * 5)`,
    DATE: `DATE '2001-01-01' + ${n}`,
    'VARCHAR[]': `['x', 'y', 'z'][1:${n} % 4]`,
    'STRUCT(lat DOUBLE, name VARCHAR)': `{'lat': ${n} / 2, 'name': 'p' || ${n}}`,
  };
  const chosen = value[of.sql] ?? 'NULL';
  return `(CASE WHEN ${of.nullable} AND hash(i, ${salt}, 'null', '${of.name}') % 5 = 0 THEN NULL ELSE ${chosen} END)::${of.sql}`;
}

/** Fills the tables as a run does: views of the declared columns and the hidden number of the row. */
export async function fill(
  connection: DuckDBConnection,
  tables: readonly AnalysisTable[],
  rows: number,
  saltOf: (table: string, column: string) => number = () => 0,
): Promise<void> {
  for (const { name, columns } of tables) {
    const list = columns.map((each) => `${valueOf(each, saltOf(name, each.name))} AS ${sqlName(each.name)}`);
    await connection.run(
      `CREATE OR REPLACE TABLE data_${name} AS SELECT ${list.join(', ')}, i AS __mlp_row FROM range(${rows}) r(i)`,
    );
    await connection.run(`CREATE OR REPLACE VIEW ${sqlName(name)} AS SELECT * FROM data_${name}`);
  }
}

/** Takes the hidden number away, so that the author's own text can run. */
export async function hideRowNumbers(connection: DuckDBConnection, tables: readonly AnalysisTable[]): Promise<void> {
  for (const { name } of tables) {
    await connection.run(`CREATE OR REPLACE VIEW ${sqlName(name)} AS SELECT * EXCLUDE (__mlp_row) FROM data_${name}`);
  }
}

export async function rowsOf(connection: DuckDBConnection, text: string): Promise<string[]> {
  const result = await connection.runAndReadAll(text);
  return result.getRowsJson().map((row) => JSON.stringify(row));
}

export function connect(threads = 1, megabytes = 512): Promise<DuckDBConnection> {
  return connectDuckDB({ threads, memory: megabytes * 2 ** 20 });
}
