import { describe, expect, it } from 'vitest';
import type { AnalysisTable } from '../../runtime/engines/duckdb/analyse-query.ts';
import { shapes } from './shapes.ts';
import { airports, connect, facts, fill, flights, hideRowNumbers, rowsOf } from './support.ts';

const tables: readonly AnalysisTable[] = [flights, airports];

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

  it('are all that a result depends on, over every shape; and no column said to be never null is', async () => {
    const connection = await connect();
    let sensitive = 0;
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
      await fill(connection, tables, 40, () => 1);
      if ((await rowsOf(connection, ordered)).join() !== before.join()) sensitive += 1;
    }
    // The values differ enough for a column that was missed to be noticed.
    expect(sensitive).toBeGreaterThanOrEqual(60);
  });

  it('the ordered query gives the rows of the text', async () => {
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
