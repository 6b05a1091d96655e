import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import type { RunContext, RunInput, RunResult } from '../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER, tableView } from '../../runtime/engines/duckdb/read-table.ts';
import { stepFailure } from '../../runtime/engines/duckdb/table-errors.ts';
import { keepTable, withTables } from '../../runtime/engines/duckdb/table-session.ts';
import { findRepeats } from '../repeats.ts';
import { expectationsOf, OTHER_TABLE, rowExpectations, shownLimits, type Expectations, type Limits, type RowExpectation } from './expectations.ts';

/** One expectation and what was found. */
interface Finding extends JsonObject {
  readonly what: RowExpectation['what'] | 'rows';
  readonly passed: boolean;
  readonly expected: string;
  readonly found: string;
  /** What was found and expected, in words. */
  readonly message: string;
}

/** The table that is checked, as it is called in SQL. */
const TABLE = '__mlp_table';

/** Rows that a finding names, and that the part `rows` keeps of each. */
const NAMED_ROWS = 5;
const KEPT_ROWS = 100;

/** Checks a table. Its size and nulls are in its manifest; its rows are read for what else is expected. */
export async function runExpect(context: RunContext): Promise<RunResult> {
  const [table, other] = context.inputs.map(tableOf);
  if (table === undefined) throw new Error('no table arrives at the check');
  const params = expectationsOf(context.step.params);
  return withTables(context, async (connection) => {
    try {
      await tableView(connection, TABLE, { path: await context.blobPath(table.file.digest), columns: table.columns }, { rowNumber: true });
      if (other !== undefined) await tableView(connection, OTHER_TABLE, { path: await context.blobPath(other.file.digest), columns: other.columns }, { rowNumber: false });
      const floats = table.columns.filter(({ sql }) => sql === 'DOUBLE' || sql === 'FLOAT').map(({ name }) => name);
      const found = await findUnmet(connection, rowExpectations(params, new Set(floats)), table);
      const findings = params.rows === undefined ? [] : [checkRows(table.rows, params.rows)];
      for (const one of found) findings.push(await findingOf(connection, one, { table, params }));
      const rows = await keepTable(context, connection, foundRows(context, found));
      const unmet = findings.filter(({ passed }) => !passed).map(({ message }) => message);
      const warned = params.severity === 'warn';
      return {
        outputs: { value: { type: 'check', passed: warned || unmet.length === 0, findings }, rows },
        ...(warned ? { warnings: unmet } : {}),
      };
    } catch (error) {
      throw stepFailure(error, (message) => ({ message: `a condition of \`holds\` fails on a row: ${message}`, hint: 'TRY_CAST gives null where a value cannot be converted' }));
    }
  });
}

function tableOf({ artifact }: RunInput): TableArtifact {
  if (artifact.type !== 'table') throw new Error(`a ${artifact.type} arrives at the check`);
  return artifact;
}

function checkRows(rows: number, limits: Limits<number>): Finding {
  const [low, high] = limits.$range;
  const passed = (low === null || rows >= low) && (high === null || rows <= high);
  const expected = shownLimits(limits);
  return { what: 'rows', passed, expected, found: String(rows), message: `rows: ${counted(rows)} (expected ${expected})` };
}

/** An expectation, the number of rows that do not meet it, and which they are: a condition in SQL. */
interface Unmet {
  readonly expectation: RowExpectation;
  readonly count: number;
  readonly which: string;
}

async function findUnmet(connection: DuckDBConnection, expectations: readonly RowExpectation[], table: TableArtifact): Promise<Unmet[]> {
  const nulls = new Map(table.columns.map((column) => [column.name, column.nulls]));
  const known = (one: RowExpectation): number | undefined => (one.what === 'not_null' ? nulls.get(one.of) : undefined);
  const scanned = expectations.filter((one) => one.holds !== undefined && known(one) === undefined);
  const counts = new Map<RowExpectation, number>();
  if (scanned.length > 0) {
    const result = await connection.runAndReadAll(`SELECT ${scanned.map(({ holds = '' }) => `count(*) FILTER (WHERE NOT ${holds})`).join(', ')} FROM ${TABLE}`);
    scanned.forEach((one, i) => counts.set(one, Number(result.getRows()[0]?.[i])));
  }
  const unmet: Unmet[] = [];
  for (const [index, expectation] of expectations.entries()) {
    const { holds, columns } = expectation;
    const into = `__mlp_repeats_${index}`;
    const count = known(expectation) ?? counts.get(expectation) ?? (await findRepeats(connection, { from: TABLE, where: 'true', key: columns, nullsAlike: false, into }));
    unmet.push({ expectation, count, which: holds === undefined ? `${ROW_NUMBER} IN (SELECT row FROM ${sqlName(into)})` : `NOT ${holds}` });
  }
  return unmet;
}

async function findingOf(
  connection: DuckDBConnection,
  { expectation, count, which }: Unmet,
  { table, params }: { readonly table: TableArtifact; readonly params: Expectations },
): Promise<Finding> {
  const { what, of, expected, unmet } = expectation;
  const share = table.rows === 0 ? 1 : (table.rows - count) / table.rows;
  const passed = params.at_least === undefined ? count === 0 : share >= params.at_least;
  const wanted = params.at_least === undefined ? expected : `${expected} in at least ${Number((params.at_least * 100).toPrecision(12))}%`;
  const found = count === 0 ? expected : `${counted(count)} of ${counted(table.rows)} rows ${count === 1 ? 'is' : 'are'} ${unmet}`;
  const finding = { what, of, passed, expected: wanted, count };
  if (count === 0) return { ...finding, found, message: `${what} ${of}: ${wanted}` };
  const rows = await firstRows(connection, which);
  const listed = `${count === 1 ? 'row' : 'rows'} ${rows.join(', ')}${count > rows.length ? ', …' : ''}`;
  return { ...finding, found, rows, message: `${what} ${of}: ${found}, ${listed} (expected ${wanted})` };
}

function counted(rows: number): string {
  return rows.toLocaleString('en-US');
}

/** The numbers of the first rows, from 1, that a condition chooses. */
async function firstRows(connection: DuckDBConnection, which: string): Promise<number[]> {
  const result = await connection.runAndReadAll(`SELECT ${ROW_NUMBER} + 1 FROM ${TABLE} WHERE ${which} ORDER BY ${ROW_NUMBER} LIMIT ${NAMED_ROWS}`);
  return result.getRows().map(([row]) => Number(row));
}

/** The rows that do not meet something: expectations in their order, rows in theirs. */
function foundRows({ step }: RunContext, found: readonly Unmet[]): string {
  const [row, expectation, ...columns] = (step.outputs.find(({ part }) => part === 'rows')?.columns ?? []).map(({ name }) => sqlName(name));
  const listed = columns.map((name) => `, ${name}`).join('');
  const select = (what: string, which: string, place: number): string =>
    `(SELECT ${place} AS __mlp_place, CAST(${ROW_NUMBER} + 1 AS BIGINT) AS ${row}, ${sqlString(what)} AS ${expectation}${listed} FROM ${TABLE} WHERE ${which} ORDER BY ${ROW_NUMBER} LIMIT ${KEPT_ROWS})`;
  const parts = found.flatMap(({ expectation: one, count, which }, place) => (count === 0 ? [] : [select(`${one.what} ${one.of}`, which, place)]));
  const all = parts.length === 0 ? [select('', 'false', 0)] : parts;
  return `SELECT * EXCLUDE (__mlp_place) FROM (${all.join(' UNION ALL ')}) ORDER BY __mlp_place, ${row}`;
}
