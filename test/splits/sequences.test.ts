import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { csv } from '../../stdlib/sources/csv.ts';
import { sequences } from '../../stdlib/tables/sequences.ts';
import { columns, rowsOf } from '../support/read-made.ts';
import { openWorkbench, type MadeTable, type Workbench } from '../support/run-kind.ts';

let bench: Workbench;
let made: Record<string, MadeTable>;

interface Row {
  readonly site: string;
  readonly day: number;
  readonly a: number;
  readonly b: number | null;
}

/** Three sites in no order of time, one with gaps between its days and one with three days only. */
const ROWS: readonly Row[] = Array.from({ length: 33 }, (_, i): Row => {
  const site = i >= 30 ? 'new' : i % 2 === 0 ? 'north' : 'south';
  return { site, day: ((i * 7) % 31) * (site === 'south' ? 3 : 1), a: i, b: i % 5 === 0 ? null : i / 2 };
});

beforeAll(async () => {
  bench = await openWorkbench();
  const table = async (name: string, rows: readonly Row[]): Promise<MadeTable> => {
    await writeFile(join(bench.folder, `${name}.csv`), `site,day,a,b\n${rows.map(({ site, day, a, b }) => `${site},${day},${a},${b ?? ''}`).join('\n')}\n`);
    const { outputs, inferred } = await bench.make({ kind: csv, input: `${name}.csv` });
    return { type: inferred.type as MadeTable['type'], artifact: outputs['value'] as MadeTable['artifact'] };
  };
  made = { sites: await table('sites', ROWS), twice: await table('twice', [...ROWS.slice(0, 4), { site: 'north', day: 0, a: 1, b: 1 }]) };
});
afterAll(() => bench.close());

const BASIC: JsonObject = { time: { $column: 'day' }, columns: columns('a', 'b'), entity: { $column: 'site' }, length: 4 };
const make = (params: JsonObject, table = 'sites', threads = 1) => bench.make({ kind: sequences, input: { table }, params, tables: made, threads });

interface Asked {
  readonly length: number;
  readonly stride: number;
  readonly horizon: number;
  readonly pad: boolean;
}

/** As Keras' `timeseries_dataset_from_array` takes windows of each site: from the first whole one, every `stride`. */
function byHand({ length, stride, horizon, pad }: Asked): JsonObject[] {
  const found = ['north', 'south', 'new'].flatMap((site) => {
    const days = ROWS.filter((row) => row.site === site).sort((x, y) => x.day - y.day);
    return days.flatMap((row, last) => {
      const first = last - length + 1;
      const ahead = days[last + horizon];
      if ((first < 0 && !pad) || ahead === undefined || first % stride !== 0) return [];
      const steps = Array.from({ length }, (_, i) => days[first + i]);
      return [{ ...row, steps_from: days[Math.max(0, first)]?.day ?? null, steps: steps.flatMap((step) => [step?.a ?? null, step?.b ?? null]), ahead: ahead.a, ahead_at: ahead.day }];
    });
  });
  return found.sort((x, y) => x.a - y.a);
}

test.each<Asked>([
  { length: 4, stride: 1, horizon: 1, pad: false },
  { length: 4, stride: 3, horizon: 2, pad: false },
  { length: 4, stride: 1, horizon: 1, pad: true },
  { length: 5, stride: 2, horizon: 1, pad: true },
  { length: 1, stride: 1, horizon: 3, pad: false },
])('windows are those that are made by hand: %o', async (asked) => {
  const { length, stride, horizon, pad } = asked;
  const params = { ...BASIC, length, stride, horizon, ahead: { $column: 'a' }, short: pad ? 'pad' : 'drop' };
  const { outputs } = await make(params);
  expect(await rowsOf(bench, outputs['value'])).toEqual(byHand(asked));
  expect((await make(params, 'sites', 2)).outputs).toEqual(outputs);
});

test('the shape of a window is known, and where it begins and ends', async () => {
  const { inferred } = await make({ ...BASIC, short: 'drop' });
  expect(inferred.type).toMatchObject({ windows: { entity: ['site'], time: 'day', from: 'steps_from' } });
  expect((inferred.type as MadeTable['type']).columns.find(({ name }) => name === 'steps')?.shape).toEqual([4, 2]);
});

test.each<[string, string, JsonObject, string]>([
  ['an entity that is too short', 'sites', {}, '`new` has 3 rows, and a window 4'],
  ['two rows of one time', 'twice', { short: 'drop' }, 'the rows 1 and 5 have the same `day` and the same `site`: which comes first is not known'],
  ['nothing that is long enough', 'sites', { short: 'drop', length: 40 }, 'no row has a window of 40 rows'],
])('%s is refused', async (_, table, params, message) => {
  await expect(make({ ...BASIC, ...params }, table)).rejects.toMatchObject({ message: expect.stringContaining(message) as unknown });
});
