import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { loadFeatures } from '../../stdlib/features/load-features.ts';
import { columns, makeBench, makeFeatures, makeTable, params, rowsOf, splitBy, type MadeSplit, type MadeTable } from './support.ts';

/** What scikit-learn, numpy and pandas made of the same rows, all features of a row in the order of their names. */
interface Case {
  readonly column: string;
  readonly params: JsonObject;
  readonly target: string;
  readonly expected: readonly (readonly (number | null)[])[];
}

interface Oracle {
  readonly name: string;
  readonly rows: readonly { readonly part: number }[];
  readonly cases: readonly Case[];
  readonly targets: readonly string[];
  readonly query: string;
}

const at = (name: string): string => fileURLToPath(new URL(`./oracle/${name}`, import.meta.url));
const read = (name: string): unknown => JSON.parse(readFileSync(at(name), 'utf8'));

/** `oracle/make.py` made it. Missing floats are NaN in every other row, so that both spellings of missing are read. */
const first: Oracle = {
  name: 'impute, encode and scale',
  rows: read('rows.json') as Oracle['rows'],
  cases: (read('cases.json') as Oracle).cases,
  targets: ['y', 'r'],
  query: `
  SELECT * EXCLUDE (part, rowid_) REPLACE (CASE WHEN "float" IS NULL AND rowid_ % 2 = 0 THEN 'nan'::DOUBLE ELSE "float" END AS "float")
  FROM (SELECT *, row_number() OVER () AS rowid_ FROM read_json(${sqlString(at('rows.json'))}, columns = {
    part: 'INTEGER', "float": 'DOUBLE', "offset": 'DOUBLE', int: 'INTEGER', "full": 'BIGINT', constant: 'DOUBLE', flag: 'BOOLEAN',
    cat: 'VARCHAR', gaps: 'VARCHAR', late: 'VARCHAR', month: 'INTEGER', y: 'BOOLEAN', r: 'DOUBLE' }))`,
};

/** `oracle/transforms.py` made it. */
const transforms = read('transforms.json') as Pick<Oracle, 'rows' | 'cases'>;
const second: Oracle = {
  ...transforms,
  name: 'the other transforms',
  targets: ['y'],
  query: `
  SELECT one.* EXCLUDE (part) FROM (SELECT unnest(rows) AS one FROM read_json(${sqlString(at('transforms.json'))}, columns = {
    rows: 'STRUCT(part INTEGER, y BOOLEAN, real DOUBLE, skew DOUBLE, tied INTEGER, constant INTEGER, cat VARCHAR, code INTEGER, "text" VARCHAR, stamp TIMESTAMP)[]' }))`,
};

const bench = makeBench();
afterAll(() => bench.remove());

describe.each([first, second])('$name', ({ rows, cases, targets, query }) => {
  let table: MadeTable;
  const splits = new Map<string, MadeSplit>();

  beforeAll(async () => {
    table = await makeTable(bench, query);
    const parts = Uint8Array.from(rows, ({ part }) => part);
    for (const target of targets) splits.set(target, await splitBy(bench, table, params(target), parts));
  });

  const titled = cases.map((one) => ({ ...one, title: `${one.column} → ${one.target}: ${JSON.stringify(one.params)}` }));

  test.each(titled)('$title', async ({ column, params: given, target, expected }) => {
    const made = await makeFeatures(bench, table, splits.get(target) as MadeSplit, { use: columns(column), ...given });
    const loaded = await loadFeatures(made.context, 'x', { parts: PART_NAMES });
    for (const part of PART_NAMES) {
      const { features } = loaded[part].matrix;
      expect(features.map(({ name }) => name)).toEqual(made.type.features.map(({ name }) => name));
      const actual = features.map(rowsOf);
      for (const [i, row] of loaded.rowsIndex[part].entries()) expectClose(actual.flatMap((feature) => feature[i] ?? []), expected[row] ?? [], row);
    }
  });
});

function expectClose(actual: readonly (number | null)[], expected: readonly (number | null)[], row: number): void {
  expect(actual.length, `row ${row}`).toBe(expected.length);
  expected.forEach((value, j) => {
    const found = actual[j] ?? null;
    const close = value === null || found === null ? value === found : Math.abs(found - value) <= 1e-9 * Math.max(1, Math.abs(value));
    if (!close) expect.fail(`row ${row}, column ${j}: ${found} is not ${value}`);
  });
}
