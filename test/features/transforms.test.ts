import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError } from '../../compiler/kinds/run.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { missingCode, type Matrix } from '../../runtime/data/matrix.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { applyFeatures, applyRow, indexLevels } from '../../stdlib/features/apply-features.ts';
import { compileFeatures } from '../../stdlib/features/compile-features.ts';
import { featureNamesOf } from '../../stdlib/features/feature-names.ts';
import type { FittedFeatures } from '../../stdlib/features/fitted.ts';
import { fittedOf, loadFeatures } from '../../stdlib/features/load-features.ts';
import { prepare } from '../../stdlib/features/prepare.ts';
import { columns, infer, makeBench, makeFeatures, makeTable, params, split, splitBy } from './support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

const call = (name: string, args: JsonObject = {}): JsonObject => ({ $call: name, ...args });

const ROWS = `
  SELECT i % 3 = 0 AS y, i AS id,
    CASE WHEN i % 5 > 0 THEN sqrt(i) WHEN i % 2 = 0 THEN 'nan'::DOUBLE END AS root, (i % 50 / 7)::FLOAT AS real,
    CASE WHEN i % 7 > 0 THEN i % 40 END AS gaps, CASE WHEN i % 11 > 0 THEN i % 2 = 0 END AS flag,
    CASE WHEN i % 13 > 0 THEN ['', 'a', 'B', 'é'][1 + i % 4] END AS cat,
    CASE WHEN i % 6 > 0 THEN 'flight ' || i || ' is' || CASE WHEN i % 2 = 0 THEN ' late, late' ELSE ' Über-early' END END AS note,
    CASE WHEN i % 9 > 0 THEN TIMESTAMP '1999-12-30 23:59:59.5' + INTERVAL (i * 7001) MINUTE END AS stamp,
    (TIMESTAMP '1960-01-01' + INTERVAL (i * 40) DAY)::DATE AS day, TIME '00:00:01' + INTERVAL (i * 97) SECOND AS clock
  FROM range(400) AS t(i)`;

const VARIANTS: readonly JsonObject[] = [
  {
    use: columns('root', 'real', 'gaps', 'flag'),
    impute: { gaps: 'median' },
    indicator: true,
    clip: { numeric: call('quantiles', { range: { $range: [0.1, 0.9] } }) },
    log: { real: 'log1p', root: 'signed' },
    scale: { numeric: 'robust', root: call('quantile', { quantiles: 20 }) },
  },
  { use: columns('root', 'real', 'gaps'), bins: { numeric: call('quantile', { bins: 4 }), real: [1, 2.5] }, encode: { real: call('native'), gaps: call('frequency') } },
  { use: columns('cat', 'flag', 'id'), encode: { cat: call('hash', { buckets: 7 }), flag: call('frequency'), id: call('hash') }, indicator: columns('cat') },
  { use: columns('note', 'cat'), text: { note: call('ngrams', { n: { $range: [1, 2] }, buckets: 16 }) }, impute: { cat: call('constant', { value: 'x' }) }, encode: { cat: call('hash', { buckets: 3 }) } },
  { use: columns('stamp', 'day', 'clock'), date: { stamp: ['year', 'week', 'hour', 'second', call('cyclic', { part: 'doy' })], day: ['dow', call('cyclic', { part: 'day' })], clock: ['hour', 'minute', call('cyclic', { part: 'second' })] } },
];

function valuesOf(matrix: Matrix, row: number): number[] {
  return matrix.features.map((feature) => {
    if (feature.kind === 'numeric') return feature.values[row] as number;
    const code = feature.codes[row] as number;
    return code === missingCode(feature.codes) ? NaN : code;
  });
}

/** Times of day come as texts, as from JSON. */
async function recordsOf(query: string): Promise<JsonObject[]> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  const reader = await connection.runAndReadAll(`SELECT * REPLACE (clock::VARCHAR AS clock) FROM (${query})`);
  connection.closeSync();
  return reader.getRowObjectsJS() as JsonObject[];
}

test.each(VARIANTS)('%j: the compiler names the features, and each row by itself is as it is among the others', async (given) => {
  const table = await makeTable(bench, ROWS);
  const made = await makeFeatures(bench, table, await split(bench, table, params('y')), given);
  const loaded = await loadFeatures(made.context, 'x', { parts: PART_NAMES });
  const records = await recordsOf(ROWS);
  const fitted = fittedOf(made.context, 'x');
  const compiled = compileFeatures(fitted);
  const index = indexLevels(compiled);
  const names = made.type.features.map(({ name }) => name);
  expect(fitted.features.flatMap(featureNamesOf).sort()).toEqual(names);
  for (const part of PART_NAMES) {
    const { matrix } = loaded[part];
    expect(matrix.features.map(({ name, kind }) => ({ name, kind }))).toEqual(made.type.features.map(({ name, kind }) => ({ name, kind })));
    loaded.rowsIndex[part].forEach((row, i) => expect([...applyRow(compiled, index, records[row] ?? {}).values]).toEqual(valuesOf(matrix, i)));
    matrix.features.forEach((_, at) => {
      const nullable = made.type.features[at]?.nullable === true;
      if (!nullable) for (let i = 0; i < matrix.rows; i++) expect(valuesOf(matrix, i)[at]).not.toBeNaN();
    });
  }
});

describe('fitting', () => {
  const codes = Uint8Array.from({ length: 400 }, (_, row) => (row % 10 < 7 ? 0 : row % 10 < 9 ? 1 : 2));

  test.each(VARIANTS.slice(0, 2))('%j sees the training rows alone, and of them all', async (given) => {
    const fit = async (query: string) => {
      const table = await makeTable(bench, query);
      return (await makeFeatures(bench, table, await splitBy(bench, table, params('y'), codes), given)).artifact;
    };
    const otherwise = (condition: string): string =>
      `SELECT * REPLACE (CASE WHEN ${condition} THEN 1000 + id ELSE gaps END AS gaps, CASE WHEN ${condition} THEN NULL ELSE root END AS root, CASE WHEN ${condition} THEN -0.5 ELSE real END::FLOAT AS real) FROM (${ROWS})`;
    const fitted = await fit(ROWS);
    expect(await fit(otherwise('id % 10 >= 7'))).toEqual(fitted);
    expect(await fit(otherwise('id % 10 = 6'))).not.toEqual(fitted);
  });

  test('is readable', async () => {
    const table = await makeTable(bench, "SELECT i % 2 = 0 AS y, i AS n, DATE '2020-01-01' + i::INTEGER AS d, 'some text' AS t FROM range(40) AS t(i)");
    const parts = await splitBy(bench, table, params('y'), Uint8Array.from({ length: 40 }, (_, row) => (row < 32 ? 0 : row < 36 ? 1 : 2)));
    const given = { clip: { n: { $range: [3, null] } }, log: { n: 'log1p' }, bins: { n: call('uniform', { bins: 2 }) }, date: { d: ['dow', call('cyclic', { part: 'month' })] }, text: { t: call('ngrams', { buckets: 8 }) }, indicator: columns('n') };
    expect((await makeFeatures(bench, table, parts, given)).artifact.fitted).toEqual({
      target: 'y',
      rows: 32,
      features: [
        { kind: 'date', column: 'd', type: 'date', parts: [{ name: 'd_dow', part: 'dow' }, { name: 'd_month_sin', part: 'month', wave: 'sin' }, { name: 'd_month_cos', part: 'month', wave: 'cos' }] },
        { kind: 'number', column: 'n', type: 'int', indicator: 'missingindicator_n', clip: { low: 3 }, log: 'log1p', bins: { cuts: [expect.closeTo((Math.log(4) + Math.log(32)) / 2, 12)], as: 'ordinal' } },
        { kind: 'text', column: 't', type: 'string', n: [1, 1], buckets: 8 },
      ],
    });
  });

  test('drops the training rows without a value, for fitting and for training, and keeps the others', async () => {
    const table = await makeTable(bench, ROWS);
    const parts = await splitBy(bench, table, params('y'), codes);
    const given = { use: columns('root', 'cat', 'stamp', 'gaps'), impute: { root: 'drop', cat: 'drop', stamp: 'drop' }, date: { stamp: ['hour'] }, encode: { cat: call('target_mean') }, scale: { gaps: 'standard' } };
    const made = await makeFeatures(bench, table, parts, given);
    const whole = `SELECT * FROM (${ROWS}) WHERE id % 10 >= 7 OR (id % 5 > 0 AND id % 13 > 0 AND id % 9 > 0)`;
    const kept = Array.from({ length: 400 }, (_, id) => id).filter((id) => id % 10 >= 7 || (id % 5 > 0 && id % 13 > 0 && id % 9 > 0));
    const trained = kept.filter((id) => id % 10 < 7);
    const loaded = await loadFeatures(made.context, 'x', { parts: PART_NAMES });
    expect([...loaded.rowsIndex.train]).toEqual(trained);
    expect(loaded.train.target).toMatchObject({ codes: Uint8Array.from(trained, (id) => Number(id % 3 === 0)) });
    expect([loaded.validate.matrix.rows, loaded.test.matrix.rows]).toEqual([80, 40]);
    const fitted = made.artifact.fitted as unknown as FittedFeatures;
    expect(fitted.rows).toBe(trained.length);
    // Without these rows from the start, the same is fitted to what needs no folds.
    const less = await makeTable(bench, whole);
    const again = await makeFeatures(bench, less, await splitBy(bench, less, params('y'), Uint8Array.from(kept, (id) => codes[id] as number)), given);
    const numbers = ({ features }: FittedFeatures) => features.filter(({ kind }) => kind === 'number').map(({ drop: _, ...feature }) => feature);
    expect(numbers(fitted)).toEqual(numbers(again.artifact.fitted as unknown as FittedFeatures));
  });
});

describe('what goes wrong', () => {
  const prepareRows = async (query: string, given: JsonObject, memory?: number) => {
    const table = await makeTable(bench, query);
    return makeFeatures(bench, table, await split(bench, table, params('y')), given, memory);
  };
  const base = (column: string): string => `SELECT i % 2 = 0 AS y, ${column} AS c FROM range(60) AS t(i)`;

  test.each([
    ['-(i // 50) * 2', { log: { c: 'log1p' } }, /^`c` is −1 or less in row 51, and `log1p`/],
    ['CASE WHEN i < 0 THEN i END', { impute: { c: 'drop' } }, /^no training row is left when those without `c` are dropped$/],
    ['NULL::DOUBLE', { scale: { c: 'robust' } }, /nothing to take its scale from$/],
    ['NULL::DOUBLE', { scale: { c: call('quantile', { quantiles: 4 }) } }, /nothing to take its scale from$/],
    ['NULL::DOUBLE', { bins: { c: call('quantile', { bins: 4 }) } }, /nothing to take its bins from$/],
    ['NULL::DOUBLE', { clip: { c: call('quantiles', { range: { $range: [0, 0.5] } }) } }, /nothing to take its quantiles from$/],
  ])('%s with %j fails', async (column, given, message) => {
    await expect(prepareRows(base(column), given as JsonObject)).rejects.toThrow(StepError);
    await expect(prepareRows(base(column), given as JsonObject)).rejects.toThrow(message);
  });

  test('what to write instead is right for columns that need quotes', async () => {
    const named = (value: string, given: JsonObject) => prepareRows(`SELECT i % 2 = 0 AS y, ${value} AS "a b" FROM range(60) AS t(i)`, given);
    await expect(named("CASE WHEN i = 7 THEN 'inf'::DOUBLE ELSE i END", {})).rejects.toMatchObject({ hint: expect.stringContaining('`CASE WHEN isfinite("a b") THEN "a b" END`') as string });
    await expect(named('-i', { log: { 'a b': 'log1p' } })).rejects.toMatchObject({ hint: 'say `log { "a b": signed }`, or keep it above: `clip { "a b": 0.. }`' });
  });

  test('words that fit into no memory are refused, with what would fit', async () => {
    const given = { text: { c: call('ngrams', { buckets: 4096 }) } };
    const failure = prepareRows(base("'a b'"), given, 100_000);
    await expect(failure).rejects.toThrow('the words of `c` in 4096 buckets would be 245,760 counts, which do not fit into memory');
    await expect(failure).rejects.toMatchObject({ hint: expect.stringMatching(/`ngrams\(buckets: 512\)`/) as string });
  });

  test('a text that is different in every row is told of', async () => {
    const table = await makeTable(bench, "SELECT i % 2 = 0 AS y, 'text ' || i AS c FROM range(300) AS t(i)");
    expect((await makeFeatures(bench, table, await split(bench, table, params('y')))).warnings).toEqual([expect.stringMatching(/^`c` has 210 different values in 210 training rows: .*`text \{ c: ngrams/)]);
  });

  test('a new value without a logarithm is missing, or what is imputed', () => {
    const fitted = { kind: 'number', column: 'c', type: 'float', log: 'log1p' } as const;
    const apply = (more: object, ...values: number[]) =>
      valuesOf(applyFeatures(compileFeatures({ target: 'y', rows: 1, features: [{ ...fitted, ...more }] }), new Map([['c', Float64Array.from(values)]]), { rows: values.length }).matrix, 0)[0];
    expect(apply({}, -1)).toBeNaN();
    expect(apply({}, -3)).toBeNaN();
    expect(apply({ impute: 2 }, -3)).toBe(Math.log1p(2));
    expect(apply({ clip: { low: 0 } }, -3)).toBe(0);
  });

  test('a row needs dates that are ones', () => {
    const compiled = compileFeatures({ target: 'y', rows: 1, features: [{ kind: 'date', column: 'd', type: 'timestamp', parts: [{ name: 'd_hour', part: 'hour' }] }] });
    const row = (d: unknown) => applyRow(compiled, indexLevels(compiled), { d }).values[0];
    expect([row('2001-01-31 12:30'), row('2001-01-31T12:30:00Z'), row('2001-01-31'), row('07:00:00'), row(null)]).toEqual([12, 12, 0, 7, NaN]);
    expect(() => row('yesterday')).toThrow('`d` must be a date such as "2001-01-31 12:00:00", found "yesterday"');
    expect(() => row(5)).toThrow(StepError);
  });
});

test('what is not asked for is in no key', async () => {
  const type = (await split(bench, await makeTable(bench, ROWS), params('y'))).type;
  const { inferred } = infer(prepare, { use: columns('gaps'), clip: { numeric: null } }, { slot: 'parts', type });
  expect(Object.keys(inferred?.params ?? {}).sort()).toEqual(['encode', 'impute', 'scale', 'stream', 'target', 'use']);
});
