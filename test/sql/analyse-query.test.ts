import { describe, expect, it } from 'vitest';
import { renderColumnType } from '../../compiler/types.ts';
import { columnTypeOf } from '../../runtime/engines/duckdb/sql-column-type.ts';
import { analysisConnection, facts, problem } from './support.ts';

describe('output columns', () => {
  it.each([
    ['SELECT * FROM airports', 'code: string, City: string?, height: int?, opened: date'],
    ['SELECT CITY, height FROM airports', 'City: string?, height: int?'],
    [
      'SELECT origin, delay >= 15 AS late, distance >= 15 AS far FROM flights',
      'origin: string, late: bool?, far: bool',
    ],
    ['SELECT delay FROM flights WHERE delay IS NOT NULL', 'delay: int'],
    ['SELECT count(*) AS n, max(distance) AS m FROM flights', 'n: int, m: int?'],
    [
      'SELECT f.origin, a.opened FROM flights f LEFT JOIN airports a ON f.origin = a.code',
      'origin: string, opened: date?',
    ],
    ['SELECT f.origin, a.opened FROM flights f JOIN airports a ON f.origin = a.code', 'origin: string, opened: date'],
    [
      'SELECT f.origin, a.opened FROM flights f RIGHT JOIN airports a ON f.origin = a.code',
      'origin: string?, opened: date',
    ],
    ['SELECT origin, count(*) AS n FROM flights GROUP BY CUBE (origin)', 'origin: string?, n: int?'],
    [
      'SELECT price * 2 AS p, place, tags FROM flights',
      'p: decimal(18, 2)?, place: struct(lat: float?, name: string?)?, tags: list(string?)?',
    ],
    [
      "SELECT now_ AS t, CAST(now_ AS TIMESTAMPTZ) AS z, CAST(NULL AS TIME) AS u, TRY_CAST('1' AS FLOAT) AS f FROM (SELECT date AS now_ FROM flights)",
      't: timestamp, z: timestamp, u: time?, f: float?',
    ],
    ["SELECT 'a'::ENUM('a', 'b') AS e, INTERVAL 1 DAY AS i, hash(1) AS h", 'e: string, i: other?, h: int?'],
  ])('%s', async (text, expected) => {
    const { columns } = await facts(text);
    expect(columns.map(({ name, type, nullable }) => `${name}: ${renderColumnType(type, nullable)}`).join(', ')).toBe(
      expected,
    );
  });

  it('every type that DuckDB has maps to one of the language', async () => {
    const connection = await analysisConnection();
    const result = await connection.runAndReadAll('SELECT column_type FROM (DESCRIBE FROM test_all_types())');
    for (const [sql] of result.getRowsJS() as [string][]) expect(columnTypeOf(sql).kind, sql).toBeDefined();
    expect(columnTypeOf('STRUCT("a, b" DECIMAL(4,1)[], c STRUCT(d INTEGER))[3]')).toEqual({
      kind: 'list',
      nullable: true,
      item: {
        kind: 'struct',
        fields: [
          {
            name: 'a, b',
            nullable: true,
            sql: 'DECIMAL(4,1)[]',
            type: { kind: 'list', nullable: true, item: { kind: 'decimal', precision: 4, scale: 1 } },
          },
          {
            name: 'c',
            nullable: true,
            sql: 'STRUCT(d INTEGER)',
            type: { kind: 'struct', fields: [{ name: 'd', nullable: true, sql: 'INTEGER', type: { kind: 'int' } }] },
          },
        ],
      },
    });
  });
});

describe('problems', () => {
  it.each([
    ['SELECT delay + 1 FROM flights', { kind: 'no-name', hint: 'add `AS name`' }],
    ['SELECT origin, count(*) FROM flights GROUP BY 1', { kind: 'no-name' }],
    ['SELECT * FROM (SELECT delay + 1 FROM flights)', undefined],
    ["SELECT place.lat, COLUMNS('height') FROM flights, airports", undefined],
    [
      'SELECT origin, Origin FROM flights',
      { kind: 'no-name', message: 'two columns of this query are called `origin`' },
    ],
    ['SELECT * FROM flights f JOIN flights g ON f.origin = g.destination', { kind: 'no-name' }],
    [
      "SELECT 'é' AS e, distnace FROM flights",
      { kind: 'binding', offset: 17, unknown: { kind: 'column', name: 'distnace' } },
    ],
    [
      'SELECT f.distnace FROM flights f',
      {
        kind: 'binding',
        message: '`f` has no column `distnace`',
        offset: 7,
        unknown: { kind: 'column', name: 'distnace' },
      },
    ],
    ['SELECT flihgts.delay FROM flights', { kind: 'binding', offset: 7, unknown: { kind: 'table', name: 'flihgts' } }],
    [
      'SELECT origin FROM flihgts',
      { kind: 'binding', message: 'there is no table `flihgts`', unknown: { kind: 'table', name: 'flihgts' } },
    ],
    [
      'SELECT uper(origin) AS u FROM flights',
      {
        kind: 'binding',
        message: 'there is no function `uper`',
        offset: 7,
        unknown: { kind: 'function', name: 'uper' },
      },
    ],
    ['SELECT origin FROM flights GROUP BY destination', { kind: 'binding', offset: 7 }],
    [
      "SELECT date '2001-01-01' > distance AS x FROM flights",
      {
        kind: 'binding',
        message: expect.stringMatching(/^Cannot compare values of type DATE and type INTEGER/) as unknown,
      },
    ],
    ['SELECT rowid AS r FROM flights', { kind: 'binding', unknown: { kind: 'column', name: 'rowid' } }],
    ['SELECT __mlp_row AS r FROM flights', { kind: 'binding' }],
  ])('%s', async (text, expected) => {
    const found = await problem(text);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
    expect(found?.message ?? '').not.toMatch(/Error:|LINE \d|Candidate|Did you mean/);
  });

  it('leave no tables behind', async () => {
    await problem('SELECT nope FROM flights');
    const result = await (
      await analysisConnection()
    ).runAndReadAll('SELECT count(*)::INTEGER FROM duckdb_tables() WHERE NOT internal');
    expect(result.getRowsJS()).toEqual([[0]]);
  });
});
