import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csv } from '../../stdlib/sources/csv.ts';
import { sql } from '../../stdlib/tables/sql.ts';
import { rowsOf } from '../support/read-made.ts';
import { openWorkbench, type MadeTable, type Workbench } from '../support/run-kind.ts';

let bench: Workbench;
let tables: Record<string, MadeTable>;
beforeAll(async () => {
  bench = await openWorkbench();
  const { inferred, outputs } = await bench.make({ kind: csv, input: 'npm:vega-datasets/data/seattle-weather.csv', name: 'Weather' });
  const { type } = inferred;
  const artifact = outputs['value'];
  if (type.kind !== 'table' || artifact?.type !== 'table') throw new Error('no table');
  tables = { Weather: { type, artifact } };
});
afterAll(() => bench.close());

describe('sql', () => {
  test('reads tables by name, without regard to case, and says which columns', async () => {
    const input = 'SELECT weather, count(*) AS days, max(temp_max) AS warmest FROM weather GROUP BY weather';
    const { inferred, outputs } = await bench.make({ kind: sql, input, tables });
    expect(inferred.tables).toEqual([{ slot: '[0]', step: 'Weather', columns: ['temp_max', 'weather'] }]);
    expect(inferred.type).toMatchObject({ kind: 'table', sources: ['Weather'], reach: 'unknown' });
    const all = await rowsOf(bench, tables['Weather']?.artifact);
    const days = new Map<string, number[]>();
    for (const { weather, temp_max } of all) days.set(weather as string, [...(days.get(weather as string) ?? []), Number(temp_max)]);
    const expected = [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([weather, temps]) => ({ weather, days: temps.length, warmest: Math.max(...temps) }));
    expect(await rowsOf(bench, outputs['value'])).toEqual(expected);
  });

  test('a count reads no column, yet names all it likes', async () => {
    const { inferred, outputs } = await bench.make({ kind: sql, input: 'SELECT count(*) AS n FROM (SELECT wind, date FROM weather)', tables });
    expect(inferred.tables).toEqual([{ slot: '[0]', step: 'Weather', columns: [] }]);
    expect(await rowsOf(bench, outputs['value'])).toEqual([{ n: 1461 }]);
  });

  test('keeps the rows\' order, and the same bytes on one thread and two', async () => {
    const input = 'SELECT *, temp_max - temp_min AS span FROM weather WHERE wind > 2';
    const one = await bench.make({ kind: sql, input, tables, threads: 1 });
    const two = await bench.make({ kind: sql, input, tables, threads: 2 });
    expect(two.outputs).toEqual(one.outputs);
    const all = await rowsOf(bench, tables['Weather']?.artifact);
    const dates = all.filter((row) => Number(row['wind']) > 2).map((row) => row['date']);
    expect((await rowsOf(bench, one.outputs['value'])).map((row) => row['date'])).toEqual(dates);
  });

  test.each([
    ['SELECT * FROM wether', 'unknown-table', /there is no table `wether`/, /did you mean `Weather`/, 'wether'],
    ['SELECT temp_mx FROM weather', 'unknown-column', /`made` has no column `temp_mx`/, /did you mean `temp_max`/, 'temp_mx'],
    ['SELECT wind FROM weather WHERE', 'sql-syntax', /./, /^/, undefined],
    ['DELETE FROM weather', 'sql-not-a-query', /./, /^/, undefined],
    ['SELECT random() AS r FROM weather', 'sql-forbidden-function', /random/, /./, undefined],
    ['SELECT * FROM \'x.csv\'', 'sql-forbidden-table', /x\.csv/, /source/, undefined],
    ['SELECT wind + 1 FROM weather', 'sql-no-name', /./, /AS/, undefined],
  ])('%s: %s', async (input, code, message, hint, at) => {
    const { inferred, diagnostics } = await bench.infer({ kind: sql, input, tables });
    expect(inferred).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(diagnostics[0]?.message).toMatch(message);
    expect(diagnostics[0]?.hint ?? '').toMatch(hint);
    if (at !== undefined) expect(input.slice(diagnostics[0]?.span?.start, diagnostics[0]?.span?.end)).toBe(at);
  });

  test('a value that cannot be converted fails the step in the user\'s terms', async () => {
    const failure = bench.make({ kind: sql, input: 'SELECT weather::INTEGER AS w FROM weather', tables });
    await expect(failure).rejects.toMatchObject({ name: 'StepError', message: 'the query meets `drizzle`, which is no INT32', hint: expect.stringContaining('TRY_CAST') as string });
  });
});
