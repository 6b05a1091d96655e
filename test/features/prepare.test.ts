import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import type { FeaturesType, PartName } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { missingCode, type Matrix } from '../../runtime/data/matrix.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { applyRow, indexLevels } from '../../stdlib/features/apply-features.ts';
import { compileFeatures } from '../../stdlib/features/compile-features.ts';
import { exportFeatures } from '../../stdlib/features/export-features.ts';
import { fittedOf, loadFeatures, unseenWarnings } from '../../stdlib/features/load-features.ts';
import { prepare } from '../../stdlib/features/prepare.ts';
import { columns, infer, makeBench, makeFeatures, makeTable, params, rowsOf, split, splitBy, type MadeTable } from './support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

const call = (name: string, args: JsonObject = {}): JsonObject => ({ $call: name, ...args });

/** Every type that can be a feature, with and without missing values, and names that SQL would rather not have. */
const MIXED = `
  SELECT i % 3 = 0 AS y,
    (i % 100)::UTINYINT AS tiny, (i * 1000 - 500000)::INTEGER AS wide, (i::BIGINT << 40) AS huge, i::HUGEINT AS whole,
    CASE WHEN i % 7 > 0 THEN i::INTEGER END AS gaps, CASE WHEN i % 7 > 0 THEN i::BIGINT << 30 END AS far,
    CASE WHEN i % 5 > 0 THEN sqrt(i) WHEN i % 2 = 0 THEN 'nan'::DOUBLE END AS root, (i / 7)::FLOAT AS real,
    (i / 100)::DECIMAL(9, 2) AS price, CASE WHEN i % 11 > 0 THEN i % 2 = 0 END AS flag, i % 2 = 0 AS sure,
    CASE WHEN i % 13 > 0 THEN ['', 'a', 'B', 'é', '𝒳', 'x''y"z'][1 + i % 6] END AS "quo""ted",
    (i % 37)::VARCHAR AS part, CASE WHEN i % 9 > 0 THEN i % 21 END AS month
  FROM range(ROWS) AS t(i)`;
const mixed = (rows: number): string => MIXED.replace('ROWS', String(rows));

const VARIANTS: readonly JsonObject[] = [
  {},
  { impute: { numeric: 'mean', categorical: 'most_frequent' }, scale: { numeric: 'standard' } },
  { impute: { numeric: 'median', categorical: call('constant', { value: '?' }) }, encode: { categorical: call('one_hot', { min_count: 12 }), month: call('native') } },
  { impute: { numeric: call('constant', { value: 0.1 }) }, encode: { categorical: call('ordinal'), flag: call('one_hot') }, scale: { numeric: 'min_max', wide: null } },
  { encode: { categorical: call('target_mean', { folds: 3 }), month: call('target_mean', { smoothing: 1 }), sure: call('ordinal') } },
];

describe('one code for training and serving', () => {
  test.each(VARIANTS)('%j: each row by itself is as it is among the others', async (given) => {
    const query = mixed(600);
    const table = await makeTable(bench, query);
    const made = await makeFeatures(bench, table, await split(bench, table, params('y')), given);
    const loaded = await loadFeatures(made.context, 'x', { parts: ['validate', 'test'] });
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    const records = (await connection.runAndReadAll(query)).getRowObjectsJS();
    connection.closeSync();
    const compiled = compileFeatures(fittedOf(made.context, 'x'));
    const index = indexLevels(compiled);
    for (const part of ['validate', 'test'] as const) {
      const { matrix, unseen } = loaded[part];
      const seen: Record<string, number> = {};
      loaded.rowsIndex[part].forEach((row, i) => {
        const applied = applyRow(compiled, index, records[row] ?? {});
        expect([...applied.values]).toEqual(valuesOf(matrix, i));
        for (const column of applied.unseen) seen[column] = (seen[column] ?? 0) + 1;
      });
      expect(unseen).toEqual(seen);
    }
  });

  test('a row needs values of the right kind', () => {
    const compiled = compileFeatures({
      target: 'y',
      rows: 1,
      features: [
        { kind: 'number', column: 'a', type: 'float' },
        { kind: 'category', column: 'b', type: 'string', levels: ['x'], counts: [1], missing: 0, encoding: { kind: 'native' } },
      ],
    });
    const index = indexLevels(compiled);
    expect(applyRow(compiled, index, { a: 1, b: 'x' })).toEqual({ values: Float64Array.of(1, 0), unseen: [] });
    expect(applyRow(compiled, index, { b: 'z' })).toEqual({ values: Float64Array.of(NaN, NaN), unseen: ['b'] });
    expect(() => applyRow(compiled, index, { a: 'one' })).toThrow('`a` must be a finite number, found "one"');
    expect(() => applyRow(compiled, index, { a: Infinity })).toThrow(StepError);
    expect(() => applyRow(compiled, index, { b: {} })).toThrow('`b` must be one value, found {}');
  });
});

function valuesOf(matrix: Matrix, row: number): number[] {
  return matrix.features.map((feature) => {
    if (feature.kind === 'numeric') return feature.values[row] as number;
    const code = feature.codes[row] as number;
    return code === missingCode(feature.codes) ? NaN : code;
  });
}

describe('fitting', () => {
  test('sees the training rows alone, and of them all', async () => {
    const codes = Uint8Array.from({ length: 300 }, (_, row) => (row % 10 < 7 ? 0 : row % 10 < 9 ? 1 : 2));
    const given = VARIANTS[4] ?? {};
    const more = { impute: { gaps: 'median', root: 'mean' }, scale: { numeric: 'standard' } };
    const fit = async (query: string, variant: JsonObject) => {
      const table = await makeTable(bench, query);
      return (await makeFeatures(bench, table, await splitBy(bench, table, params('y'), codes), variant)).artifact;
    };
    const numbered = `SELECT *, (row_number() OVER () - 1) % 10 AS place FROM (${mixed(300)})`;
    const otherwise = (condition: string): string => `SELECT * EXCLUDE (place) REPLACE (
      CASE WHEN ${condition} THEN NOT y ELSE y END AS y,
      CASE WHEN ${condition} THEN 12345 ELSE gaps END AS gaps, CASE WHEN ${condition} THEN NULL ELSE root END AS root,
      CASE WHEN ${condition} THEN 'never seen' ELSE part END AS part, CASE WHEN ${condition} THEN 99 ELSE month END AS month
    ) FROM (${numbered})`;
    for (const variant of [given, more, { ...given, ...more }]) {
      const fitted = await fit(mixed(300), variant);
      expect(await fit(otherwise('place >= 7'), variant)).toEqual(fitted);
      expect(await fit(otherwise('place = 6'), variant)).not.toEqual(fitted);
    }
  });

  test('gives the same digits on one thread and two', async () => {
    const one = makeBench(1);
    try {
      const query = `SELECT i % 3 AS k, sin(i) * 1e6 AS a, cos(i) AS b, (i % 977)::VARCHAR AS c, tan(i) AS y FROM range(250_000) AS t(i)`;
      const given = { impute: { numeric: 'mean' }, scale: { a: 'standard', b: 'min_max' }, encode: { c: call('target_mean') } };
      const fit = async (on: typeof bench) => {
        const table = await makeTable(on, query);
        return (await makeFeatures(on, table, await split(on, table, params('y')), given)).artifact;
      };
      expect(await fit(bench)).toEqual(await fit(one));
    } finally {
      one.remove();
    }
  });

  test('is readable', async () => {
    const table = await makeTable(bench, "SELECT i % 2 = 0 AS y, i AS n, ['a', 'b'][1 + i // 30] AS c FROM range(40) AS t(i)");
    const codes = Uint8Array.from({ length: 40 }, (_, row) => (row < 32 ? 0 : row < 36 ? 1 : 2));
    const parts = await splitBy(bench, table, params('y'), codes);
    const given = { impute: { n: 'median' }, scale: { n: 'min_max' }, encode: { c: call('one_hot', { min_count: 5 }) } };
    expect((await makeFeatures(bench, table, parts, given)).artifact.fitted).toEqual({
      target: 'y',
      rows: 32,
      features: [
        { kind: 'category', column: 'c', type: 'string', levels: ['a', 'b'], counts: [30, 2], missing: 0, encoding: { kind: 'one_hot', min_count: 5, other: 'other' } },
        { kind: 'number', column: 'n', type: 'int', impute: 15.5, scale: { kind: 'min_max', min: 0, range: 31 } },
      ],
    });
  });
});

describe('awkward columns', () => {
  const load = async (query: string, given: JsonObject = {}) => {
    const table = await makeTable(bench, query);
    const made = await makeFeatures(bench, table, await split(bench, table, params('y')), given);
    return loadFeatures(made.context, 'x', { parts: PART_NAMES });
  };
  const base = (column: string): string => `SELECT i % 2 = 0 AS y, ${column} AS c FROM range(60) AS t(i)`;

  test.each([
    ['NULL::DOUBLE', {}],
    ['NULL::INTEGER', {}],
    ['NULL::BOOLEAN', {}],
    ['NULL::VARCHAR', {}],
    ['NULL::VARCHAR', { encode: { c: call('one_hot', { min_count: 3 }) } }],
    ['NULL::VARCHAR', { encode: { c: call('ordinal') } }],
  ])('%s with %j is missing throughout', async (column, given) => {
    const loaded = await load(base(column), given);
    for (const part of PART_NAMES) expect(valuesOf(loaded[part].matrix, 0)).toEqual([NaN]);
  });

  test.each([
    ['NULL::DOUBLE', { impute: { c: 'median' } }, /^`c` has no value in the training rows, so there is nothing to take its median from$/],
    ['NULL::INTEGER', { scale: { c: 'standard' } }, /nothing to take its scale from$/],
    ['NULL::VARCHAR', { impute: { c: 'most_frequent' } }, /nothing to take its most frequent value from$/],
    ["CASE WHEN i = 5 THEN 'inf'::DOUBLE ELSE i END", {}, /^`c` is infinite in row 6, which no feature may be$/],
    ["CASE WHEN i > 40 THEN '-inf'::FLOAT WHEN i > 9 THEN 'nan' ELSE i END", { impute: { c: 'mean' } }, /^`c` is infinite in row 42, /],
  ])('%s with %j fails', async (column, given, message) => {
    await expect(load(base(column), given as JsonObject)).rejects.toThrow(StepError);
    await expect(load(base(column), given as JsonObject)).rejects.toThrow(message);
  });

  test('an imputed constant fills what has no value', async () => {
    const loaded = await load(`SELECT *, NULL::VARCHAR AS d FROM (${base('NULL::DOUBLE')})`, {
      impute: { c: call('constant', { value: 0.1 }), d: call('constant', { value: '?' }) },
    });
    expect(valuesOf(loaded.test.matrix, 0)).toEqual([0.1, 0]);
  });

  test('a level called `other` is not the rest', async () => {
    const loaded = await load(base("CASE WHEN i % 2 = 0 THEN 'other' ELSE i::VARCHAR END"), { encode: { c: call('one_hot', { min_count: 5 }) } });
    expect(loaded.train.matrix.features).toMatchObject([{ kind: 'category', levels: ['other', 'other_'], oneHot: true }]);
    expect(loaded.validate.unseen).not.toEqual({});
    const [feature] = loaded.validate.matrix.features;
    expect(feature === undefined ? [] : rowsOf(feature)).toContainEqual([0, 1]);
  });

  test('values never seen are counted', async () => {
    const { test: part } = await load('SELECT i % 2 = 0 AS y, i::VARCHAR AS c FROM range(60) AS t(i)');
    expect(unseenWarnings('test', part)).toEqual([`${part.matrix.rows} test rows have a \`c\` that no training row has`]);
    expect(unseenWarnings('test', { unseen: { c: 1 } })).toEqual(['1 test row has a `c` that no training row has']);
  });

  test('a hundred thousand levels', async () => {
    const query = "SELECT i % 2 = 0 AS y, 'level ' || (i % 100_000) AS c, 'level ' || (i % 100_000) AS d FROM range(150_000) AS t(i)";
    const loaded = await load(query, { encode: { d: call('target_mean') } });
    const [c, d] = loaded.train.matrix.features;
    if (c?.kind !== 'category' || d?.kind !== 'numeric') throw new Error('other features than asked for');
    expect(c.codes).toBeInstanceOf(Uint32Array);
    loaded.rowsIndex.train.forEach((row, i) => {
      if (i % 1000 === 0) expect(c.levels[c.codes[i] ?? 0]).toBe(`level ${row % 100_000}`);
    });
  });

  test('numbers come in the narrowest types that hold them', async () => {
    const { train } = await load(mixed(600).replace('i % 3 = 0 AS y', 'i % 2 = 0 AS y'));
    const types = train.matrix.features.map((feature) => `${feature.name}: ${(feature.kind === 'numeric' ? feature.values : feature.codes).constructor.name}`);
    expect(types).toEqual([
      'far: Float64Array',
      'flag: Float32Array',
      'gaps: Float32Array',
      'huge: Float64Array',
      'month: Float32Array',
      'part: Uint8Array',
      'price: Float64Array',
      'quo"ted: Uint8Array',
      'real: Float32Array',
      'root: Float64Array',
      'sure: Uint8Array',
      'tiny: Uint8Array',
      'whole: Uint16Array',
      'wide: Int32Array',
    ]);
  });

  test('a split of any sizes is loaded row for row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 10, maxLength: 60 }), async (codes) => {
        const table = await makeTable(bench, `SELECT i % 2 = 0 AS y, i * 3 AS c FROM range(${codes.length}) AS t(i)`);
        const parts = await splitBy(bench, table, params('y', { stratify: false }), Uint8Array.from(codes));
        const loaded = await loadFeatures((await makeFeatures(bench, table, parts)).context, 'x', { parts: PART_NAMES });
        PART_NAMES.forEach((part, code) => {
          const rows = codes.flatMap((one, row) => (one === code ? [row] : []));
          expect([...loaded.rowsIndex[part]]).toEqual(rows);
          expect(rows.map((_, i) => valuesOf(loaded[part].matrix, i))).toEqual(rows.map((row) => [row * 3]));
          expect(loaded[part].target).toMatchObject({ kind: 'classes', classes: ['false', 'true'] });
          const { target } = loaded[part];
          expect(target.kind === 'classes' ? [...target.codes] : []).toEqual(rows.map((row) => Number(row % 2 === 0)));
        });
      }),
      { numRuns: 10 },
    );
  });
});

describe('inference', () => {
  const make = async (target = 'y', more: JsonObject = {}) => {
    const table = await makeTable(
      bench,
      "SELECT i % 2 = 0 AS y, ['a', 'b', 'c'][1 + i % 3] AS kind, i::DOUBLE AS n, i AS id, TIMESTAMP '2020-01-01' AS at, [i] AS l FROM range(30) AS t(i)",
    );
    return split(bench, table, params(target, more));
  };

  test('types and reads', async () => {
    const parts = await make('y', { key: columns('id') });
    const given = { drop: columns('at', 'l'), encode: { kind: call('target_mean') }, impute: { n: 'mean' } };
    const { inferred } = infer(prepare, given, { slot: 'parts', type: parts.type });
    expect(inferred?.type).toMatchObject({
      features: [
        { name: 'kind', kind: 'numeric', from: 'kind', nullable: false },
        { name: 'n', kind: 'numeric', from: 'n', nullable: false },
      ],
      reads: ['kind', 'n'],
      provenance: { fit: [{ part: 'train' }], chose: [] },
    });
    expect(inferred?.reads).toEqual({ parts: ['kind', 'n', 'y'] });
    expect(inferred?.params).toMatchObject({
      use: columns('kind', 'n'),
      encode: { kind: call('target_mean', { smoothing: 20, folds: 5 }) },
      impute: { n: 'mean' },
      scale: {},
    });
  });

  test('nothing fitted is fitted on nothing', async () => {
    const { inferred } = infer(prepare, { use: columns('n', 'id') }, { slot: 'parts', type: (await make()).type });
    expect((inferred?.type as FeaturesType).provenance.fit).toEqual([]);
  });

  test.each([
    ['y', {}, ['not-a-feature', 'not-a-feature'], /`at` is timestamp, which cannot be a feature as it is/],
    ['y', { use: columns('at') }, ['not-a-feature'], /`at` is timestamp/],
    ['y', { use: columns('n', 'y') }, ['target-as-feature'], /`y` is the target/],
    ['y', { use: columns('n'), drop: columns('at') }, ['use-and-drop'], /nothing to `drop`/],
    ['y', { drop: columns('kind', 'n', 'id', 'at', 'l') }, ['no-features'], /no column/],
    ['y', { use: columns('n'), encode: { kind: call('native') } }, ['column-not-used'], /`encode` names `kind`/],
    ['y', { use: columns('n'), encode: { n: call('one_hot') } }, ['unfit-transform'], /`one_hot` needs a text, a whole number or a bool, and `n` is float/],
    ['y', { use: columns('kind'), impute: { kind: 'mean' } }, ['unfit-transform'], /`mean` needs a column that stays a number, and `kind` is string/],
    ['y', { use: columns('n'), impute: { numeric: call('constant', { value: '?' }) } }, ['unfit-transform'], /`constant\("\?"\)` needs a text, and `n` is float/],
    ['y', { use: columns('kind'), scale: { kind: 'standard' } }, ['unfit-transform'], /`standard` needs a column that stays a number/],
    ['y', { use: columns('id'), encode: { id: call('one_hot') }, scale: { id: 'min_max' } }, ['unfit-transform'], /and `id` is int, which `encode` makes a category$/],
    ['kind', { use: columns('id'), encode: { id: call('target_mean') } }, ['target-mean-of-classes'], /several classes/],
  ])('with the target %s, %j is %j', async (target, given, codes, message) => {
    const { diagnostics, inferred } = infer(prepare, given, { slot: 'parts', type: (await make(target)).type });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    expect(diagnostics[0]?.message).toMatch(message);
    if (codes[0] !== 'column-not-used') expect(inferred).toBeUndefined();
  });
});

describe('export', () => {
  const write = async (table: MadeTable, out: string, part: PartName, given: JsonObject, target: JsonObject): Promise<string> => {
    const codes = Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 1, 0, 1);
    const made = await makeFeatures(bench, table, await splitBy(bench, table, target, codes), given);
    await exportFeatures(made.context, { slot: 'x', part, out });
    return out;
  };

  test('texts, missing values and the target in its own type', async () => {
    const table = await makeTable(
      bench,
      "SELECT ['no', 'yes'][1 + (i // 2) % 2] AS y, i AS n, CASE WHEN i <> 4 THEN i / 2 END AS r, CASE WHEN i <> 1 THEN ['a,', 'é\"'][1 + (i // 3) % 2] END AS c FROM range(10) AS t(i)",
    );
    const target = params('y', { positive: 'no', stratify: false });
    const csv = await write(table, join(bench.folder, 'x.csv'), 'validate', {}, target);
    expect(readFileSync(csv, 'utf8')).toBe('c,n,r,y\n,1,0.5,no\n"é""",4,,no\n"a,",7,3.5,yes\n"é""",9,4.5,no\n');
    const ndjson = await write(table, join(bench.folder, 'x.ndjson'), 'test', { encode: { c: call('one_hot') } }, target);
    expect(readFileSync(ndjson, 'utf8')).toBe('{"c":"a,","n":2,"r":1.0,"y":"yes"}\n{"c":"é\\"","n":5,"r":2.5,"y":"no"}\n');
  });

  test('bools and numbers', async () => {
    const table = await makeTable(bench, 'SELECT i % 2 = 0 AS b, i::DECIMAL(9, 2) AS d FROM range(10) AS t(i)');
    const read = async (path: string): Promise<unknown> => {
      const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
      const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet(${sqlString(path)})`)).getRowObjectsJS();
      connection.closeSync();
      return rows;
    };
    expect(await read(await write(table, join(bench.folder, 'b.parquet'), 'test', {}, params('b', { stratify: false })))).toEqual([
      { d: 2, b: true },
      { d: 5, b: false },
    ]);
    expect(await read(await write(table, join(bench.folder, 'd.parquet'), 'test', {}, params('d')))).toEqual([
      { b: 1, d: 2 },
      { b: 0, d: 5 },
    ]);
  });
});
