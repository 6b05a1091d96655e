import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { airports, connect, facts, fill, flights, rowsOf, table } from './support.ts';

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

type Condition =
  | { readonly kind: 'compare'; readonly operands: readonly [string, string]; readonly operator: string }
  | { readonly kind: 'AND' | 'OR'; readonly parts: readonly Condition[] };

const operand = fc.constantFrom('delay', 'distance', '10', '20', 'NULL', 'delay + 10');
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('compare' as const),
      operands: fc.tuple(operand, operand),
      operator: fc.constantFrom('<', '<=', '=', '<>', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'),
    }),
    fc.record({
      kind: fc.constantFrom('AND' as const, 'OR' as const),
      parts: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const mirror: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '<>': '!=' };

function spell(of: Condition, mirrored: boolean): string {
  if (of.kind !== 'compare') {
    const parts = of.parts.map((part) => `(${spell(part, mirrored)})`);
    return (mirrored ? parts.reverse() : parts).join(` ${of.kind} `);
  }
  const [left, right] = of.operands;
  return mirrored ? `${right} ${mirror[of.operator] ?? of.operator} ${left}` : `${left} ${of.operator} ${right}`;
}

it('DuckDB knows the case of ASCII alone, and so does the canonical form', async () => {
  const t = table('t', 'é INTEGER', 'É INTEGER');
  const [one, two] = [await facts('SELECT é - É AS d FROM t', [t]), await facts('SELECT É - é AS d FROM t', [t])];
  expect(one.canonical).not.toBe(two.canonical);
});

describe('rewrites', () => {
  it('keep the rows of a query', async () => {
    const connection = await connect();
    await fill(connection, [flights, airports], 60);
    const property = fc.asyncProperty(condition, async (each) => {
      const [one, two] = [false, true].map(
        (mirrored) =>
          `SELECT *, ${spell(each, mirrored)} AS c FROM flights WHERE ${spell(each, mirrored)} OR delay = 10`,
      );
      const [first, second] = [await facts(one ?? ''), await facts(two ?? '')];
      expect(second.canonical).toBe(first.canonical);
      expect(await rowsOf(connection, second.ordered)).toEqual(await rowsOf(connection, first.ordered));
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
