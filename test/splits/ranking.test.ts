import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { loadFeatures } from '../../stdlib/features/load-features.ts';
import { orderByQuery } from '../../stdlib/models/boosting/order-by-query.ts';
import { byTime } from '../../stdlib/splits/by-time.ts';
import { columns, makeBench, makeFeatures, makeTable, params, split } from '../features/support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

const ranking = (more: JsonObject = {}): JsonObject => params('grade', { task: 'ranking', group: columns('shop', 'search'), ...more });

/** Forty queries of two columns, whose rows are scattered over the table. */
const ROWS = `SELECT 's' || (i % 2) AS shop, (i * 7) % 20 AS search, i % 3 AS grade, i AS n, DATE '2020-01-01' + ((i * 7) % 20)::INTEGER AS day FROM range(400) AS t(i)`;

describe('a split of a ranking', () => {
  test('keeps queries whole, and says which rows are of one', async () => {
    const table = await makeTable(bench, ROWS);
    const made = await split(bench, table, ranking());
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    const path = (digest: string): string => `read_parquet(${sqlString(join(bench.folder, digest))})`;
    const counted = await connection.runAndReadAll(
      `SELECT count(DISTINCT (shop, search))::INTEGER, count(DISTINCT query)::INTEGER, count(DISTINCT (shop, search, query, part))::INTEGER FROM ${path(table.artifact.file.digest)} POSITIONAL JOIN ${path(made.artifact.codes.digest)}`,
    );
    connection.closeSync();
    expect(counted.getRows()).toEqual([[20, 20, 20]]);
    const { train, validate, test: last } = made.artifact.parts;
    expect(made.artifact).toMatchObject({ task: 'ranking', rows: 400, classes: [] });
    expect((train.queries ?? 0) + (validate.queries ?? 0) + (last.queries ?? 0)).toBe(20);
  });

  test('is loaded with the queries of its rows, which trainers take one after another', async () => {
    const table = await makeTable(bench, `SELECT * EXCLUDE (day) FROM (${ROWS})`);
    const made = await split(bench, table, ranking());
    const loaded = await loadFeatures((await makeFeatures(bench, table, made)).context, 'x', { parts: ['train'] });
    const { target, matrix } = loaded.train;
    if (target.kind !== 'numbers' || target.queries === undefined) throw new Error('a ranking has queries');
    const ordered = orderByQuery({ ...loaded.train, weights: Float32Array.from(target.queries, (query) => query + 1) });
    if ('groups' in ordered || ordered.target.kind !== 'numbers' || ordered.target.queries === undefined) throw new Error('a ranking has queries');
    const numbersOf = (rows: typeof matrix) => rows.features.flatMap((feature) => (feature.kind === 'numeric' && feature.name === 'n' ? [feature.values] : []))[0];
    const before = Array.from(target.queries, (query, row) => [query, numbersOf(matrix)?.[row], target.values[row]]);
    const after = Array.from(ordered.target.queries, (query, row) => [query, numbersOf(ordered.matrix)?.[row], ordered.target.kind === 'numbers' ? ordered.target.values[row] : NaN]);
    // Sorting is stable: rows of a query stay in their order.
    expect(after).toEqual([...before].sort(([a = 0], [b = 0]) => a - b));
    expect(after).not.toEqual(before);
    expect(Array.from(ordered.weights ?? [])).toEqual(after.map(([query = 0]) => query + 1));
    expect(() => orderByQuery({ ...loaded.train, weights: Float32Array.from(target.queries?.keys() ?? []) })).toThrow('rows of one query have different weights');
  });

  test('by time cuts between queries', async () => {
    const byDay = ranking({ time: { $column: 'day' } });
    const made = await split(bench, await makeTable(bench, ROWS), byDay, '1', byTime);
    expect(made.artifact.parts.train.queries).toBeGreaterThan(10);
    const torn = await makeTable(bench, `SELECT * REPLACE (day + (n % 9)::INTEGER AS day) FROM (${ROWS})`);
    await expect(split(bench, torn, byDay, '1', byTime)).rejects.toThrow(/^a cut tears rows apart that are equal in `shop`, `search`: row \d+ in `\w+`, row \d+ in `\w+`$/);
  });

  test.each([
    ['a grade below 0', `SELECT * REPLACE (grade - 1 AS grade) FROM (${ROWS})`, '134 rows have a `grade` that is no relevance from 0 to 30, the first: 1, 4, 7'],
    ['a grade above 30', `SELECT * REPLACE (if(n = 5, 31, grade) AS grade) FROM (${ROWS})`, 'row 6 has a `grade` that is no relevance from 0 to 30'],
    ['a query that is missing', `SELECT * REPLACE (nullif(search, 7) AS search) FROM (${ROWS})`, '20 rows have no `search`, which says among which rows it is ranked'],
    ['queries without an order', `SELECT * REPLACE (search % 4 AS grade) FROM (${ROWS})`, 'in no query of the training part have two rows a different relevance'],
  ])('refuses %s', async (_, query, message) => {
    await expect(split(bench, await makeTable(bench, query), ranking())).rejects.toThrow(message);
  });
});
