import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { QueryFacts } from '../../compiler/sql/analysis.ts';
import { shapes } from './shapes.ts';
import { airports, connect, facts, fill, flights, problem, rowsOf } from './support.ts';

describe('queries whose result depends on the order of rows', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['SELECT first(origin) AS x FROM flights', 'first(… ORDER BY …)'],
    ['SELECT any_value(origin) AS x FROM flights', 'any_value(… ORDER BY …)'],
    ['SELECT list(origin) AS x FROM flights', 'ORDER BY'],
    ["SELECT string_agg(DISTINCT origin, ',') AS x FROM flights", 'ORDER BY'],
    ['SELECT mode(origin) AS x FROM flights', 'ORDER BY'],
    ['SELECT arg_max(origin, delay) AS x FROM flights', 'ORDER BY'],
    ['SELECT approx_quantile(delay, 0.5) AS x FROM flights', 'ORDER BY'],
    ['SELECT first(origin) OVER (PARTITION BY delay) AS x FROM flights', 'ORDER BY'],
    ['SELECT row_number() OVER () AS x FROM flights', 'OVER (… ORDER BY …)'],
    ['SELECT lag(origin) OVER (PARTITION BY delay) AS x FROM flights', 'OVER (… ORDER BY …)'],
    ['SELECT sum(distance) OVER (ROWS 2 PRECEDING) AS x FROM flights', 'OVER (… ORDER BY …)'],
    ['SELECT last_value(origin) OVER (ORDER BY date) AS x FROM flights', 'ROWS'],
    ['SELECT nth_value(origin, 2) OVER (ORDER BY date) AS x FROM flights', 'ROWS'],
    ['SELECT first_value(destination IGNORE NULLS) OVER (ORDER BY date) AS x FROM flights', 'ROWS'],
    ['SELECT sum(delay) OVER (ORDER BY date ROWS 2 PRECEDING EXCLUDE TIES) AS x FROM flights', 'GROUPS or RANGE'],
    [
      'SELECT lag(a) OVER (ORDER BY a) AS x FROM (SELECT DISTINCT origin AS a FROM flights)',
      'a table has an order of its own',
    ],
    [
      "SELECT *, row_number() OVER (ORDER BY a) AS r FROM (SELECT origin, distance FROM flights) PIVOT (sum(distance) FOR origin IN ('SFO' AS a))",
      'a table has an order of its own',
    ],
    [
      'SELECT unnest(tags) AS tag, row_number() OVER (ORDER BY date) AS r FROM flights',
      'a table has an order of its own',
    ],
    ['SELECT json_group_array(origin) AS x FROM flights', 'to_json(list(… ORDER BY …))'],
    ['SELECT * FROM (SELECT origin FROM flights LIMIT 3)', 'ORDER BY'],
    ['SELECT code, (SELECT origin FROM flights WHERE origin = code LIMIT 1) AS x FROM airports', 'ORDER BY'],
    ['SELECT * FROM (SELECT DISTINCT ON (origin) origin, date FROM flights)', 'ORDER BY'],
    ['SELECT * FROM (SELECT DISTINCT * FROM flights ORDER BY delay LIMIT 3)', 'a table has an order of its own'],
    ['SELECT DISTINCT ON (tag) tag, origin FROM (SELECT unnest(tags) AS tag, origin FROM flights)', 'ORDER BY'],
    ['SELECT * FROM flights USING SAMPLE 10', 'md5'],
    ['SELECT * FROM flights TABLESAMPLE bernoulli(10%) REPEATABLE (3)', 'md5'],
    ['SELECT f.origin, a.code FROM flights f POSITIONAL JOIN airports a', 'key'],
    ['SELECT f.origin, a.code FROM flights f ASOF JOIN airports a ON f.date >= a.opened', 'row_number'],
    ['SELECT DISTINCT origin COLLATE nocase AS o FROM flights', 'lower'],
    ['SELECT DISTINCT date - opened AS gap FROM flights, airports', 'epoch'],
    ...[
      'SELECT min(CASE WHEN delay > 0 THEN INTERVAL 1 MONTH ELSE INTERVAL 30 DAYS END)::VARCHAR AS x FROM flights',
      "SELECT max(CASE WHEN delay > 0 THEN '12:00+01'::TIMETZ ELSE '11:00+00'::TIMETZ END)::VARCHAR AS x FROM flights",
      'SELECT origin, max(to_days(delay) + to_months(1))::VARCHAR AS x FROM flights GROUP BY origin',
      'SELECT v::VARCHAR AS v FROM (SELECT DISTINCT to_days(delay) AS v FROM flights)',
      'SELECT v::VARCHAR AS v FROM (SELECT * FROM (SELECT to_days(delay) AS v FROM flights) GROUP BY v)',
      'SELECT v::VARCHAR AS v FROM (SELECT to_days(delay) AS v, count(*) AS n FROM flights GROUP BY 1)',
      'SELECT v::VARCHAR AS v FROM (SELECT to_days(delay) AS v, count(*) AS n FROM flights GROUP BY ALL)',
      'SELECT w::VARCHAR AS w FROM (SELECT to_days(delay) FROM flights) t(w) GROUP BY w',
      'SELECT v::VARCHAR AS v FROM (SELECT to_days(delay) AS v FROM flights UNION SELECT INTERVAL 1 MONTH)',
      'WITH t AS (SELECT [to_days(delay)] AS v FROM flights) SELECT u::VARCHAR AS u FROM (SELECT DISTINCT v AS u FROM t)',
      "WITH RECURSIVE t(v) AS (SELECT INTERVAL 1 MONTH UNION SELECT v + INTERVAL 30 DAYS FROM t WHERE epoch(v) < 1e7) SELECT v::VARCHAR AS v FROM t",
      "SELECT origin, min({ 'a': INTERVAL 1 MONTH * delay })::VARCHAR AS x FROM flights GROUP BY origin",
      'SELECT min(age(date, DATE \'2001-01-01\'))::VARCHAR AS x FROM flights',
      'SELECT (max(to_days(delay)) OVER (PARTITION BY origin))::VARCHAR AS x FROM flights',
    ].map((text) => [text, 'epoch'] as const),
  ];
  it.each(cases)('%s', async (text, way) => {
    const found = await problem(text);
    expect(found).toMatchObject({ kind: 'order-dependent' });
    expect(found?.hint).toContain(way);
  });
});

describe('queries with intervals whose result does not depend on the order of rows', () => {
  it.each([
    'SELECT origin, max(date - opened)::VARCHAR AS x FROM flights, airports GROUP BY origin',
    'SELECT epoch(max(date - opened)) AS x FROM flights, airports',
    'SELECT DISTINCT origin FROM flights WHERE date > opened_at - INTERVAL 7 DAYS'.replace('opened_at', "TIMESTAMP '2001-01-01'"),
    'SELECT date_trunc(\'day\', date + INTERVAL 3 HOURS) AS d, count(*) AS n FROM flights GROUP BY d',
    'SELECT min(date + INTERVAL 1 MONTH) AS x FROM flights',
    'SELECT max(epoch(to_days(delay))) AS x FROM flights',
    'SELECT CAST(to_days(delay) AS VARCHAR) AS v, count(*) AS n FROM flights GROUP BY v',
    'SELECT count(DISTINCT to_days(delay)) AS n FROM flights',
    'SELECT DISTINCT date::TIMESTAMPTZ AS t FROM flights',
    'SELECT to_days(delay)::VARCHAR AS v FROM flights UNION ALL SELECT (INTERVAL 1 MONTH)::VARCHAR',
  ])('%s', async (text) => {
    expect(await problem(text)).toBeUndefined();
  });
});

describe('the order of rows', () => {
  const cases: readonly (readonly [string, readonly unknown[]])[] = [
    ['SELECT n FROM t', [3, 1, 2, 1]],
    ['SELECT n FROM t WHERE n < 3', [1, 2, 1]],
    ['SELECT s FROM t ORDER BY n', ['b', 'd', 'c', 'a']],
    ['SELECT s FROM t ORDER BY n DESC LIMIT 3', ['a', 'c', 'b']],
    ['SELECT s FROM t LIMIT 2', ['a', 'b']],
    ['SELECT n FROM t GROUP BY n', [1, 2, 3]],
    ['SELECT DISTINCT n FROM t', [1, 2, 3]],
    ['SELECT DISTINCT ON (n) s FROM t', ['a', 'b', 'c']],
    ['SELECT count(*) AS c FROM t GROUP BY n ORDER BY c', [1, 1, 2]],
    ['SELECT t.s FROM t JOIN t AS u USING (n)', ['a', 'b', 'b', 'c', 'd', 'd']],
    ['SELECT row_number() OVER (ORDER BY n) AS r FROM t', [4, 1, 3, 2]],
    ['SELECT s FROM t UNION ALL SELECT s FROM t WHERE n = 1', ['a', 'b', 'b', 'c', 'd', 'd']],
    ['WITH q AS (SELECT n, s FROM t WHERE n < 3) SELECT s FROM q', ['b', 'c', 'd']],
    ['SELECT list(s ORDER BY n) AS l FROM t', [['b', 'd', 'c', 'a']]],
  ];
  it.each(cases)('%s', async (text, expected) => {
    const t = {
      name: 't',
      columns: ['n', 's'].map((name) => ({ name, nullable: false, ...(name === 'n' ? integer : text_) })),
    };
    const { ordered } = await facts(text, [t]);
    const connection = await connect();
    await connection.run(
      "CREATE VIEW t AS SELECT * FROM (VALUES (1, 'b', 1), (1, 'd', 3), (3, 'a', 0), (2, 'c', 2)) v(n, s, __mlp_row)",
    );
    const rows = (await rowsOf(connection, ordered)).map((row) => (JSON.parse(row) as unknown[])[0]);
    expect(rows.map((value) => (typeof expected[0] === 'number' ? Number(value) : value))).toEqual(expected);
  });
});

const integer = { sql: 'INTEGER', type: { kind: 'int' } } as const;
const text_ = { sql: 'VARCHAR', type: { kind: 'string' } } as const;

describe('one and two threads, little and much memory', () => {
  const wide = "origin || '-' || (distance * 1000 + hash(date) % 5000)";
  const queries = [
    `SELECT ${wide} AS k, count(*) AS n, sum(price) AS total FROM flights GROUP BY ALL`,
    `SELECT ${wide} AS k, min(date) AS first_date FROM flights GROUP BY k`,
    `SELECT DISTINCT ${wide} AS k, destination FROM flights`,
    'SELECT f.origin, f.delay, a.height FROM flights f JOIN airports a ON f.origin = a.code AND a.height > f.delay',
    'SELECT *, row_number() OVER (PARTITION BY origin ORDER BY delay) AS n FROM flights',
    'SELECT origin, lag(delay) OVER (PARTITION BY destination ORDER BY date) AS p FROM flights',
    'SELECT origin, list(delay ORDER BY distance) AS l FROM flights GROUP BY origin',
    'SELECT DISTINCT ON (origin, distance) origin, distance, delay, date FROM flights',
    `SELECT ${wide} AS k FROM flights UNION SELECT code FROM airports`,
    'SELECT origin, delay FROM flights ORDER BY delay LIMIT 1000',
    'SELECT unnest(tags) AS tag, origin, delay FROM flights',
    'SELECT origin, speed FROM flights WHERE distance > 10',
  ];
  // Shapes that bring rows together, but for those that multiply them.
  const gathering = shapes.filter((text) => /GROUP BY|DISTINCT|JOIN|OVER|UNION|EXCEPT|INTERSECT|list\(|sum\(|PIVOT/.test(text) && !/flights g|RECURSIVE|t a JOIN t b/.test(text));

  it('give the same rows in the same order', { timeout: 300_000 }, async () => {
    const asked: (QueryFacts & { readonly text: string })[] = [];
    for (const text of [...queries, ...gathering]) asked.push({ text, ...(await facts(text)) });
    expect(asked.length).toBeGreaterThan(70);
    const digests: Record<string, string>[] = [];
    for (const megabytes of [128, 512]) {
      const one = await connect(1, megabytes);
      const two = await connect(2, megabytes);
      for (const connection of [one, two]) {
        // More than a row group: each thread takes one.
        await fill(connection, [flights], 130_000);
        await fill(connection, [airports], 8);
      }
      for (const connection of [one, two]) {
        const found: Record<string, string> = {};
        for (const { text, ordered, parallel } of asked) {
          // As it is run: on one thread where floats are added up.
          const on = parallel ? connection : one;
          found[text] = await digestOf(on, ordered);
        }
        digests.push(found);
      }
    }
    for (const other of digests.slice(1)) expect(other).toEqual(digests[0]);
  });
});

/** A digest of a query's rows in their order. */
async function digestOf(connection: DuckDBConnection, query: string): Promise<string> {
  const digest = createHash('md5');
  const result = await connection.run(`SELECT hash(q) AS row FROM (${query}) q`);
  for (const chunk of await result.fetchAllChunks()) {
    const { items } = chunk.getColumnVector(0) as unknown as { readonly items: BigUint64Array };
    digest.update(items.subarray(0, chunk.rowCount));
  }
  return digest.digest('hex');
}

describe('parallel', () => {
  it.each([
    ['SELECT sum(distance) AS x FROM flights', true],
    ['SELECT avg(price) AS x, sum(delay * 2) AS y FROM flights', true],
    ['SELECT sum(CASE WHEN delay > 10 THEN 1 ELSE 0 END) AS x FROM flights', true],
    ['SELECT sum(speed) AS x FROM flights', false],
    ['SELECT avg(distance / 2) AS x FROM flights', false],
    ['SELECT sum(s) AS x FROM (SELECT max(speed) AS s FROM flights GROUP BY origin)', false],
    ['SELECT stddev(distance) AS x FROM flights', false],
    ['SELECT avg(speed) OVER (PARTITION BY origin) AS x FROM flights', false],
    ['SELECT sum(speed ORDER BY date) AS x FROM flights', true],
    ['SELECT max(speed) AS x, median(speed) AS y, count(*) AS n FROM flights', true],
    ['SELECT speed * 2 AS x FROM flights', true],
  ])('%s: %s', async (text, parallel) => {
    expect((await facts(text)).parallel).toBe(parallel);
  });
});

describe('rowwise', () => {
  it.each([
    ['SELECT origin, delay > 3 AS late FROM flights WHERE distance > 3', true],
    ['SELECT * EXCLUDE (date) FROM flights', true],
    ['WITH q AS (SELECT origin FROM flights) SELECT upper(origin) AS o FROM q', true],
    ['SELECT o FROM (SELECT origin AS o FROM flights)', true],
    ['SELECT origin FROM flights ORDER BY date', false],
    ['SELECT origin FROM flights LIMIT 3', false],
    ['SELECT DISTINCT origin FROM flights', false],
    ['SELECT max(delay) AS m FROM flights', false],
    ['SELECT origin, rank() OVER (ORDER BY date) AS r FROM flights', false],
    ['SELECT unnest(tags) AS t FROM flights', false],
    ['SELECT origin, (SELECT max(height) FROM airports) AS h FROM flights', false],
    ['SELECT origin FROM flights, airports', false],
    ["SELECT COLUMNS('d.*') FROM flights", false],
    ['SELECT to_json(flights) AS j FROM flights', false],
    ['SELECT 1 AS one', false],
    ['SELECT i FROM range(3) r(i)', false],
  ])('%s: %s', async (text, rowwise) => {
    expect((await facts(text)).rowwise).toBe(rowwise);
  });
});
