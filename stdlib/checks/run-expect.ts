import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER, selectTable } from '../../runtime/engines/duckdb/read-table.ts';
import { withTables } from '../../runtime/engines/duckdb/table-session.ts';
import type { Expectations } from './infer-expect.ts';

/** One expectation and what was found. */
interface Finding extends JsonObject {
  readonly what: 'rows' | 'not_null';
  readonly passed: boolean;
  readonly expected: string;
  readonly found: string;
  /** What was found and expected, in words. */
  readonly message: string;
}

/** Rows that a finding names. */
const SHOWN_ROWS = 5;

/** Checks a table. Counts are in its manifest; the file is read only to say which rows are to blame. */
export async function runExpect(context: RunContext): Promise<RunResult> {
  const [input] = context.inputs;
  if (input?.artifact.type !== 'table') throw new Error('no table arrives at the check');
  const table = input.artifact;
  const expectations = context.step.params as JsonObject & Expectations;
  const findings: Finding[] = [];
  if (expectations.rows !== undefined) findings.push(checkRows(table.rows, expectations.rows.$range));
  for (const { $column: name } of expectations.not_null ?? []) findings.push(await checkNotNull(context, table, name));
  return { outputs: { value: { type: 'check', passed: findings.every(({ passed }) => passed), findings } } };
}

function checkRows(rows: number, [low, high]: readonly [number | null, number | null]): Finding {
  const passed = (low === null || rows >= low) && (high === null || rows <= high);
  const expected = `${low ?? ''}..${high ?? ''}`;
  return { what: 'rows', passed, expected, found: String(rows), message: `rows: ${rows} (expected ${expected})` };
}

async function checkNotNull(context: RunContext, table: TableArtifact, name: string): Promise<Finding> {
  const nulls = table.columns.find((column) => column.name === name)?.nulls;
  if (nulls === undefined) throw new Error(`the table has no column \`${name}\``);
  const finding = { what: 'not_null', column: name, expected: 'no nulls' } as const;
  const message = (found: string): string => `not_null ${name}: ${found} (expected no nulls)`;
  if (nulls === 0) return { ...finding, passed: true, found: 'no nulls', message: message('no nulls') };
  const path = await context.blobPath(table.file.digest);
  const rows = await withTables(context, (connection) => firstNulls(connection, selectTable({ path, columns: table.columns }, true), name));
  const found = `${nulls} of ${table.rows} rows are null`;
  return { ...finding, passed: false, found, rows, message: message(`${found}, rows ${rows.join(', ')}`) };
}

/** The numbers of the first rows, from 1, that are null in a column. */
async function firstNulls(connection: DuckDBConnection, table: string, name: string): Promise<number[]> {
  const result = await connection.runAndReadAll(
    `SELECT ${ROW_NUMBER} + 1 FROM (${table}) WHERE ${sqlName(name)} IS NULL ORDER BY ${ROW_NUMBER} LIMIT ${SHOWN_ROWS}`,
  );
  return result.getRows().map(([row]) => Number(row));
}
