import { describe, expect, it } from 'vitest';
import { classifyFunction, whyForbidden } from '../../compiler/sql/functions.ts';
import { analysisConnection, facts, table } from './support.ts';

const canonical = async (text: string) => (await facts(text)).canonical;

describe('the canonical form is the same for', () => {
  const same: readonly (readonly [string, ...string[]])[] = [
    [
      'SELECT origin AS o FROM flights',
      'select   ORIGIN o\nfrom Flights -- comment',
      'SELECT "origin" AS "O" FROM "FLIGHTS";',
      '/* x */ SELECT origin "o" FROM flights',
    ],
    ['SELECT flights.origin FROM flights', 'SELECT Flights.Origin FROM FLIGHTS'],
    ['SELECT f.origin FROM flights f', 'SELECT F.origin FROM flights AS "F"'],
    [
      'SELECT delay <> 3 AS x FROM flights',
      'SELECT delay != 3 AS x FROM flights',
      'SELECT 3 != delay AS x FROM flights',
    ],
    [
      'SELECT delay::INT AS x FROM flights',
      'SELECT CAST(delay AS integer) AS x FROM flights',
      'SELECT cast(delay AS int4) AS x FROM flights',
    ],
    ["SELECT DATE '2001-01-01' AS d", "SELECT CAST('2001-01-01' AS date) AS d", "SELECT '2001-01-01'::DATE AS d"],
    [
      'SELECT origin FROM flights WHERE delay > 3 AND distance = 2',
      'SELECT origin FROM flights WHERE distance = 2 AND delay > 3',
      'SELECT origin FROM flights WHERE (2 = distance) AND (3 < delay)',
    ],
    [
      'SELECT origin FROM flights WHERE delay >= 3 OR (distance < 2 AND delay < 1)',
      'SELECT origin FROM flights WHERE (1 > delay AND 2 > distance) OR 3 <= delay',
    ],
    [
      'SELECT upper(origin) AS u FROM flights',
      'SELECT UPPER(origin) AS u FROM flights',
      'SELECT "upper"(origin) AS u FROM flights',
    ],
    ["SELECT date_part('year', date) AS y FROM flights", 'SELECT extract(year FROM date) AS y FROM flights'],
    [
      'WITH q AS (SELECT origin AS o FROM flights) SELECT o FROM q',
      'WITH Q AS (SELECT origin O FROM flights) SELECT O FROM "q"',
    ],
    [
      'WITH a AS (SELECT origin FROM flights), b AS (FROM a) SELECT b.origin FROM b',
      'WITH x AS (SELECT origin FROM flights), y AS (FROM x) SELECT y.origin FROM y',
    ],
    [
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT r.n + 1 FROM r) SELECT n FROM r',
      'WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT s.n + 1 FROM s) SELECT n FROM s',
    ],
    ['FROM flights', 'SELECT * FROM flights', 'TABLE flights'],
    ['SELECT count(*) AS n FROM flights GROUP BY ALL', 'select Count( * ) n from flights group by all'],
    ['SELECT 1_000 AS n', 'SELECT 1000 AS n'],
    [
      'SELECT f.delay FROM flights f JOIN airports a ON f.origin = a.code',
      'SELECT f.delay FROM flights f INNER JOIN airports a ON a.code = f.origin',
    ],
  ];
  it.each(same)('%s', async (first, ...others) => {
    const expected = await canonical(first);
    for (const other of others) expect(await canonical(other), other).toBe(expected);
  });

  it('tables that are inputs by number, whatever their name', async () => {
    const [legs, trips] = [table('legs', 'a INTEGER', 'b INTEGER'), table('trips', 'a INTEGER', 'b INTEGER')];
    const one =
      'SELECT legs.a, legs.* EXCLUDE (a) FROM legs WHERE EXISTS (SELECT 1 FROM legs AS l WHERE l.a = legs.b) ORDER BY legs.b';
    const two = one.replaceAll('legs', 'trips');
    expect((await facts(two, [trips])).canonical).toBe((await facts(one, [legs])).canonical);
    expect((await facts(one, [trips, legs])).canonical).not.toBe((await facts(one, [legs])).canonical);
    const [first, second] = ['SELECT legs FROM legs, trips', 'SELECT legs FROM trips, legs'];
    expect((await facts(first, [legs, trips])).canonical).not.toBe((await facts(second, [trips, legs])).canonical);
  });
});

describe('the canonical form differs for', () => {
  const different: readonly (readonly [string, string])[] = [
    ['SELECT 9007199254740993 AS n', 'SELECT 9007199254740992 AS n'],
    ['SELECT 1e400 AS n', 'SELECT 1e300 AS n'],
    ['SELECT 1e400 AS n', 'SELECT -1e400 AS n'],
    ['SELECT 0.1 AS n', 'SELECT 0.10 AS n'],
    ['SELECT 170141183460469231731687303715884105728 AS n', 'SELECT 170141183460469231731687303715884105729 AS n'],
    ["SELECT 'a' AS n", "SELECT 'A' AS n"],
    ["SELECT '1' AS n", 'SELECT 1 AS n'],
    ['SELECT origin FROM flights WHERE distance = 3', 'SELECT origin FROM flights WHERE distance = 4'],
    ['SELECT delay > 3 AS x FROM flights', 'SELECT delay < 3 AS x FROM flights'],
    ['SELECT delay - distance AS x FROM flights', 'SELECT distance - delay AS x FROM flights'],
    ['SELECT origin FROM flights', 'SELECT origin FROM flights ORDER BY date'],
    [
      'SELECT origin FROM flights UNION SELECT code FROM airports',
      'SELECT origin FROM flights UNION ALL SELECT code FROM airports',
    ],
    ['SELECT origin, destination FROM flights', 'SELECT destination, origin FROM flights'],
    [
      'SELECT f.origin FROM flights f LEFT JOIN airports a ON f.origin = a.code',
      'SELECT f.origin FROM flights f JOIN airports a ON f.origin = a.code',
    ],
    [
      'WITH a AS (SELECT 1 AS n), b AS (SELECT 2 AS n) SELECT a.n FROM a, b',
      'WITH a AS (SELECT 1 AS n), b AS (SELECT 2 AS n) SELECT b.n FROM a, b',
    ],
    [
      'WITH a AS (SELECT 1 AS n), b AS (SELECT 2 AS n) SELECT a FROM a, b',
      'WITH b AS (SELECT 1 AS n), a AS (SELECT 2 AS n) SELECT a FROM b, a',
    ],
    // Expressions without a name are called by their text.
    [
      'SELECT q.n FROM (SELECT delay > 3, 1 AS n FROM flights) q NATURAL JOIN (SELECT delay > 3, 1 AS n FROM flights) r',
      'SELECT q.n FROM (SELECT delay > 3, 1 AS n FROM flights) q NATURAL JOIN (SELECT 3 < delay, 1 AS n FROM flights) r',
    ],
    [
      'SELECT count(*) AS n FROM (SELECT 1 <> delay FROM flights UNION BY NAME SELECT 1 <> delay FROM flights)',
      'SELECT count(*) AS n FROM (SELECT 1 <> delay FROM flights UNION BY NAME SELECT delay <> 1 FROM flights)',
    ],
    [
      'SELECT to_json(x) AS j FROM (SELECT delay > 3 FROM flights) x',
      'SELECT to_json(x) AS j FROM (SELECT 3 < delay FROM flights) x',
    ],
    ['SELECT alias(delay > 3) AS a FROM flights', 'SELECT alias(3 < delay) AS a FROM flights'],
    [
      "SELECT to_json(p) AS j FROM (PIVOT (SELECT origin, delay FROM flights) ON origin IN ('SFO') USING bool_or(delay > 3)) p",
      "SELECT to_json(p) AS j FROM (PIVOT (SELECT origin, delay FROM flights) ON origin IN ('SFO') USING bool_or(3 < delay)) p",
    ],
    // TRY tells which operand was looked at.
    [
      "SELECT TRY(CASE WHEN origin <> 'x' AND origin::INT > 2 THEN 1 ELSE 0 END) AS x FROM flights",
      "SELECT TRY(CASE WHEN origin::INT > 2 AND origin <> 'x' THEN 1 ELSE 0 END) AS x FROM flights",
    ],
    ['SELECT CAST(origin AS INT) AS n FROM flights', 'SELECT TRY_CAST(origin AS INT) AS n FROM flights'],
    ["SELECT DATE '2001-01-01' AS d", "SELECT TIMESTAMP '2001-01-01' AS d"],
    ['SELECT 1 AS n', 'SELECT 1.0 AS n'],
    ['SELECT 1.0 AS n', 'SELECT 1e0 AS n'],
    // The case of a name that becomes data.
    ["SELECT to_json({'a': 1}) AS j", "SELECT to_json({'A': 1}) AS j"],
    [
      'SELECT to_json(x) AS j FROM (SELECT origin AS o FROM flights) x',
      'SELECT to_json(x) AS j FROM (SELECT origin AS "O" FROM flights) x',
    ],
    [
      'UNPIVOT (SELECT delay AS d, distance AS e FROM flights) ON d, e INTO NAME n VALUE v',
      'UNPIVOT (SELECT delay AS "D", distance AS e FROM flights) ON "D", e INTO NAME n VALUE v',
    ],
    [
      'SELECT COLUMNS(\'d\') FROM (SELECT delay AS d, distance AS "D2" FROM flights)',
      "SELECT COLUMNS('d') FROM (SELECT delay AS d, distance AS d2 FROM flights)",
    ],
  ];
  it.each(different)('%s / %s', async (one, two) => {
    expect(await canonical(one)).not.toBe(await canonical(two));
  });
});

describe('where types or names of columns are told without reading them', () => {
  const [narrow, wide] = [table('t', 'a INTEGER', 'b VARCHAR'), table('t', 'a BIGINT', 'b VARCHAR')];
  const renamed = table('t', 'a1 INTEGER', 'b VARCHAR');
  it.each([
    ['SELECT typeof(a) AS x FROM t', wide],
    ['SELECT pg_typeof(t.a) AS x FROM t', wide],
    ['SELECT typeof([a]) AS x FROM t', wide],
    ['SELECT typeof(t) AS x FROM t', wide],
    ['SELECT typeof(q.y) AS x FROM (SELECT a AS y FROM t) q', wide],
    ['SELECT can_cast_implicitly(a, 1::SMALLINT) AS x FROM t', wide],
    ['SELECT typeof(cast_to_type(1, a)) AS x FROM t', wide],
    ["SELECT count(alias(COLUMNS('a.*'))) AS x FROM t", renamed],
  ])('they are part of the form: %s', async (text, other) => {
    const [one, two] = [await facts(text, [narrow]), await facts(text, [other])];
    expect(one.columns).toEqual(two.columns);
    expect(one.canonical).not.toBe(two.canonical);
  });

  it('and nowhere else', async () => {
    const text = 'SELECT b FROM t';
    expect((await facts(text, [narrow])).canonical).toBe((await facts(text, [wide])).canonical);
  });

  it('every function that leaves its argument unread is known to', async () => {
    const types = ['INTEGER', 'VARCHAR', 'DOUBLE', 'DATE', 'TIMESTAMP', 'INTEGER[]', 'STRUCT(a INTEGER)', "ENUM('a', 'b')", 'MAP(VARCHAR, INTEGER)', 'JSON', 'BLOB', 'INTEGER[3]', 'UNION(n INTEGER)'];
    const connection = await analysisConnection();
    const found = await connection.runAndReadAll("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro', 'aggregate')");
    const names = (found.getRowsJS() as [string][]).map(([name]) => name).filter((name) => /^\w+$/.test(name) && whyForbidden(classifyFunction(name) ?? 'internal') === undefined);
    await connection.run(`CREATE TABLE read_here (${types.map((type, i) => `c${i} ${type}`).join(', ')})`);
    const unread = new Set<string>();
    let bound = 0;
    for (const name of names) {
      for (const [i] of types.entries()) {
        for (const others of ['', ", 'a'", ', 1']) {
          try {
            const result = await connection.runAndReadAll(`EXPLAIN (FORMAT json) SELECT "${name}"(c${i}${others}) FROM read_here`);
            const [[, plan] = ['', '']] = result.getRowsJS() as [string, string][];
            bound += 1;
            if (!new RegExp(`"c${i}[."]`).test(plan)) unread.add(name);
          } catch {
            // It takes other arguments.
          }
        }
      }
    }
    await connection.run('DROP TABLE read_here');
    expect(bound).toBeGreaterThan(1000);
    expect([...unread].filter((name) => classifyFunction(name) !== 'types')).toEqual([]);
  });
});

it('DuckDB knows the case of ASCII alone, and so does the canonical form', async () => {
  const t = table('t', 'é INTEGER', 'É INTEGER');
  const [one, two] = [await facts('SELECT é - É AS d FROM t', [t]), await facts('SELECT É - é AS d FROM t', [t])];
  expect(one.canonical).not.toBe(two.canonical);
});
