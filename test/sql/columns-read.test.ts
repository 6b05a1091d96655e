import type { DuckDBConnection } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { QueryFacts } from '../../compiler/sql/analysis.ts';
import { queryIdentity } from '../../compiler/sql/query-identity.ts';
import type { AnalysisTable } from '../../runtime/engines/duckdb/analyse-query.ts';
import { shapes } from './shapes.ts';
import { airports, analyse, column, connect, facts, fill, flights, hideRowNumbers, rowsOf } from './support.ts';

const tables: readonly AnalysisTable[] = [flights, airports];

/** Columns that count as read although no value of theirs shows: DuckDB leaves them in its plan. */
const readInVain: readonly string[] = [
  // Not even a window that nobody looks at is left out.
  'price: SELECT max(delay) AS m FROM (SELECT delay, row_number() OVER (ORDER BY price) AS unused FROM flights)',
];

describe('columns read', () => {
  const cases: readonly [string, Record<string, readonly string[]>][] = [
    ['SELECT count(*) AS n FROM flights', { flights: [], airports: [] }],
    ['SELECT count(*) AS n FROM flights, airports', { flights: [], airports: [] }],
    ['SELECT 1 AS one FROM flights', { flights: [], airports: [] }],
    ['SELECT origin FROM flights WHERE delay > 3', { flights: ['delay', 'origin'], airports: [] }],
    ['SELECT ORIGIN FROM Flights ORDER BY Date', { flights: ['date', 'origin'], airports: [] }],
    ['SELECT place.lat AS lat FROM flights', { flights: ['place'], airports: [] }],
    ['SELECT a FROM (SELECT origin AS a, delay FROM flights)', { flights: ['origin'], airports: [] }],
    ['WITH t AS (SELECT * FROM flights) SELECT t.delay FROM t', { flights: ['delay'], airports: [] }],
    ['SELECT origin FROM flights SEMI JOIN airports ON origin = code', { flights: ['origin'], airports: ['code'] }],
    ['SELECT city FROM airports', { flights: [], airports: ['City'] }],
  ];
  it.each(cases)('%s', async (text, reads) => {
    expect((await facts(text)).reads).toEqual(reads);
  });

  it('are all that a result depends on, over every shape; and no column said to be never null is', { timeout: 300_000 }, async () => {
    const connection = await connect();
    const unneeded: string[] = [];
    for (const text of shapes) {
      const { ordered, reads, columns } = await facts(text);
      await fill(connection, tables, 40);
      const before = await rowsOf(connection, ordered);
      for (const [i, column] of columns.entries()) {
        if (column.nullable) continue;
        expect(
          before.filter((row) => (JSON.parse(row) as unknown[])[i] === null),
          `${text}: ${column.name}`,
        ).toEqual([]);
      }
      await fill(connection, tables, 40, (table, column) => (reads[table]?.includes(column) === true ? 0 : 1));
      expect(await rowsOf(connection, ordered), text).toEqual(before);
      // The other way round: each column that is read changes the result, whatever the others hold.
      for (const table of tables) {
        await fill(connection, tables, 40);
        for (const column of reads[table.name] ?? []) {
          if (!(await changesResult({ connection, ordered, table, column, before }))) unneeded.push(`${column}: ${text}`);
        }
      }
    }
    expect(unneeded.sort()).toEqual([...readInVain].sort());
    expect(shapes.length).toBeGreaterThanOrEqual(140);
  });

  it('and what is known of columns otherwise, are all that an identity does not tell', { timeout: 300_000 }, async () => {
    const connection = await connect();
    let told = 0;
    for (const text of shapes) {
      const one = await facts(text, tables);
      await fill(connection, tables, 40);
      const before = await rowsOf(connection, one.ordered);
      for (const mutant of mutants(one)) {
        const analysis = await analyse(text, mutant);
        // Another identity, or none: the step runs again.
        if (!analysis.ok || identityOf(analysis.query, mutant) !== identityOf(one, tables)) continue;
        told += 1;
        await fill(connection, mutant, 40);
        expect(await rowsOf(connection, analysis.query.ordered), text).toEqual(before);
      }
    }
    // Most queries do not mind what is not read.
    expect(told).toBeGreaterThan(250);
  });

  it('the ordered query gives the rows of the text', { timeout: 300_000 }, async () => {
    const connection = await connect();
    for (const text of shapes) {
      const { ordered } = await facts(text);
      await fill(connection, tables, 40);
      const rows = await rowsOf(connection, ordered);
      await hideRowNumbers(connection, tables);
      const own = await rowsOf(connection, text);
      expect(rows.length, text).toBe(own.length);
      // Where rows tie, the text alone may choose others.
      if (!/LIMIT|DISTINCT ON|OVER|ORDER BY \w+\)/.test(text)) expect([...rows].sort(), text).toEqual([...own].sort());
    }
  });
});

interface Probe {
  readonly connection: DuckDBConnection;
  readonly ordered: string;
  readonly table: AnalysisTable;
  readonly column: string;
  readonly before: readonly string[];
}

/** Whether other values in one column alone change what comes out. */
async function changesResult({ connection, ordered, table, column, before }: Probe): Promise<boolean> {
  let changed = false;
  for (const salt of [1, 2, 3]) {
    await fill(connection, [table], 40, (_, name) => (name === column ? salt : 0));
    changed = (await rowsOf(connection, ordered)).join() !== before.join();
    if (changed) break;
  }
  await fill(connection, [table], 40);
  return changed;
}

/** What a key holds of a query and of the tables below it, but for the values. */
function identityOf(query: QueryFacts, of: readonly AnalysisTable[]): string {
  const typed = of.map(({ name, columns }) => columns.filter((one) => query.reads[name]?.includes(one.name)).map((one) => [one.name, one.sql]));
  return JSON.stringify([queryIdentity(query), typed]);
}

/** The tables with other columns in place of those that are not read, with other types, and with more: named as those of the other table are. */
function* mutants({ reads }: QueryFacts): Generator<readonly AnalysisTable[]> {
  const isRead = (table: string, name: string): boolean => reads[table]?.includes(name) === true;
  yield tables.map((one) => ({ ...one, columns: one.columns.map((each, i) => (isRead(one.name, each.name) ? each : column(`other_${i} VARCHAR?`))) }));
  yield tables.map((one) => ({ ...one, columns: one.columns.map((each) => (isRead(one.name, each.name) ? each : column(`${each.name} ${each.sql === 'DOUBLE' ? 'INTEGER' : 'DOUBLE'}?`))) }));
  yield tables.map((one, i) => ({ ...one, columns: [...one.columns, ...(tables[1 - i]?.columns ?? [])] }));
}
