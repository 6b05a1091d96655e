import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { connectForAnalysis } from '../../runtime/engines/duckdb/connect.ts';
import { airports, analysisConnection, analyse, connect, facts, problem, rowsOf, table } from './support.ts';

/** What has to hold, said of queries. */
type Claim =
  | { readonly differ: readonly [string, string] }
  | { readonly same: readonly [string, string] }
  /** Columns read of `t`. */
  | { readonly query: string; readonly reads: readonly string[] }
  | { readonly refused: string; readonly says: RegExp; readonly way: RegExp }
  | { readonly query: string; readonly gives: readonly string[] }
  | { readonly query: string; readonly parallel: boolean };

const t = table('t', 'a INTEGER', 'b INTEGER?', 'x DOUBLE', 's VARCHAR', 'at_ TIMESTAMP WITH TIME ZONE');
const tables = [t, airports];

/** Every trap of SQL, keys, references and binding that was met. */
const TRAPS: Readonly<Record<string, Claim>> = {
  'numbers that do not survive JSON.parse: large integers': { differ: ['SELECT 9007199254740993 AS n', 'SELECT 9007199254740992 AS n'] },
  'numbers that do not survive JSON.parse: infinity': { differ: ['SELECT 1e400 AS n', 'SELECT 1e308 AS n'] },
  'numbers are text: a point makes a decimal': { differ: ['SELECT 1 AS n', 'SELECT 1.0 AS n'] },
  'places in the text are in the parse tree': { same: ['SELECT a FROM t', '\n\n   SELECT\ta   FROM t'] },
  'optimised plans over empty tables forget conditions': { differ: ['SELECT a FROM t WHERE b = 3', 'SELECT a FROM t WHERE b = 4'] },
  'an optimised plan reads too little': { query: 'SELECT a FROM t WHERE b IS NOT NULL AND 1 = 1 ORDER BY s LIMIT 0', reads: ['a', 'b', 's'] },
  'count(*) reads no column': { query: 'SELECT count(*) AS n FROM t', reads: [] },
  'a CTE of the name of what it reads': { query: 'WITH t AS (SELECT a, b FROM t) SELECT a FROM t', reads: ['a'] },
  'a CTE hides the table behind its name': { query: 'WITH t AS (SELECT 1 AS a) SELECT a FROM t', reads: [] },
  'a recursive CTE sees itself, in any case': { query: 'WITH RECURSIVE T AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM t WHERE a < 3) SELECT a FROM T', reads: [] },
  'JOIN … USING names columns of both': { query: 'SELECT q.code FROM t JOIN (SELECT height AS b, code FROM airports) q USING (b)', reads: ['b'] },
  'a file is parsed as a table': { refused: "FROM 'x.csv'", says: /not the name of a declaration/, way: /source/ },
  'a web address is parsed as a table': { refused: "FROM 'https://example.org/x.parquet'", says: /not the name of a declaration/, way: /source/ },
  'the catalogue is parsed as a table': { refused: 'SELECT name FROM sqlite_master', says: /catalogue/, way: /source/ },
  'query() hides what it reads': { refused: "SELECT * FROM query('SELECT a FROM t')", says: /hides what is read/, way: /in place/ },
  'query_table() hides what it reads': { refused: "SELECT * FROM query_table('t')", says: /hides what is read/, way: /in place/ },
  'current_date is parsed as a column': { refused: 'SELECT current_date AS d FROM t', says: /clock/, way: /param/ },
  'current_setting is CONSISTENT to the catalogue': { refused: "SELECT current_setting('TimeZone') AS z", says: /session/, way: /param/ },
  'random()': { refused: 'SELECT random() AS r FROM t', says: /another value each time/, way: /hash/ },
  'setseed()': { refused: 'SELECT setseed(0.5) AS r', says: /another value each time/, way: /hash/ },
  'now()': { refused: 'SELECT now() AS r', says: /clock/, way: /param/ },
  'age() of one argument asks the clock': { refused: 'SELECT age(at_::TIMESTAMP) AS r FROM t', says: /clock/, way: /param/ },
  'a call by its method': { refused: 'SELECT s.getenv() AS r FROM t', says: /session/, way: /param/ },
  'an aggregate in a text': { refused: "SELECT list_aggregate([a], 'first', random()) AS r FROM t", says: /another value/, way: /hash/ },
  'a bare parameter of DuckDB has no type': { refused: 'SELECT $p AS x', says: /no parameters/, way: /\$\{name\}/ },
  'PIVOT without its values makes columns of data': { refused: 'PIVOT t ON s USING sum(a)', says: /not known before it runs/, way: /IN/ },
  'several statements': { refused: 'SELECT 1 AS a; SELECT 2 AS a', says: /2 statements/, way: /table/ },
  'settings': { refused: "SET TimeZone = 'Asia/Tokyo'", says: /not a query/, way: /SELECT/ },
  'first() takes what comes first': { refused: 'SELECT first(a) AS x FROM t', says: /order/, way: /ORDER BY/ },
  'list() without order': { refused: 'SELECT list(a) AS x FROM t', says: /order/, way: /ORDER BY/ },
  'sampling': { refused: 'SELECT a FROM t USING SAMPLE 10%', says: /sample/, way: /md5/ },
  'row_number() over ties is completed by the row': { query: 'SELECT row_number() OVER (ORDER BY a) AS r FROM t', reads: ['a'] },
  'sums of floats run on one thread': { query: 'SELECT sum(x) AS x FROM t', parallel: false },
  'fsum too': { query: 'SELECT fsum(x) AS x FROM t', parallel: false },
  'grouped and sorted sums of floats too': { query: 'SELECT a, sum(x) AS x FROM t GROUP BY a ORDER BY a', parallel: false },
  'windows over floats too': { query: 'SELECT avg(x) OVER (PARTITION BY a) AS m FROM t', parallel: false },
  'sums of floats in an order do not have to': { query: 'SELECT sum(x ORDER BY a) AS x FROM t', parallel: true },
  'sums of integers and decimals do not have to': { query: 'SELECT sum(a) AS x, sum(b::DECIMAL(9, 2)) AS y FROM t', parallel: true },
  'hours depend on the time zone, which is pinned': { query: "SELECT hour(TIMESTAMPTZ '2024-01-01 12:00:00+00') AS h", gives: ['["12"]'] },
  'division of integers depends on a setting, which is pinned': { query: 'SELECT 7 / 2 AS h', gives: ['[3.5]'] },
  'the place of nulls depends on a setting, which is pinned': { query: 'SELECT a FROM (VALUES (1), (NULL)) v(a) ORDER BY a DESC', gives: ['[1]', '[null]'] },
  'comparison of texts depends on a setting, which is pinned': { query: "SELECT 'a' = 'A' AS e", gives: ['[false]'] },
  'names differ by case only': { same: ['SELECT A FROM T', 'SELECT a FROM t'] },
  'the case of a name that comes out is data': { differ: ['SELECT a AS x FROM t', 'SELECT a AS X FROM t'] },
  'types are told without being read': { query: 'SELECT typeof(a) AS x FROM t', reads: [] },
};

describe('traps', () => {
  it.each(Object.entries(TRAPS))('%s', async (_, claim) => {
    if ('differ' in claim) {
      const [one, two] = [await facts(claim.differ[0], tables), await facts(claim.differ[1], tables)];
      expect([two.canonical, two.columns]).not.toEqual([one.canonical, one.columns]);
    } else if ('same' in claim) {
      const [one, two] = [await facts(claim.same[0], tables), await facts(claim.same[1], tables)];
      expect([two.canonical, two.columns]).toEqual([one.canonical, one.columns]);
    } else if ('reads' in claim) {
      expect((await facts(claim.query, tables)).reads['t']).toEqual(claim.reads);
    } else if ('refused' in claim) {
      const found = await problem(claim.refused, tables);
      expect(found?.message).toMatch(claim.says);
      expect(found?.hint).toMatch(claim.way);
    } else if ('gives' in claim) {
      expect(await rowsOf(await connect(), (await facts(claim.query, tables)).ordered)).toEqual(claim.gives);
    } else {
      expect((await facts(claim.query, tables)).parallel).toBe(claim.parallel);
    }
  });

  it('a new column captures a name', async () => {
    const text = 'SELECT a, (SELECT max(height) FROM airports WHERE height > b) AS m FROM t';
    const wider = { ...airports, columns: [...airports.columns, ...table('', 'b INTEGER').columns] };
    const [before, after] = [await facts(text, [t, airports]), await facts(text, [t, wider])];
    expect([before.reads['t'], before.reads['airports']]).toEqual([['a', 'b'], ['height']]);
    expect([after.reads['t'], after.reads['airports']]).toEqual([['a'], ['b', 'height']]);
  });

  it('a column that goes takes no query with it that does not name it', async () => {
    const narrower = { ...t, columns: t.columns.filter(({ name }) => name !== 's') };
    expect((await analyse('SELECT a FROM t', [narrower])).ok).toBe(true);
    expect((await problem('SELECT s FROM t', [narrower]))?.unknown).toEqual({ kind: 'column', name: 's' });
  });
});

describe('settings', () => {
  const GOLDEN = join(import.meta.dirname, 'settings.json');
  /** Of the machine, or of where things lie, or of what is said while a query runs. */
  const resources = /thread|memory|director|path|secret|log|profil|progress|user|version|extension|home|temp|cache|checkpoint|wal|debug|explain|allocator|external|s3|http|proxy|ca_|azure|duckdb_api|custom|password|block|vacuum|concurren|storage|streaming|optimizers|errors_as_json|access_mode|attach|ui_|scheduler|prefetch|pin_|buffer|lock_|warnings|verif/i;

  async function settings(of: Awaited<ReturnType<typeof connect>>): Promise<Readonly<Record<string, string | null>>> {
    const result = await of.runAndReadAll('SELECT name, value FROM duckdb_settings() ORDER BY name');
    return Object.fromEntries((result.getRowsJS() as [string, string | null][]).filter(([name]) => !resources.test(name)));
  }

  it('that may change a result are what they were: else raise the version of every kind that calls DuckDB', async () => {
    const found = await settings(await connect());
    if (process.env['UPDATE'] === '1' || (!existsSync(GOLDEN) && process.env['CI'] === undefined)) writeFileSync(GOLDEN, `${JSON.stringify(found, undefined, 2)}\n`);
    expect(found).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
    expect(found).toMatchObject({ TimeZone: 'UTC', default_null_order: 'NULLS_LAST', integer_division: 'false', preserve_insertion_order: 'true' });
  });

  it('are the same where queries are looked at as where they are run', async () => {
    expect(await settings(await connectForAnalysis())).toEqual(await settings(await connect()));
  });

  it('cannot be changed by what runs', async () => {
    for (const connection of [await connect(), await analysisConnection()]) {
      await expect(connection.run("SET TimeZone = 'Asia/Tokyo'")).rejects.toThrow(/locked/);
      await expect(connection.run('SET threads = 3')).rejects.toThrow(/locked/);
    }
  });

  it('do not come from the environment', async () => {
    const before = await settings(await connect());
    vi.stubEnv('TZ', 'Asia/Tokyo');
    vi.stubEnv('LC_ALL', 'tr_TR.UTF-8');
    expect(await settings(await connect())).toEqual(before);
    vi.unstubAllEnvs();
  });
});
