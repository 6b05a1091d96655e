import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { loadFeatures } from '../../stdlib/features/load-features.ts';
import { byTime } from '../../stdlib/splits/by-time.ts';
import { holdout } from '../../stdlib/splits/holdout.ts';
import { columns, infer, makeBench, makeFeatures, makeTable, params, split, type MadeSplit, type MadeTable } from '../features/support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

const byDay = (more: JsonObject = {}): JsonObject => params('y', { time: { $column: 'day' }, ...more });
const days = (count: number): JsonObject => ({ $quantity: count * 86_400, unit: 's' });

/** First and last day of each part, found by SQL. */
async function spans(table: MadeTable, made: MadeSplit): Promise<unknown> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  const path = (digest: string): string => `read_parquet(${sqlString(join(bench.folder, digest))})`;
  const reader = await connection.runAndReadAll(
    `SELECT part, min(day)::VARCHAR, max(day)::VARCHAR FROM ${path(table.artifact.file.digest)} POSITIONAL JOIN ${path(made.artifact.codes.digest)} GROUP BY part ORDER BY part`,
  );
  connection.closeSync();
  return reader.getRows();
}

/** A hundred days from 2020-01-01, in no order, two rows a day. */
const DAYS = `SELECT (DATE '2020-01-01' + ((i * 37) % 100)::INTEGER) AS day, i % 3 = 0 AS y, i AS n FROM range(200) AS t(i)`;

describe('by_time', () => {
  test('cuts by shares and leaves the gap out, which no reader sees', async () => {
    const table = await makeTable(bench, DAYS);
    const made = await split(bench, table, byDay({ gap: days(7) }), '1', byTime);
    expect(await spans(table, made)).toEqual([
      [0, '2020-01-01', '2020-03-04'],
      [1, '2020-03-11', '2020-03-19'],
      [2, '2020-03-26', '2020-04-09'],
      [255, '2020-03-05', '2020-03-25'],
    ]);
    expect(made.artifact).toMatchObject({ rows: 200, parts: { train: { rows: 128 }, validate: { rows: 18 }, test: { rows: 30 } } });
    const loaded = await loadFeatures((await makeFeatures(bench, table, made)).context, 'x', { parts: ['train', 'validate', 'test'] });
    expect([loaded.train, loaded.validate, loaded.test].map(({ matrix }) => matrix.rows)).toEqual([128, 18, 30]);
    expect(loaded.train.matrix.features.map(({ name }) => name)).toEqual(['n']);
  });

  test('rows whose windows reach over a cut, before it or after it, are in no part', async () => {
    const table = await makeTable(bench, `SELECT *, day - 7 AS first, day + 2 AS later FROM (${DAYS})`);
    const windows = { entity: [], time: 'day', from: 'first', until: 'later' };
    const made = await split(bench, { ...table, type: { ...table.type, windows } }, byDay(), '1', byTime);
    expect(await spans(table, made)).toEqual([
      [0, '2020-01-01', '2020-03-08'],
      [1, '2020-03-18', '2020-03-23'],
      [2, '2020-04-02', '2020-04-09'],
      [255, '2020-03-09', '2020-04-01'],
    ]);
  });

  test.each([
    ['dates', DAYS, { validate_from: '2020-02-01', test_from: '2020-03-01' }],
    ['timestamps', `SELECT day::TIMESTAMP + INTERVAL 12 HOUR AS day, y, n FROM (${DAYS})`, { validate_from: '2020-02-01 12:00', test_from: '2020-03-01T00:00:01' }],
    ['timestamps of nanoseconds', `SELECT day::TIMESTAMP_NS AS day, y, n FROM (${DAYS})`, { validate_from: '2020-02-01', test_from: '2020-03-01' }],
    ['whole numbers', `SELECT day - DATE '2020-01-01' AS day, y, n FROM (${DAYS})`, { validate_from: 31, test_from: 60 }],
  ])('cuts %s where it is told to', async (_, query, cuts) => {
    const table = await makeTable(bench, query);
    const made = await split(bench, table, byDay(cuts), '1', byTime);
    expect([made.artifact.parts.train.rows, made.artifact.parts.validate.rows, made.artifact.parts.test.rows]).toEqual([62, 58, 80]);
  });

  test.each([
    ['a time is missing', `SELECT CASE WHEN n <> 5 THEN day END AS day, y FROM (${DAYS})`, {}, /^row 6 has no `day`, by which/],
    ['a time is infinite', `SELECT CASE WHEN n <> 5 THEN day ELSE 'infinity'::DATE END AS day, y FROM (${DAYS})`, {}, /^row 6 has an infinite `day`$/],
    ['all times are one', `SELECT DATE '2020-01-01' AS day, i % 2 = 0 AS y FROM range(9) AS t(i)`, {}, /^`day` has the same value in every row, and three parts need three$/],
    ['the gap eats a part', DAYS, { gap: days(30) }, /^the gap leaves nothing for the part `validate`/],
    ['the gap eats all', DAYS, { gap: days(3000) }, /^the gap leaves nothing for the part `train`/],
    ['a cut lies outside', DAYS, { validate_from: '2019-01-01', test_from: '2020-02-01' }, /^no row has a `day` in the part `train`$/],
    ['one class is left to train on', `SELECT day, day > '2020-03-20' AS y FROM (${DAYS})`, {}, /^every training row has the same `y`, "false"/],
  ])('fails when %s', async (_, query, more, message) => {
    const table = await makeTable(bench, query);
    const failure = split(bench, table, byDay(more), '1', byTime);
    await expect(failure).rejects.toThrow(StepError);
    await expect(failure).rejects.toThrow(message);
  });

  test('reads the target and the time, which is reserved', async () => {
    const { inferred } = infer(byTime, byDay({ known: columns('n') }), { slot: 'table', type: (await makeTable(bench, DAYS)).type });
    expect(inferred).toMatchObject({ reads: { table: ['day', 'y'] }, type: { reserved: ['day'] } });
  });
});

describe('groups', () => {
  const people = `SELECT i % 40 AS person, i % 3 AS visit, (i * 7) % 5 < 2 AS y FROM range(400) AS t(i)`;

  test('are whole, by one column or several', async () => {
    const table = await makeTable(bench, people);
    for (const group of [{ $column: 'person' }, columns('person', 'visit')]) {
      const made = await split(bench, table, params('y', { group }));
      expect(Object.values(made.artifact.parts).map(({ rows }) => rows)).toEqual([280, 60, 60]);
      expect(made.type.reserved).toEqual(Array.isArray(group) ? ['person', 'visit'] : ['person']);
    }
  });

  test.each([
    ['has no value', 'CASE WHEN i > 2 THEN i END', /^3 rows have no `g`, which says its group, the first: 1, 2, 3$/],
    ['is one', "'a'", /^all rows are of one group: `g` is the same everywhere$/],
    ['are two', 'i % 2', /^the rows are of 2 groups by `g`: too few for one in each part$/],
  ])('fail when it %s', async (_, sql, message) => {
    const table = await makeTable(bench, `SELECT ${sql} AS g, i % 3 = 0 AS y FROM range(60) AS t(i)`);
    await expect(split(bench, table, params('y', { group: { $column: 'g' } }))).rejects.toThrow(message);
  });

  test('that are larger than a share are told of', async () => {
    const table = await makeTable(bench, `SELECT least(i // 40, 3) AS g, i % 3 = 0 AS y FROM range(200) AS t(i)`);
    const { inferred } = infer(holdout, params('y', { group: { $column: 'g' } }), { slot: 'table', type: table.type });
    expect(inferred?.params).toMatchObject({ group: [{ $column: 'g' }] });
    const made = await split(bench, table, params('y', { group: { $column: 'g' } }));
    expect(made.warnings).toEqual([
      'groups by `g` are too large to be dealt out exactly: `train` has 60% of the rows, not 70%; `validate` has 20% of the rows, not 15%; `test` has 20% of the rows, not 15%',
    ]);
  });
});
