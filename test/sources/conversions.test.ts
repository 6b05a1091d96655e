import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../compiler/json.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { csv } from '../../stdlib/sources/csv.ts';
import { json } from '../../stdlib/sources/json.ts';
import { parquet } from '../../stdlib/sources/parquet.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { rowsOf, type } from '../support/read-made.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

/** Reads a column `x` as a type; what could not be converted comes back as its text in the quarantine. */
async function convert(kind: Kind, input: string, as: Json, params: JsonObject = {}): Promise<{ kept: Json[]; out: Json[] }> {
  const { outputs } = await bench.make({ kind, input, params: { ...params, schema: { x: as }, invalid: 'quarantine' } });
  const cells = async (part: string): Promise<Json[]> => (await rowsOf(bench, outputs[part])).map((row) => row['x'] ?? null);
  return { kept: await cells('value'), out: await cells('quarantine') };
}

const TEXT: readonly [name: string, values: readonly string[], kept: readonly Json[], out: readonly Json[], params?: JsonObject][] = [
  ['int', ['1', '-2', '3.0', ' 4 ', '3.7', '1e3', '1_000', '0x1F', 'abc', '9223372036854775808'], [1, -2, 3, 4], ['3.7', '1e3', '1_000', '0x1F', 'abc', '9223372036854775808']],
  ['int?', ['1', '""', '9007199254740993'], [1, null, '9007199254740993'], []],
  ['float', ['1.5', '-0.0', 'NaN', 'inf', '1e400', 'x'], [1.5, 0, 'NaN', 'Infinity'], ['1e400', 'x']],
  ['bool', ['true', 'F', '1', 'maybe'], [true, false, true], ['maybe']],
  ['date', ['2001-02-03', '2001-02-30', '2001-02-03 10:00', '2001-02-03 00:00'], ['2001-02-03', '2001-02-03'], ['2001-02-30', '2001-02-03 10:00']],
  ['timestamp', ['2001-02-03 10:00', '2001-02-03T10:00:00+02:00', '2001-02-03', 'soon'], ['2001-02-03 10:00:00', '2001-02-03 08:00:00', '2001-02-03 00:00:00'], ['soon']],
  ['timestamp', ['03.02.2001 10h', '2001-02-03'], ['2001-02-03 10:00:00'], ['2001-02-03'], { timestampformat: '%d.%m.%Y %Hh' }],
  ['time', ['10:30', '25:00'], ['10:30:00'], ['25:00']],
  ['string', ['a', '1.50'], ['a', '1.50'], []],
];

describe('conversion', () => {
  test.each(TEXT)('text to %s: %j', async (name, values, kept, out, params) => {
    await writeFile(join(bench.folder, 'x.csv'), `x,n\n${values.map((value, i) => `${value},${i}`).join('\n')}\n`);
    expect(await convert(csv, 'x.csv', type(name), params)).toEqual({ kept, out });
  });

  const JSONS: readonly [name: Json, values: readonly Json[], kept: readonly Json[], out: readonly Json[]][] = [
    [type('int'), [1, '2', 3.5, 'x', null], [1, 2], ['3.5', '"x"', null]],
    [type('string?'), [1.5, 'a', null, true], ['1.5', 'a', null, 'true'], []],
    [{ $type: 'list', nullable: false, item: type('int') }, [[1, 2], [], [3, null]], [[1, 2], []], ['[3,null]']],
    [{ $type: 'list', nullable: false, item: type('int?') }, [[3, null]], [[3, null]], []],
    [{ $type: 'struct', nullable: false, fields: { a: type('int'), b: type('string?') } }, [{ a: 1 }, { b: 'x' }], [{ a: 1, b: null }], ['{"b":"x"}']],
  ];
  test.each(JSONS)('JSON to %j', async (as, values, kept, out) => {
    await writeFile(join(bench.folder, 'x.json'), JSON.stringify(values.map((x) => ({ x }))));
    expect(await convert(json, 'x.json', as)).toEqual({ kept, out });
  });

  const PARQUET: readonly [sql: string, as: Json, kept: readonly Json[], out: readonly Json[], keptAs: string][] = [
    ['SMALLINT', type('int'), [0, 1], [], 'SMALLINT'],
    ['FLOAT', type('float'), [0, 1], [], 'FLOAT'],
    ['SMALLINT', type('float'), [0, 1], [], 'DOUBLE'],
    ['BOOLEAN', type('int'), [0, 1], [], 'BIGINT'],
    ['INTEGER', type('bool'), [false, true], [], 'BOOLEAN'],
    ['INTEGER', type('string'), ['0', '1'], [], 'VARCHAR'],
    ['INTEGER', { $type: 'decimal', nullable: false, precision: 5, scale: 2 }, [0, 1], [], 'DECIMAL(5,2)'],
    ['DOUBLE', type('int', 'x > 0'), [1], [0], 'BIGINT'],
  ];
  test.each(PARQUET)('%s to %j', async (sql, as, kept, out, keptAs) => {
    const path = join(bench.folder, 'x.parquet');
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    await connection.run(`COPY (SELECT i::${sql} AS x FROM range(2) t(i)) TO ${sqlString(path)} (FORMAT parquet)`);
    connection.closeSync();
    expect(await convert(parquet, 'x.parquet', as)).toEqual({ kept, out });
    const { inferred } = await bench.infer({ kind: parquet, input: 'x.parquet', params: { schema: { x: as } } });
    expect(inferred?.type.kind === 'table' ? inferred.type.columns[0]?.sql : undefined).toBe(keptAs);
  });

  test('a type that no value could have is an error before anything runs', async () => {
    const path = join(bench.folder, 'dates.parquet');
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    await connection.run(`COPY (SELECT DATE '2001-01-01' AS x) TO ${sqlString(path)} (FORMAT parquet)`);
    connection.closeSync();
    const { diagnostics } = await bench.infer({ kind: parquet, input: 'dates.parquet', params: { schema: { x: type('float') } } });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([['impossible-type', '`x` is date in the files, which cannot become float']]);
  });
});
