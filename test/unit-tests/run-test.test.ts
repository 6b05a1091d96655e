import { beforeAll, describe, expect, it } from 'vitest';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { runTest, type TestOutcome } from '../../runtime/engines/duckdb/run-test.ts';
import { compileText } from '../support/compile.ts';

let connection: Awaited<ReturnType<typeof connectDuckDB>>;

beforeAll(async () => {
  connection = await connectDuckDB({ threads: 1, memory: 512 * 2 ** 20 });
});

const FLIGHTS = 'source flights = csv("flights.csv") { schema { id: int, date: timestamp, distance: int?, delay: int, late: bool, origin: string }, extra: drop }';

/** What comes of each test of a text; a text stands for its differences: `legs 1.late: false, found true`. */
async function run(text: string): Promise<string[][]> {
  const { tests, diagnostics } = await compileText(`${FLIGHTS}\n${text}`);
  expect(diagnostics.filter((one) => one.severity === 'error').map((one) => one.message)).toEqual([]);
  const found: string[][] = [];
  for (const test of tests) found.push(tell(await runTest(connection, structuredClone(test))));
  return found;
}

function tell(outcome: TestOutcome): string[] {
  if (!outcome.done) return [`${outcome.step} failed: ${outcome.message}`];
  return outcome.tables.flatMap(({ step, differences }) =>
    differences.flatMap(({ columns, expected = 'extra' }) => columns.map((one) => `${step} ${expected}.${one.name}: ${shown(one.expected)}, found ${shown(one.found)}`)),
  );
}

function shown(value: string | null | undefined): string {
  return value === undefined ? 'no row' : value === null ? 'null' : value;
}

const ROWS = 'given flights: [{ id: 2, delay: 3 }, { id: 1, delay: 20, distance: 7 }]';

describe('a test', () => {
  it.each([
    ['compares in the order of rows', 'table t = sql("SELECT id FROM flights")', `${ROWS}\nexpect t: [{ id: 2 }, { id: 1 }]`, []],
    ['keeps the order that a query says', 'table t = sql("SELECT id FROM flights ORDER BY id")', `${ROWS}\nexpect t: [{ id: 2 }, { id: 1 }]`, ['t 1.id: 2, found no row', 't extra.id: no row, found 2']],
    ['has groups in the order of their keys', 'table t = sql("SELECT id, count(*) AS n FROM flights GROUP BY id")', `${ROWS}\nexpect t: [{ id: 1, n: 1 }, { id: 2, n: 1 }]`, []],
    ['runs chains of queries', 'table a = sql("SELECT id, delay >= 15 AS late FROM flights")\ntable t = sql("SELECT count(*) AS n FROM a WHERE late")', `${ROWS}\nexpect t: [{ n: 1 }]\nexpect a: [{ late: false }, { late: true }]`, []],
    ['may give a table in the middle', 'table a = sql("SELECT id, delay / 0 AS late FROM flights")\ntable t = sql("SELECT late FROM a")', 'given a: [{ late: 1.5 }]\nexpect t: [{ late: 1.5 }]', []],
    ['joins a table with itself', 'table t = sql("SELECT a.id, b.id AS other FROM flights AS a JOIN flights AS b ON b.id = a.id - 1")', `${ROWS}\nexpect t: [{ id: 2, other: 1 }]`, []],
    ['takes null for equal to null', 'table t = sql("SELECT distance FROM flights")', `${ROWS}\nexpect t: [{ distance: none }, { distance: none }]`, ['t 2.distance: null, found 7']],
    ['compares floats exactly', 'table t = sql("SELECT 0.1::DOUBLE + 0.2::DOUBLE AS x, 0.3::FLOAT AS y FROM flights LIMIT 1")', `${ROWS}\nexpect t: [{ x: 0.3, y: 0.3 }]`, ['t 1.x: 0.3, found 0.30000000000000004']],
    ['knows one zero and one NaN', "table t = sql(\"SELECT -0.0::DOUBLE AS x, 'nan'::DOUBLE AS y, '-inf'::DOUBLE AS z FROM flights LIMIT 1\")", `${ROWS}\nexpect t: [{ x: 0, y: "NaN", z: "-Infinity" }]`, []],
    ['compares decimals by value', 'table t = sql("SELECT CAST(delay AS DECIMAL(8, 3)) AS x FROM flights")', `${ROWS}\nexpect t: [{ x: 3 }, { x: 20.01 }]`, ['t 2.x: 20.010, found 20.000']],
    ['keeps every digit of whole numbers', 'table t = sql("SELECT id + 9007199254740990 AS x FROM flights")', `${ROWS}\nexpect t: [{ x: 9007199254740992 }, { x: 9_007_199_254_740_990 }]`, ['t 2.x: 9007199254740990, found 9007199254740991']],
    ['reads dates, times and timestamps', 'table t = sql("SELECT date, date::DATE AS day, date::TIME AS clock FROM flights")', 'given flights: [{ date: "2001-01-31T7:05:06.25" }]\nexpect t: [{ date: "2001-01-31 07:05:06.250", day: "2001-01-31", clock: "07:05:06.25" }]', []],
    ['tells texts by every character', 'table t = sql("SELECT origin FROM flights")', 'given flights: [{ origin: "it\'s \\"A\\" " }]\nexpect t: [{ origin: "it\'s \\"A\\"" }]', ['t 1.origin: it\'s "A", found it\'s "A" ']],
    ['compares lists and structs', "table t = sql(\"SELECT [id, NULL] AS xs, {a: id, b: [origin]} AS s FROM flights\")", 'given flights: [{ id: 1, origin: "a, b" }]\nexpect t: [{ xs: [1, none], s: { a: 1, b: ["a", "b"] } }]', ["t 1.s: {'a': 1, 'b': [a, b]}, found {'a': 1, 'b': ['a, b']}"]],
    ['expects no rows', 'table t = sql("SELECT id, delay FROM flights WHERE id > 1")', `${ROWS}\nexpect t: []`, ['t extra.id: no row, found 2', 't extra.delay: no row, found 3']],
    ['gives no rows', 'table t = sql("SELECT count(*) AS n FROM flights")', 'given flights: []\nexpect t: [{ n: 0 }]', []],
    ['fills in what is left out', 'table t = sql("SELECT id, distance FROM flights")', 'given flights: [{ id: 3 }]\nexpect t: [{ id: 3, distance: none }]', []],
    ['puts in params', 'param least: int = 15\nparam who: string = "SFO"\ntable t = sql("SELECT origin, delay >= ${least} AS late FROM flights")', 'given flights: [{ delay: least, origin: "${who}" }]\nexpect t: [{ late: true, origin: who }]', []],
    ['says which query fails', 'table a = sql("SELECT CAST(origin AS INT) AS n FROM flights")\ntable t = sql("SELECT n FROM a")', 'given flights: [{ origin: "x" }]\nexpect t: [{ n: 1 }]', ['a failed: the query meets `x`, which is no INT32']],
  ] as const)('%s', async (_, declarations, clauses, differences) => {
    expect(await run(`${declarations}\ntest "t" {\n${clauses}\n}`)).toEqual([differences]);
  });

  it('leaves nothing behind for the next', async () => {
    const tables = 'table t = sql("SELECT id FROM flights")\ntable u = sql("SELECT CAST(origin AS INT) AS n FROM flights")';
    const test = (title: string, id: number): string => `test "${title}" { given flights: [{ id: ${id} }], expect t: [{ id: 1 }] }`;
    const failing = 'test "f" { given flights: [{ origin: "x" }], expect u: [] }';
    expect(await run([tables, test('a', 1), failing, test('b', 2), test('c', 1)].join('\n'))).toEqual([[], [expect.stringContaining('u failed')], ['t 1.id: 1, found 2'], []]);
    const left = await connection.runAndReadAll("SELECT name FROM (SELECT table_name AS name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal)");
    expect(left.getRows()).toEqual([]);
  });
});
