import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { loadFeatures } from '../../stdlib/features/load-features.ts';
import { columns, makeBench, makeFeatures, makeTable, params, rowsOf, splitBy, type MadeSplit, type MadeTable } from './support.ts';

/** What scikit-learn made of the same rows; `oracle/make.py` wrote it. */
interface Case {
  readonly column: string;
  readonly params: JsonObject;
  readonly target: string;
  readonly expected: readonly (readonly (number | null)[])[];
}

const at = (name: string): string => fileURLToPath(new URL(`./oracle/${name}`, import.meta.url));
const { cases } = JSON.parse(readFileSync(at('cases.json'), 'utf8')) as { readonly cases: readonly Case[] };
const parts = Uint8Array.from(JSON.parse(readFileSync(at('rows.json'), 'utf8')) as { part: number }[], ({ part }) => part);

const bench = makeBench();
let table: MadeTable;
const splits = new Map<string, MadeSplit>();

/** Missing floats are NaN in every other row, so that both spellings of missing are read. */
const QUERY = `
  SELECT * EXCLUDE (part, rowid_) REPLACE (CASE WHEN "float" IS NULL AND rowid_ % 2 = 0 THEN 'nan'::DOUBLE ELSE "float" END AS "float")
  FROM (SELECT *, row_number() OVER () AS rowid_ FROM read_json(${sqlString(at('rows.json'))}, columns = {
    part: 'INTEGER', "float": 'DOUBLE', "offset": 'DOUBLE', int: 'INTEGER', "full": 'BIGINT', constant: 'DOUBLE', flag: 'BOOLEAN',
    cat: 'VARCHAR', gaps: 'VARCHAR', late: 'VARCHAR', month: 'INTEGER', y: 'BOOLEAN', r: 'DOUBLE' }))`;

beforeAll(async () => {
  table = await makeTable(bench, QUERY);
  for (const target of ['y', 'r']) splits.set(target, await splitBy(bench, table, params(target), parts));
});
afterAll(() => bench.remove());

const titled = cases.map((one) => ({ ...one, title: `${one.column} → ${one.target}: ${JSON.stringify(one.params)}` }));

test.each(titled)('$title', async ({ column, params: given, target, expected }) => {
  const made = await makeFeatures(bench, table, splits.get(target) as MadeSplit, { use: columns(column), ...given });
  const loaded = await loadFeatures(made.context, 'x', { parts: PART_NAMES });
  for (const part of PART_NAMES) {
    const [feature] = loaded[part].matrix.features;
    const actual = feature === undefined ? [] : rowsOf(feature);
    for (const [i, row] of loaded.rowsIndex[part].entries()) {
      const wanted = expected[row] ?? [];
      expect(actual[i]?.length, `row ${row}`).toBe(wanted.length);
      wanted.forEach((value, j) => {
        const found = actual[i]?.[j] ?? null;
        const close = value === null || found === null ? value === found : Math.abs(found - value) <= 1e-9 * Math.max(1, Math.abs(value));
        if (!close) expect.fail(`row ${row}, column ${j}: ${found} is not ${value}`);
      });
    }
  }
});
