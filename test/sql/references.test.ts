import { describe, expect, it } from 'vitest';
import type { SqlProblem } from '../../compiler/sql/analysis.ts';
import { findReferences } from '../../runtime/engines/duckdb/analyse-references.ts';
import { analysisConnection } from './support.ts';

const references = async (text: string) => findReferences(await analysisConnection(), text);

describe('references', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['SELECT * FROM t', ['t']],
    ['SELECT * FROM T, "U" -- comment', ['t', 'u']],
    ['FROM t;', ['t']],
    ['SELECT 1 AS one', []],
    ['WITH t AS (SELECT * FROM t) SELECT * FROM t', ['t']],
    ['WITH t AS (SELECT * FROM u) SELECT * FROM t', ['u']],
    ['WITH "T" AS (SELECT * FROM u) SELECT * FROM t', ['u']],
    ['WITH x AS (SELECT * FROM y), y AS (SELECT * FROM x) SELECT * FROM y', ['y']],
    ['WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r', []],
    ['WITH RECURSIVE r AS (SELECT n FROM r UNION ALL SELECT n + 1 FROM r) SELECT * FROM r', ['r']],
    ['WITH RECURSIVE r AS (SELECT * FROM r) SELECT * FROM r', ['r']],
    ['SELECT * FROM (WITH c AS (SELECT * FROM a) SELECT * FROM c), c', ['a', 'c']],
    [
      'WITH c AS (SELECT * FROM a) SELECT (SELECT max(x) FROM c) AS m FROM b WHERE x IN (SELECT x FROM d)',
      ['a', 'b', 'd'],
    ],
    ['WITH c AS (SELECT * FROM a) SELECT * FROM (WITH c AS (SELECT * FROM c) SELECT * FROM c)', ['a']],
    ['SELECT * FROM a JOIN b USING (x) UNION ALL SELECT * FROM c', ['a', 'b', 'c']],
    ["SELECT * FROM a WHERE x = 'FROM b' /* FROM c */", ['a']],
    ['SELECT * FROM a, unnest([1, 2]) u, range(3), generate_series(1, 2)', ['a']],
    ["PIVOT a ON x IN ('p', 'q') USING sum(y)", ['a']],
    ['WITH übung AS (SELECT * FROM a) SELECT * FROM übung', ['a']],
  ];
  it.each(cases)('%s', async (text, tables) => {
    expect(await references(text)).toEqual({ ok: true, tables });
  });
});

describe('what is not a query over declared tables', () => {
  const cases: readonly [string, SqlProblem['kind'], string, number?][] = [
    ['', 'not-a-query', 'there is no query here'],
    ['-- nothing', 'not-a-query', 'there is no query here'],
    ['SELECT 1; SELECT 2', 'not-a-query', 'not 2 statements'],
    ['INSERT INTO t VALUES (1)', 'not-a-query', '`INSERT` is not a query', 0],
    ["/* x */ copy t TO 'x'", 'not-a-query', '`COPY` is not a query', 8],
    ['PRAGMA version', 'not-a-query', '`PRAGMA` is not a query', 0],
    ["ATTACH 'x.db'", 'not-a-query', '`ATTACH` is not a query', 0],
    ['CREATE TABLE x AS SELECT 1', 'not-a-query', '`CREATE` is not a query', 0],
    ['SET threads = 1', 'not-a-query', '`SET` is not a query', 0],
    ['EXPLAIN SELECT 1', 'not-a-query', '`EXPLAIN` is not a query', 0],
    ['DESCRIBE t', 'not-a-query', 'DESCRIBE, SHOW and SUMMARIZE'],
    ['SUMMARIZE t', 'not-a-query', 'DESCRIBE, SHOW and SUMMARIZE'],
    ['PIVOT t ON x USING sum(y)', 'not-a-query', 'not known before it runs', 0],
    ['SELEC 1', 'syntax', 'SQL does not expect `SELEC` here', 0],
    ["SELECT 'é', FROM FROM t", 'syntax', 'SQL does not expect `FROM` here', 17],
    ['SELECT $1 AS x FROM t', 'syntax', 'takes no parameters'],
    ['SELECT \0', 'syntax', 'NUL'],
    ["SELECT * FROM 'x.csv'", 'forbidden-table', '`x.csv` is not the name of a declaration', 14],
    ['SELECT * FROM "data/*.parquet"', 'forbidden-table', 'queries read no files', 14],
    ['WITH übung AS (SELECT 1 AS a) SELECT * FROM Übung', 'forbidden-table', 'not the name of a declaration'],
    ['SELECT * FROM main.t', 'forbidden-table', '`main.t` is a table of a database', 14],
    ['SELECT * FROM memory.main.t', 'forbidden-table', 'a table of a database', 14],
    ['WITH t AS (SELECT 1 AS a) SELECT * FROM main.t', 'forbidden-table', '`main.t`', 40],
    ['SELECT * FROM information_schema.tables', 'forbidden-table', 'a table of a database'],
    ['SELECT * FROM sqlite_master', 'forbidden-table', "DuckDB's own catalogue"],
    ['SELECT * FROM Duckdb_Tables', 'forbidden-table', "DuckDB's own catalogue"],
    ['SELECT * FROM t AT (VERSION => 3)', 'forbidden-table', 'no versions'],
    ["FROM query('SELECT * FROM t')", 'forbidden-function', '`query` hides what is read', 5],
    ["FROM query_table('t')", 'forbidden-function', '`query_table` hides'],
    ["FROM read_csv('x.csv')", 'forbidden-function', '`read_csv` reads files'],
    ["FROM parquet_scan('x')", 'forbidden-function', 'reads files'],
    ["SELECT * FROM glob('*')", 'forbidden-function', 'reads files'],
    ['FROM duckdb_tables()', 'forbidden-function', 'depends on the session'],
    ['SELECT now() AS n', 'forbidden-function', '`now` reads the clock', 7],
    ['SELECT "NOW"() AS n', 'forbidden-function', '`now` reads the clock'],
    ['SELECT age(date) AS a FROM t', 'forbidden-function', '`age` reads the clock'],
    ['SELECT main.random() AS r', 'forbidden-function', 'another value each time'],
    ["SELECT current_setting('threads') AS s", 'forbidden-function', 'depends on the session'],
    ["SELECT getvariable('x') AS s", 'forbidden-function', 'depends on the session'],
    ["SELECT getenv('HOME') AS s", 'forbidden-function', 'depends on the session'],
    ['SELECT version() AS v', 'forbidden-function', 'depends on the session'],
    ["SELECT nextval('s') AS v", 'forbidden-function', 'changes something'],
    [
      "SELECT list_aggregate(l, 'reservoir_quantile', 0.5) AS v FROM t",
      'forbidden-function',
      'another value each time',
    ],
    ['SELECT list_aggregate(l, f) AS v FROM t', 'forbidden-function', 'hides'],
    ['SELECT a FROM t WHERE b IN (SELECT uuid() FROM u)', 'forbidden-function', '`uuid`'],
    ['SELECT __mlp_row FROM t', 'binding', 'reserved', 7],
    ['WITH __MLP_x AS (SELECT 1) SELECT * FROM __mlp_x', 'binding', 'reserved'],
  ];
  it.each(cases)('%s', async (text, kind, message, offset) => {
    const result = await references(text);
    const problem = result.ok ? undefined : result.problem;
    expect(problem).toMatchObject({
      kind,
      message: expect.stringContaining(message) as string,
      ...(offset === undefined ? {} : { offset }),
    });
    if (kind.startsWith('forbidden') || (kind === 'not-a-query' && text !== '')) expect(problem?.hint).toBeTruthy();
  });
});
