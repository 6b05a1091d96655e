import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import type { Feature, GroupedRows } from '../../runtime/data/matrix.ts';
import { takeRows } from '../../runtime/data/take-rows.ts';
import { loadFeatures, loadTrainerRows } from '../../stdlib/features/load-features.ts';
import { makeBench, makeFeatures, makeTable, params, split } from './support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

const call = (name: string, args: JsonObject = {}): JsonObject => ({ $call: name, ...args });

/** Few different values in each column, some of them in one part alone, some missing. */
const REPEATED = `
  SELECT i % 3 = 0 OR i % 11 = 0 AS y, (i % 4)::UTINYINT AS tiny, CASE WHEN i % 5 > 0 THEN (i * 1000 % 3000)::INTEGER END AS gaps,
    CASE WHEN i % 6 > 0 THEN (i % 3 / 2)::FLOAT END AS real, -(i % 2)::INTEGER AS negative,
    CASE WHEN i % 100 = 7 THEN 'only ' || i WHEN i % 7 > 0 THEN ['a', 'b', 'ç'][1 + i % 3] END AS name, i % 2 = 0 AS sure
  FROM range(3000) AS t(i)`;

async function load(query: string, given: JsonObject, target: JsonObject = {}) {
  const table = await makeTable(bench, query);
  const made = await makeFeatures(bench, table, await split(bench, table, params('y', target)), given);
  const options = { parts: PART_NAMES };
  return { all: await loadFeatures(made.context, 'x', options), grouped: await loadTrainerRows(made.context, 'x', options) };
}

/** Its features, one row each. */
function expanded({ distinct, groups }: GroupedRows): Feature[] {
  return distinct.features.map((feature) =>
    feature.kind === 'category' ? { ...feature, codes: takeRows(feature.codes, groups) } : { ...feature, values: takeRows(feature.values, groups) },
  );
}

describe('rows by groups are the rows, one by one', () => {
  test.each<JsonObject>([
    {},
    { impute: { numeric: 'mean', categorical: 'most_frequent' }, scale: { numeric: 'standard' } },
    { encode: { categorical: call('one_hot', { min_count: 5 }) }, impute: { gaps: 'drop', name: 'drop' } },
    { encode: { categorical: call('ordinal') }, impute: { real: call('constant', { value: 0.1 }) } },
  ])('%j', async (given) => {
    const { all, grouped } = await load(REPEATED, given);
    expect(grouped.rowsIndex).toEqual(all.rowsIndex);
    for (const part of PART_NAMES) {
      const rows = grouped[part];
      if (!('groups' in rows)) throw new Error('not grouped');
      expect(rows.distinct.rows).toBeLessThan(600);
      expect(rows.distinct).toBe((grouped.train as GroupedRows).distinct);
      expect(expanded(rows)).toEqual(all[part].matrix.features);
      expect([rows.target, rows.unseen]).toEqual([all[part].target, all[part].unseen]);
    }
    expect(all.test.unseen).toHaveProperty('name');
  });
});

describe('rows are loaded one by one', () => {
  test.each<[string, string, JsonObject, JsonObject?]>([
    ['where few are equal', 'SELECT i % 2 = 0 AS y, i::INTEGER AS n FROM range(500) AS t(i)', {}],
    ['where numbers are doubles', "SELECT i % 2 = 0 AS y, (i % 2)::DOUBLE / 3 AS n FROM range(500) AS t(i)", {}],
    ['where features depend on where a row stands', REPEATED, { encode: { name: call('target_mean') } }],
    ['for a number', 'SELECT (i % 2)::DOUBLE AS y, (i % 3)::INTEGER AS n FROM range(500) AS t(i)', {}, { task: 'regression' }],
  ])('%s', async (_, query, given, target) => {
    const { all, grouped } = await load(query, given, target);
    expect(grouped).toEqual(all);
  });
});
