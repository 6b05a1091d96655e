import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../compiler/json.ts';
import { expect as expectation } from '../../stdlib/checks/expect.ts';
import { csv } from '../../stdlib/sources/csv.ts';
import { columns, rowsOf, type } from '../support/read-made.ts';
import { openWorkbench, type MadeTable, type Workbench } from '../support/run-kind.ts';

let bench: Workbench;
let tables: Record<string, MadeTable>;
beforeAll(async () => {
  bench = await openWorkbench();
  const numbers = ['id,x,f,word,day', ...Array.from({ length: 400 }, (_, i) => [i % 399, i % 7 === 0 ? '' : (i * 37) % 101, i === 5 ? 'nan' : i / 8, ['ab', 'abc', 'ABC', 'd'][i % 4], `2001-01-${String((i % 28) + 1).padStart(2, '0')}`].join(','))];
  await writeFile(join(bench.folder, 'rows.csv'), numbers.join('\n'));
  await writeFile(join(bench.folder, 'words.csv'), 'word,n\nab,1\nabc,2\n,3\n');
  tables = { rows: await source('rows.csv', { id: type('int'), x: type('int?'), f: type('float'), word: type('string'), day: type('date') }), words: await source('words.csv', { word: type('string?'), n: type('int') }) };
});
afterAll(() => bench.close());

async function source(input: string, schema: JsonObject): Promise<MadeTable> {
  const { inferred, outputs } = await bench.make({ kind: csv, input, params: { schema }, name: input });
  const artifact = outputs['value'];
  if (inferred.type.kind !== 'table' || artifact?.type !== 'table') throw new Error('no table');
  return { type: inferred.type, artifact };
}

async function check(params: JsonObject, other?: string): Promise<{ passed: boolean; findings: readonly JsonObject[]; rows: JsonObject[]; warnings: readonly string[]; reads: unknown }> {
  const { inferred, outputs, warnings = [] } = await bench.make({ kind: expectation, input: { table: 'rows', ...(other === undefined ? {} : { other }) }, tables, params });
  const made = outputs['value'];
  if (made?.type !== 'check') throw new Error('no check');
  return { passed: made.passed, findings: made.findings, rows: await rowsOf(bench, outputs['rows']), warnings, reads: inferred.reads };
}

const range = (low: Json, high: Json): Json => ({ $range: [low, high] });

/** What brute force over the rows finds: their numbers, from 1, in order. */
type Oracle = (row: JsonObject, index: number, all: readonly JsonObject[]) => boolean;

const EACH: readonly [name: string, params: JsonObject, unmet: Oracle, other?: string][] = [
  ['not_null', { not_null: columns('x') }, ({ x }) => x === null],
  ['unique, one column', { unique: columns('id') }, ({ id }, index, all) => all.findIndex((row) => row['id'] === id) < index],
  ['unique, nulls apart', { unique: columns('x') }, ({ x }, index, all) => x !== null && all.findIndex((row) => row['x'] === x) < index],
  ['unique, two columns', { unique: [columns('word', 'day')] }, ({ word, day }, index, all) => all.findIndex((row) => row['word'] === word && row['day'] === day) < index],
  ['between numbers', { between: { x: range(10, 90) } }, ({ x }) => x !== null && (Number(x) < 10 || Number(x) > 90)],
  ['between, NaN within none', { between: { f: range(0, null) } }, ({ f }) => f === 'NaN'],
  ['between dates', { between: { day: range('2001-01-03', '2001-01-28') } }, ({ day }) => (day as string) < '2001-01-03'],
  ['one_of texts', { one_of: { word: ['ab', 'd'] } }, ({ word }) => word !== 'ab' && word !== 'd'],
  ['one_of numbers', { one_of: { id: [1, 2, 3] } }, ({ id }) => ![1, 2, 3].includes(Number(id))],
  ['matches the whole', { matches: { word: '[a-c]{2}' } }, ({ word }) => !/^[a-c]{2}$/.test(word as string)],
  ['holds, a null leaves it open', { holds: { 'x is small': 'x < 100 OR word = \'d\'' } }, ({ x, word }) => x !== null && !(Number(x) < 100 || word === 'd')],
  ['references', { references: { word: { $column: 'word' } } }, ({ word }) => word !== 'ab' && word !== 'abc', 'words'],
];

describe('what is found is what brute force finds', () => {
  test.each(EACH)('%s', async (_, params, unmet, other) => {
    const all = await rowsOf(bench, tables['rows']?.artifact);
    const expected = all.flatMap((row, index) => (unmet(row, index, all) ? [index + 1] : []));
    expect(expected.length).toBeGreaterThan(0);
    const { passed, findings, rows } = await check(params, other);
    expect(passed).toBe(false);
    expect(findings).toMatchObject([{ passed: false, count: expected.length, rows: expected.slice(0, 5) }]);
    expect(rows.map(({ row }) => row)).toEqual(expected.slice(0, 100));
  });

  test.each([
    ['a sound table', { rows: range(400, 400), not_null: columns('id'), between: { id: range(0, 398) }, one_of: { word: ['ab', 'abc', 'ABC', 'd'] }, holds: { sane: 'id >= 0' } }, undefined],
    ['every value is in the other table', { references: { id: { $column: 'id' } } }, 'rows'],
  ] as const)('%s passes, and keeps no rows', async (_, params, other) => {
    const { passed, findings, rows } = await check(params, other);
    expect(findings.filter((finding) => finding['passed'] !== true)).toEqual([]);
    expect([passed, rows]).toEqual([true, []]);
  });
});

describe('what a person is told', () => {
  test('each expectation by name, with rows', async () => {
    const { findings } = await check({ rows: range(null, 10), not_null: columns('x'), unique: columns('id'), holds: { small: ' id < 399 ' }, at_least: 0.9 });
    expect(findings.map(({ message, passed }) => [message, passed])).toEqual([
      ['rows: 400 (expected ..10)', false],
      ['not_null x: 58 of 400 rows are null, rows 1, 8, 15, 22, 29, … (expected no nulls in at least 90%)', false],
      ['unique id: 1 of 400 rows is like an earlier one, row 400 (expected no repeats in at least 90%)', true],
      ['holds small: id < 399 in at least 90%', true],
    ]);
  });

  test('the rows hold the columns that are read, and those of `show`', async () => {
    const { rows, reads } = await check({ one_of: { word: ['ab'] }, holds: { c: 'x IS NULL OR f >= 0' }, show: columns('id') });
    expect(reads).toEqual({ table: ['f', 'id', 'word', 'x'] });
    expect(rows[0]).toEqual({ row: 2, expectation: 'one_of word', id: 1, x: 37, f: 0.125, word: 'abc' });
  });
});

describe('tolerance and severity', () => {
  test.each([
    [0.855, true],
    [0.8551, false],
  ])('58 nulls of 400, at least %d: %s', async (at_least, passed) => {
    expect((await check({ not_null: columns('x'), at_least })).passed).toBe(passed);
  });

  test('a warning passes, and says what is not met', async () => {
    const { passed, warnings, rows } = await check({ one_of: { word: ['ab', 'abc', 'ABC'] }, rows: range(1, null), severity: 'warn' });
    expect(passed).toBe(true);
    expect(warnings).toEqual(['one_of word: 100 of 400 rows are something else, rows 4, 8, 12, 16, 20, … (expected "ab", "abc", "ABC")']);
    expect(rows).toHaveLength(100);
  });
});

test('a condition that fails on a row says so', async () => {
  await expect(check({ holds: { c: 'word::INT > 0' } })).rejects.toMatchObject({ name: 'StepError', message: expect.stringContaining('Could not convert string \'ab\'') as string, hint: expect.stringContaining('TRY_CAST') as string });
});
