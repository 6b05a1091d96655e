import { describe, expect, it } from 'vitest';
import { bareCalls, classifyFunction, classifyTableFunction, whyForbidden } from '../../compiler/sql/functions.ts';
import { tableProblem } from '../../runtime/engines/duckdb/sql-scopes.ts';
import { parseQuery } from '../../runtime/engines/duckdb/sql-parse.ts';
import { analysisConnection, problem, table } from './support.ts';

describe('the allowlist', () => {
  it('classifies every function of the pinned DuckDB', async () => {
    const connection = await analysisConnection();
    const result = await connection.runAndReadAll(
      'SELECT DISTINCT function_type, function_name FROM duckdb_functions()',
    );
    const unknown = (result.getRowsJS() as string[][]).filter(([type = '', name = '']) => {
      const inFrom = ['table', 'table_macro', 'pragma'].includes(type);
      return (inFrom ? classifyTableFunction(name) : classifyFunction(name)) === undefined;
    });
    expect(unknown).toEqual([]);
    expect(result.currentRowCount).toBeGreaterThan(900);
  });

  it('allows nothing that the catalogue calls volatile but what only fails', async () => {
    const connection = await analysisConnection();
    const result = await connection.runAndReadAll(
      "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')",
    );
    const names = (result.getRowsJS() as [string][]).map(([name]) => name);
    expect(names.filter((name) => whyForbidden(classifyFunction(name) ?? 'internal') === undefined)).toEqual(['error']);
  });

  it('knows every name that calls a function without parentheses', async () => {
    const connection = await analysisConnection();
    const result = await connection.runAndReadAll(
      "SELECT DISTINCT function_name FROM duckdb_functions() UNION SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'reserved'",
    );
    const names = [
      ...(result.getRowsJS() as [string][]).map(([name]) => name),
      'current_time',
      'current_timestamp',
      'localtime',
      'localtimestamp',
    ];
    const bare: string[] = [];
    for (const name of names) {
      try {
        const prepared = await connection.prepare(`SELECT ${name}`);
        prepared.destroySync();
        if (/^\w+$/.test(name) && !['true', 'false', 'null'].includes(name)) bare.push(name);
      } catch {
        // Not a value by itself.
      }
    }
    expect([...new Set(bare)].filter((name) => !bareCalls.has(name))).toEqual([]);
  });

  it("takes no view of DuckDB's catalogue for a declared table", async () => {
    const connection = await analysisConnection();
    const result = await connection.runAndReadAll(
      'SELECT DISTINCT schema_name, view_name FROM duckdb_views() WHERE internal',
    );
    for (const [schema, name] of result.getRowsJS() as [string, string][]) {
      for (const text of schema === 'information_schema'
        ? [`FROM ${schema}.${name}`]
        : [`FROM ${name}`, `FROM ${schema}.${name}`]) {
        const parsed = await parseQuery(connection, text);
        expect(parsed.ok && tableProblem(parsed.query, text)?.kind, text).toBe('forbidden-table');
      }
    }
  });
});

describe('words that are calls unless a column is called so', () => {
  const events = table('events', 'current_date DATE', 'x INTEGER');
  const other = table('other', 'y INTEGER');
  it.each([
    ['SELECT current_date AS d FROM other', 'forbidden-function'],
    ['SELECT Current_Timestamp AS d FROM events', 'forbidden-function'],
    ["SELECT y FROM other WHERE user = 'x'", 'forbidden-function'],
    ['SELECT current_date FROM events', undefined],
    ['SELECT events.current_date FROM events', undefined],
    ['SELECT x, (SELECT max(current_date) FROM events) AS d FROM events', undefined],
    ['SELECT y, (SELECT max(current_date) FROM other) AS d FROM other', 'forbidden-function'],
    ['SELECT current_date FROM events AS e(when_, x)', 'forbidden-function'],
    [
      'WITH q AS (SELECT y AS user FROM other) SELECT user, count(*) AS n FROM q JOIN events ON x = user GROUP BY user',
      undefined,
    ],
    ['SELECT q.user FROM (SELECT unnest([1]) AS user) q', undefined],
    ['SELECT user FROM (SELECT y FROM other)', 'forbidden-function'],
  ])('%s', async (text, kind) => {
    expect((await problem(text, [events, other]))?.kind).toBe(kind);
  });
});
