import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import type { SplitType } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { readColumns } from '../../runtime/engines/duckdb/read-columns.ts';
import { holdout } from '../../stdlib/splits/holdout.ts';
import { apportion } from '../../stdlib/splits/shares.ts';
import { columns, infer, makeBench, makeTable, params, split, type Bench, type MadeSplit } from '../features/support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

async function codesOf(of: Bench, { artifact }: MadeSplit): Promise<Uint8Array> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  const from = `read_parquet(${sqlString(join(of.folder, artifact.codes.digest))})`;
  const [codes] = await readColumns(connection, { from, rows: artifact.rows, columns: [{ sql: 'part', as: 'u1' }] });
  connection.closeSync();
  return codes as Uint8Array;
}

const people = (rows: number, from = 0): string =>
  `SELECT i AS id, md5(i::VARCHAR)[1:8] AS name, (i * 7919) % 13 < 4 AS late, ['a', 'b', 'c'][1 + (i * 31) % 7 % 3] AS kind, sqrt(i) AS amount
   FROM range(${from}, ${from + rows}) AS t(i)`;

describe('a cut', () => {
  test('has its share of every class, to a row', async () => {
    const table = await makeTable(bench, people(10_007));
    const { artifact } = await split(bench, table, params('kind', { train: 0.5, validate: 0.3 }));
    const totals = artifact.classes.map((_, code) => PART_NAMES.reduce((sum, part) => sum + (artifact.parts[part].classes[code] ?? 0), 0));
    expect(totals.reduce((a, b) => a + b)).toBe(10_007);
    totals.forEach((total, code) => {
      expect(PART_NAMES.map((part) => artifact.parts[part].classes[code])).toEqual(apportion(total, [0.5, 0.3, 0.2]));
    });
    for (const part of PART_NAMES) expect(artifact.parts[part].rows).toBe(artifact.parts[part].classes.reduce((a, b) => a + b));
  });

  test('says what its codes say', async () => {
    const table = await makeTable(bench, people(997));
    const made = await split(bench, table, params('late', { stratify: false }));
    const codes = await codesOf(bench, made);
    PART_NAMES.forEach((part, code) => expect(codes.filter((one) => one === code)).toHaveLength(made.artifact.parts[part].rows));
    expect(PART_NAMES.map((part) => made.artifact.parts[part].rows)).toEqual(apportion(997, [0.7, 0.15, 0.15]));
  });

  test('of a number has its share of every tenth', async () => {
    const table = await makeTable(bench, `SELECT (i * 7919) % 1000 AS y FROM range(1000) AS t(i)`);
    const made = await split(bench, table, params('y', { stratify: true }));
    const codes = await codesOf(bench, made);
    const counts = Array.from({ length: 10 }, () => [0, 0, 0]);
    codes.forEach((part, i) => {
      const tenth = counts[Math.floor(((i * 7919) % 1000) / 100)] as number[];
      tenth[part] = (tenth[part] ?? 0) + 1;
    });
    expect(counts).toEqual(Array.from({ length: 10 }, () => [70, 15, 15]));
    expect(made.artifact).toMatchObject({ task: 'regression', classes: [], parts: { train: { rows: 700, classes: [] } } });
  });

  test('changes with the seed, and with nothing that it does not read', async () => {
    const table = await makeTable(bench, people(500));
    const wider = await makeTable(bench, `SELECT *, id * 2 AS twice FROM (${people(500)})`);
    const first = await split(bench, table, params('late'));
    expect((await split(bench, wider, params('late'))).artifact).toEqual(first.artifact);
    expect((await split(bench, table, params('late'), '2')).artifact.codes).not.toEqual(first.artifact.codes);
  });

  test('is the same file on one thread and two', async () => {
    const one = makeBench(1);
    try {
      const query = people(250_000);
      const given = params('late', { key: columns('id', 'name') });
      const alone = await split(one, await makeTable(one, query), given);
      expect((await split(bench, await makeTable(bench, query), given)).artifact).toEqual(alone.artifact);
      const bytes = readFileSync(join(one.folder, alone.artifact.codes.digest));
      expect(bytes.length).toBe(alone.artifact.codes.bytes);
    } finally {
      one.remove();
    }
  });
});

describe('when data grows', () => {
  /** How many of the first split's rows are in another part of the second. */
  async function moved(before: string, after: string, given: JsonObject): Promise<number> {
    const parts = async (query: string): Promise<Map<number, number>> => {
      const table = await makeTable(bench, query);
      const codes = await codesOf(bench, await split(bench, table, given));
      const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
      const from = `(${query})`;
      const [ids] = await readColumns(connection, { from, rows: codes.length, columns: [{ sql: 'id', as: 'u4' }] });
      connection.closeSync();
      return new Map(Array.from(codes, (code, i) => [Number(ids?.[i]), code]));
    };
    const [old, now] = [await parts(before), await parts(after)];
    return [...old].filter(([id, code]) => now.has(id) && now.get(id) !== code).length;
  }

  test('with a key, rows move only over the boundaries, wherever the new rows stand', async () => {
    const given = params('late', { key: columns('id') });
    expect(await moved(people(5000), `SELECT * FROM (${people(5500)}) ORDER BY name`, given)).toBeLessThan(100);
    expect(await moved(people(5000), `SELECT * FROM (${people(5000)}) WHERE id % 10 > 0`, given)).toBeLessThan(100);
    expect(await moved(people(5000), `SELECT * FROM (${people(5000)}) ORDER BY name`, given)).toBe(0);
  });

  test('without one, that holds for rows added at the end', async () => {
    expect(await moved(people(5000), people(5500), params('late'))).toBeLessThan(100);
    expect(await moved(people(5000), people(5500, 100), params('late'))).toBeGreaterThan(1000);
  });
});

describe('classes', () => {
  test.each([
    ['i % 3 = 0', {}, ['false', 'true'], 'binary'],
    ['i % 3 = 0', { positive: false }, ['true', 'false'], 'binary'],
    ['i % 2', { task: 'binary' }, ['0', '1'], 'binary'],
    ['i % 2', { positive: 0 }, ['1', '0'], 'binary'],
    ['10 - (i % 3) * 5', { task: 'multiclass' }, ['0', '5', '10'], 'multiclass'],
    ["['ja', 'nein'][1 + i % 2]", { positive: 'ja' }, ['nein', 'ja'], 'binary'],
    ["['', 'b''c', 'd\"e', 'é', '𝒳'][1 + i % 5]", {}, ['', "b'c", 'd"e', 'é', '𝒳'], 'multiclass'],
    ['i', {}, [], 'regression'],
    ['i::DECIMAL(9, 2)', {}, [], 'regression'],
  ])('of %s with %j are %j', async (target, more, classes, task) => {
    const table = await makeTable(bench, `SELECT ${target} AS y FROM range(60) AS t(i)`);
    const { artifact } = await split(bench, table, params('y', more));
    expect(artifact).toMatchObject({ classes, task });
  });
});

describe('what cannot be split', () => {
  test.each([
    ['no rows', 'SELECT true AS y WHERE false', {}, /has no rows/],
    ['a null', 'SELECT CASE WHEN i <> 4 THEN i > 10 END AS y FROM range(20) AS t(i)', {}, /^row 5 has no `y`$/],
    ['nulls', 'SELECT CASE WHEN i % 4 > 0 THEN i > 10 END AS y FROM range(20) AS t(i)', {}, /^5 rows have no `y`, the first: 1, 5, 9$/],
    ['NaN', "SELECT CASE WHEN i = 2 THEN 'nan'::DOUBLE ELSE i END AS y FROM range(20) AS t(i)", {}, /^row 3 has no `y`$/],
    ['an infinity', "SELECT CASE WHEN i = 2 THEN '-inf'::DOUBLE ELSE i END AS y FROM range(20) AS t(i)", {}, /^row 3 has an infinite `y`$/],
    ['one class', 'SELECT false AS y FROM range(20)', {}, /every row has the same `y`, "false"/],
    ['a rare class', 'SELECT i < 2 AS y FROM range(20) AS t(i)', {}, /^the class "true" of `y` has 2 rows: too few for one in each part$/],
    ['a class a row', 'SELECT i::VARCHAR AS y FROM range(20) AS t(i)', {}, /^the class "0" of `y` has 1 row: too few/],
    ['too few rows', 'SELECT i AS y FROM range(2) AS t(i)', {}, /2 rows leave nothing for the part `test`/],
    ['two texts', "SELECT ['no', 'yes'][1 + i % 2] AS y FROM range(20) AS t(i)", {}, /has two classes, "no" and "yes", and nothing says which is the positive one/],
    ['two numbers', 'SELECT 1 + i % 2 AS y FROM range(20) AS t(i)', { task: 'binary' }, /nothing says which is the positive class/],
    ['three classes', 'SELECT i % 3 AS y FROM range(20) AS t(i)', { positive: 1 }, /has 3 classes .*, and a binary task has two/],
    ['a class that is not there', "SELECT ['no', 'yes'][1 + i % 2] AS y FROM range(20) AS t(i)", { positive: 'yess' }, /is only ever "no" or "yes"/],
  ])('%s', async (_, query, more, message) => {
    const table = await makeTable(bench, query);
    const failure = split(bench, table, params('y', more));
    await expect(failure).rejects.toThrow(StepError);
    await expect(failure).rejects.toThrow(message);
  });

  test('a target with more values than classes can have', async () => {
    const table = await makeTable(bench, 'SELECT i::VARCHAR AS y FROM range(70_000) AS t(i)');
    await expect(split(bench, table, params('y'))).rejects.toThrow(/more than 65,536 different values/);
  });
});

describe('inference', () => {
  const type = async (sql: string) => (await makeTable(bench, `SELECT 1 AS id, ${sql} AS y`)).type;

  test.each([
    ['true', {}, 'binary', true],
    ["'a'", {}, 'multiclass', true],
    ["'a'", { positive: 'a' }, 'binary', true],
    ['1', {}, 'regression', false],
    ['1', { task: 'multiclass' }, 'multiclass', true],
    ['1.5', { stratify: true }, 'regression', true],
  ])('%s with %j is %s', async (sql, more, task, stratified) => {
    const { inferred, diagnostics } = infer(holdout, params('y', more), { slot: 'table', type: await type(sql) });
    expect(diagnostics).toEqual([]);
    expect((inferred?.type as SplitType).task).toBe(task);
    expect(inferred?.params).toMatchObject({ train: 0.7, validate: 0.15, test: 0.15, stratify: stratified, task });
  });

  test('reads the target and the key, which is reserved', async () => {
    const { inferred } = infer(holdout, params('y', { key: columns('id') }), { slot: 'table', type: await type('true') });
    expect(inferred).toMatchObject({ reads: { table: ['id', 'y'] }, type: { reserved: ['id'] } });
  });

  test.each([
    ['true', { train: 0.7, validate: 0.2, test: 0.2 }, 'shares-of-split', /to 110%/],
    ['true', { train: 0.5, validate: 0.5 }, 'shares-of-split', /nothing for `test`/],
    ['true', { task: 'regression' }, 'unfit-target', /bool, which is no target of a regression task/],
    ['1.5::DOUBLE', { positive: 1.5 }, 'unfit-target', /float, which is no target of a binary task/],
    ["DATE '2020-01-01'", {}, 'unfit-target', /date, which nothing can be trained to predict/],
    ['1', { task: 'multiclass', positive: 1 }, 'positive-without-two-classes', /the task is multiclass/],
  ])('%s with %j is %s', async (sql, more, code, message) => {
    const { diagnostics } = infer(holdout, params('y', more), { slot: 'table', type: await type(sql) });
    expect(diagnostics).toMatchObject([{ code, message: expect.stringMatching(message) as string }]);
  });
});

test('any table is cut exactly', { timeout: 20_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 2, maxLength: 6 }), fc.nat(), async (sizes, seed) => {
      const query = sizes.map((size, label) => `SELECT 'c${label}' AS y FROM range(${size})`).join(' UNION ALL ');
      const table = await makeTable(bench, query);
      const { artifact } = await split(bench, table, params('y', { task: sizes.length > 2 ? 'multiclass' : 'binary', ...(sizes.length > 2 ? {} : { positive: 'c1' }) }), String(seed));
      sizes.forEach((size, code) => {
        expect(PART_NAMES.map((part) => artifact.parts[part].classes[code])).toEqual(apportion(size, [0.7, 0.15, 0.15]));
      });
    }),
    { numRuns: 20 },
  );
});
