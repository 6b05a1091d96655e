import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { Cell, ExpectedRows, TableTest, TestQuery, TestRows } from '../../../compiler/tests/table-test.ts';
import type { Column } from '../../../compiler/types.ts';
import { compareRows, type ComparedRow, type RowDifference } from '../../data/compare-rows.ts';
import { sqlName, sqlString } from './connect.ts';
import { ROW_NUMBER } from './read-table.ts';
import { queryFailure } from './table-errors.ts';

/** What came of a test. */
export type TestOutcome =
  | { readonly done: true; readonly tables: readonly TableOutcome[] }
  /** A query failed; `step` is whose. */
  | { readonly done: false; readonly step: string; readonly message: string; readonly hint?: string };

/** How a table compares with what was expected of it. */
export interface TableOutcome {
  readonly step: string;
  readonly rows: { readonly expected: number; readonly found: number };
  /** Empty when the table is as expected. */
  readonly differences: readonly RowDifference[];
}

/** Rows of one table that are compared at most. */
const MOST_ROWS = 100_000;

/**
 * Runs a test: its queries, over the rows that it gives, in tables that are gone afterwards. The connection is one of
 * `connectDuckDB` with one thread, used by one test at a time: rows lie in tables in the order in which they were put in.
 */
export async function runTest(connection: DuckDBConnection, test: TableTest): Promise<TestOutcome> {
  let step = '';
  const names = new Map<string, string>();
  const add = async (name: string, create: (table: string) => Promise<void>): Promise<void> => {
    step = name;
    const table = `__mlp_test_${names.size}`;
    names.set(name, table);
    await create(table);
  };
  try {
    for (const given of test.given) await add(given.step, (table) => createRows(connection, table, given));
    for (const query of test.queries) await add(query.step, (table) => createResult(connection, table, query, names));
    const tables: TableOutcome[] = [];
    for (const expected of test.expected) {
      step = expected.step;
      tables.push(await compare(connection, names.get(step) ?? '', expected));
    }
    return { done: true, tables };
  } catch (error) {
    const failure = queryFailure(error);
    if (!(failure instanceof StepError)) throw failure;
    return { done: false, step, message: failure.message, ...(failure.hint === undefined ? {} : { hint: failure.hint }) };
  } finally {
    for (const table of names.values()) await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

async function createRows(connection: DuckDBConnection, table: string, { columns, rows }: TestRows): Promise<void> {
  await connection.run(`CREATE TEMP TABLE ${table} (${columns.map(({ name, sql }) => `${sqlName(name)} ${sql}`).join(', ')})`);
  if (rows.length === 0) return;
  const values = rows.map((row) => `(${row.map((cell, index) => cellSql(cell, columns[index])).join(', ')})`);
  await connection.run(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
}

function cellSql(cell: Cell, column: Column | undefined): string {
  return column === undefined ? plainSql(cell) : `CAST(${plainSql(cell)} AS ${column.sql})`;
}

function plainSql(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  if (typeof cell === 'string') return sqlString(cell);
  if (isList(cell)) return `[${cell.map(plainSql).join(', ')}]`;
  return `{${Object.entries(cell).map(([field, value]) => `${sqlString(field)}: ${plainSql(value)}`).join(', ')}}`;
}

function isList(cell: Cell): cell is readonly Cell[] {
  return Array.isArray(cell);
}

/** Its tables are views, which number their rows as those of the store do. */
async function createResult(connection: DuckDBConnection, table: string, { text, tables }: TestQuery, names: ReadonlyMap<string, string>): Promise<void> {
  for (const { name, step } of tables) await connection.run(`CREATE OR REPLACE TEMP VIEW ${sqlName(name)} AS SELECT *, rowid AS ${ROW_NUMBER} FROM ${names.get(step) ?? ''}`);
  try {
    await connection.run(`CREATE TEMP TABLE ${table} AS ${text}`);
  } finally {
    for (const { name } of tables) await connection.run(`DROP VIEW ${sqlName(name)}`);
  }
}

async function compare(connection: DuckDBConnection, table: string, expected: ExpectedRows): Promise<TableOutcome> {
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${table}`);
  const found = Number(counted.getRows()[0]?.[0]);
  if (found > MOST_ROWS) throw new StepError(`it makes ${found} rows, and a test compares at most ${MOST_ROWS}`);
  await createRows(connection, EXPECTED, expected);
  try {
    const { step, columns, rows } = expected;
    const [left, right] = await readBoth(connection, table, columns);
    return { step, rows: { expected: rows.length, found }, differences: compareRows(left, right, columns.map(({ name }) => name)) };
  } finally {
    await connection.run(`DROP TABLE ${EXPECTED}`);
  }
}

const EXPECTED = '__mlp_test_expected';

/**
 * The rows that are expected and those that were found, each value as a number that equal values share – null with null,
 * not-a-number with itself – and as text.
 */
async function readBoth(connection: DuckDBConnection, table: string, columns: readonly Column[]): Promise<readonly [readonly ComparedRow[], readonly ComparedRow[]]> {
  const names = columns.map(({ name }) => sqlName(name));
  const side = (from: string, found: boolean): string => `SELECT ${found} AS __mlp_found, rowid AS ${ROW_NUMBER}, ${names.join(', ')} FROM ${from}`;
  const ranks = names.map((name) => `CAST(dense_rank() OVER (ORDER BY ${name}) AS INTEGER)`);
  const texts = names.map((name) => `CAST(${name} AS VARCHAR)`);
  const result = await connection.runAndReadAll(
    `SELECT __mlp_found, [${ranks.join(', ')}], [${texts.join(', ')}] FROM (${side(EXPECTED, false)} UNION ALL ${side(table, true)}) ORDER BY __mlp_found, ${ROW_NUMBER}`,
  );
  const both = (result.getRowsJS() as [boolean, number[], (string | null)[]][]).map(([found, values, shown]) => ({ found, row: { values, shown } }));
  const pick = (wanted: boolean): ComparedRow[] => both.flatMap(({ found, row }) => (found === wanted ? [row] : []));
  return [pick(false), pick(true)];
}
