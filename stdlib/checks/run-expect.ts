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

/** The rows that are kept, by the place of what they do not meet. */
const FOUND = '__mlp_found';

/** Rows that a finding names, and that the part `rows` keeps of each; of all together, where most of a wide table is wrong. */
const NAMED_ROWS = 5;
const KEPT_ROWS = 100;
const KEPT_IN_ALL = 10_000;

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
      const named = await keepRows(connection, found);
      for (const [place, one] of found.entries()) findings.push(findingOf(one, named.get(place) ?? [], { table, params }));
      const rows = await keepTable(context, connection, foundRows(context));
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
  for (const batch of batchesOf(scanned)) {
    const [row = []] = (await connection.runAndReadAll(`SELECT ${batch.map(({ holds = '' }) => `count_if(NOT ${holds})`).join(', ')} FROM ${TABLE}`)).getRows();
    batch.forEach((one, i) => counts.set(one, Number(row[i])));
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

/**
 * Keeps the first rows that do not meet each expectation, found in one scan for many, and returns the numbers of those that
 * are named, from 1, by the place of the expectation.
 */
async function keepRows(connection: DuckDBConnection, found: readonly Unmet[]): Promise<ReadonlyMap<number, readonly number[]>> {
  await connection.run(`CREATE TEMP TABLE ${FOUND} (place INTEGER, what VARCHAR, row BIGINT)`);
  const unmet = found.flatMap((one, place) => (one.count === 0 ? [] : [{ ...one, place }]));
  const most = Math.max(NAMED_ROWS, Math.min(KEPT_ROWS, Math.floor(KEPT_IN_ALL / unmet.length)));
  for (const batch of batchesOf(unmet)) {
    const list = (items: readonly (string | number)[]): string => `unnest([${items.join(', ')}])`;
    const places = list(batch.map(({ place }) => place));
    const names = list(batch.map(({ expectation: { what, of } }) => sqlString(`${what} ${of}`)));
    const rows = list(batch.map(({ which }) => `min(CASE WHEN ${which} THEN ${ROW_NUMBER} END, ${most})`));
    await connection.run(`INSERT INTO ${FOUND} SELECT place, what, unnest(rows) FROM (SELECT ${places} AS place, ${names} AS what, ${rows} AS rows FROM ${TABLE})`);
  }
  const reader = await connection.runAndReadAll(`SELECT place, row + 1 FROM ${FOUND} ORDER BY place, row`);
  const named = new Map<number, number[]>();
  for (const [place, row] of reader.getRows()) {
    const rows = named.get(Number(place)) ?? [];
    if (rows.length < NAMED_ROWS) named.set(Number(place), [...rows, Number(row)]);
  }
  return named;
}

/** What it takes to plan a query grows faster than the expressions in it. */
const AT_A_TIME = 100;

function batchesOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / AT_A_TIME) }, (_, i) => items.slice(i * AT_A_TIME, (i + 1) * AT_A_TIME));
}

function findingOf({ expectation, count }: Unmet, rows: readonly number[], { table, params }: { readonly table: TableArtifact; readonly params: Expectations }): Finding {
  const { what, of, expected, unmet } = expectation;
  const share = table.rows === 0 ? 1 : (table.rows - count) / table.rows;
  const passed = params.at_least === undefined ? count === 0 : share >= params.at_least;
  const wanted = params.at_least === undefined ? expected : `${expected} in at least ${Number((params.at_least * 100).toPrecision(12))}%`;
  const found = count === 0 ? expected : `${counted(count)} of ${counted(table.rows)} rows ${count === 1 ? 'is' : 'are'} ${unmet}`;
  const finding = { what, of, passed, expected: wanted, count };
  if (count === 0) return { ...finding, found, message: `${what} ${of}: ${wanted}` };
  const listed = `${count === 1 ? 'row' : 'rows'} ${rows.join(', ')}${count > rows.length ? ', …' : ''}`;
  return { ...finding, found, rows, message: `${what} ${of}: ${found}, ${listed} (expected ${wanted})` };
}

function counted(rows: number): string {
  return rows.toLocaleString('en-US');
}

/** The rows that do not meet something: expectations in their order, rows in theirs. */
function foundRows({ step }: RunContext): string {
  const [row, expectation, ...columns] = (step.outputs.find(({ part }) => part === 'rows')?.columns ?? []).map(({ name }) => sqlName(name));
  const listed = columns.map((name) => `, checked.${name}`).join('');
  return `SELECT CAST(found.row + 1 AS BIGINT) AS ${row}, found.what AS ${expectation}${listed}
          FROM ${FOUND} AS found JOIN ${TABLE} AS checked ON checked.${ROW_NUMBER} = found.row ORDER BY found.place, found.row`;
}
