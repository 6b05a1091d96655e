import { describe, expect, it } from 'vitest';
import { fuseQueries } from '../../compiler/sql/fuse.ts';
import { sqlTokens, statementText } from '../../compiler/sql/sql-text.ts';
import { airports, column, connect, facts, fill, flights, rowsOf } from './support.ts';

const inner = {
  name: 'legs',
  text: "SELECT origin, delay, distance * 2 AS twice -- 'half'\nFROM flights WHERE distance > 10;",
  tables: ['flights'],
};
const legs = { name: 'legs', columns: [column('origin VARCHAR'), column('delay INTEGER?'), column('twice INTEGER')] };

describe('fused queries', () => {
  it.each([
    'SELECT * FROM legs',
    'select upper(origin) AS o from Legs where delay > 10;',
    'SELECT origin, count(*) AS n FROM legs GROUP BY origin',
    'FROM legs ORDER BY delay DESC LIMIT 7',
    'SELECT *, row_number() OVER (PARTITION BY origin ORDER BY delay) AS r FROM legs',
    'SELECT DISTINCT ON (origin) * FROM legs',
    'WITH late AS (SELECT * FROM legs WHERE delay > 10) SELECT late.*, code FROM late JOIN airports ON origin = code /* end */',
    'WITH RECURSIVE r(n) AS (SELECT min(twice) FROM legs UNION ALL SELECT n + 30 FROM r WHERE n < 100) SELECT n FROM r',
  ])('give what the queries give one after the other: %s', async (text) => {
    const outer = { text, tables: ['legs', 'airports'] };
    const fused = fuseQueries(outer, inner);
    expect(fused).toBeDefined();
    const connection = await connect();
    await fill(connection, [flights, airports], 50);
    const together = await rowsOf(connection, (await facts(fused ?? '')).ordered);
    const first = await facts(inner.text, [flights]);
    await connection.run(
      `CREATE TABLE data_legs AS SELECT *, (row_number() OVER ()) - 1 AS __mlp_row FROM (${first.ordered})`,
    );
    await connection.run('CREATE VIEW legs AS FROM data_legs');
    const apart = await rowsOf(connection, (await facts(text, [legs, airports])).ordered);
    expect(together).toEqual(apart);
    expect(together.length).toBeGreaterThan(0);
  });

  it('of rowwise queries are rowwise', async () => {
    const fused = fuseQueries({ text: 'SELECT twice FROM legs', tables: ['legs'] }, inner) ?? '';
    expect(await facts(fused)).toMatchObject({ rowwise: true, reads: { flights: ['distance'], airports: [] } });
  });

  it.each([
    ['WITH legs AS (SELECT 1 AS a) SELECT * FROM legs', inner],
    ['SELECT * FROM legs, (WITH "Legs"(a) AS NOT MATERIALIZED (SELECT 1) SELECT * FROM legs)', inner],
    ['SELECT * FROM legs', { ...inner, tables: ['legs'] }],
    ['SELECT * FROM other', inner],
    ['(SELECT * FROM legs)', inner],
  ])('are refused where a name may mean something else: %s', (text, query) => {
    expect(fuseQueries({ text, tables: text.includes('other') ? ['other'] : ['legs'] }, query)).toBeUndefined();
  });
});

describe('SQL texts', () => {
  it.each([
    ['SELECT 1; -- done', 'SELECT 1'],
    ["/* a /* b */ ; */ SELECT ';--' ; ;", "SELECT ';--'"],
    ['SELECT $$ ; -- $$ /* unfinished', 'SELECT $$ ; -- $$'],
    ['SELECT E\'\\\';\' AS "a;"""\n-- end', 'SELECT E\'\\\';\' AS "a;"""'],
    ['  ', ''],
  ])('%s', (text, expected) => {
    expect(statementText(text)).toBe(expected);
  });

  it('tokens keep their places', () => {
    const text = 'SELECT a1, "b c" -- x\n FROM é.t';
    const tokens = sqlTokens(text);
    expect(tokens.map((token) => token.text)).toEqual(['SELECT', 'a1', ',', '"b c"', 'FROM', 'é', '.', 't']);
    for (const token of tokens) expect(text.slice(token.start, token.end)).toBe(token.text);
  });
});
