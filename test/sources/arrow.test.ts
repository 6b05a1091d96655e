import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { writeArrow } from '../../runtime/engines/duckdb/table-arrow.ts';
import { arrow } from '../../stdlib/sources/arrow.ts';
import { columns, rowsOf, type } from '../support/read-made.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

const ORACLE = join(import.meta.dirname, 'oracle');

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
  for (const name of ['types.arrow', 'types.arrows', 'lz4.feather', 'zstd.feather', 'nested.feather']) await copyFile(join(ORACLE, name), join(bench.folder, name));
  await writeFile(join(bench.folder, 'plain.arrow'), 'a,b\n1,2\n');
  await writeFile(join(bench.folder, 'cut.arrow'), (await readFile(join(ORACLE, 'types.arrow'))).subarray(0, 900));
});
afterAll(() => bench.close());

const expected = async (): Promise<JsonObject[]> => JSON.parse(await readFile(join(ORACLE, 'types.json'), 'utf8')) as JsonObject[];

test.each(['types.arrow', 'types.arrows'])('%s holds what pyarrow wrote', async (input) => {
  const { outputs } = await bench.make({ kind: arrow, input });
  expect(await rowsOf(bench, outputs['value'])).toEqual(await expected());
});

/** Node knows Zstandard from 22.15 on. */
const knowsZstd = 'zstdDecompressSync' in zlib;

test.each(['lz4', ...(knowsZstd ? ['zstd'] : [])])('%s.feather holds what pyarrow compressed', async (codec) => {
  const { outputs } = await bench.make({ kind: arrow, input: `${codec}.feather` });
  const rows = await rowsOf(bench, outputs['value']);
  expect(rows).toHaveLength(12_000);
  rows.forEach((row, i) => expect(row).toEqual({ n: Number((BigInt(i) * BigInt(i) * 2654435761n) % 2n ** 40n), s: `t${i % 50}` }));
});

test.skipIf(knowsZstd)('what this Node cannot decompress is refused with the ways out', async () => {
  await expect(bench.make({ kind: arrow, input: 'zstd.feather' })).rejects.toMatchObject({ message: expect.stringContaining('compressed with Zstandard') as unknown, hint: expect.stringContaining('write it with LZ4') as unknown });
});

test('several files, a limit, the name of the file, and a schema', async () => {
  const params = { limit: 4, filename: true, schema: { i64: type('string?'), day: type('timestamp?') }, unique: columns('text'), invalid: 'quarantine' };
  const { outputs } = await bench.make({ kind: arrow, input: 'types.arrow*', params });
  const rows = await rowsOf(bench, outputs['value']);
  expect(rows.map(({ i64, day, filename }) => [i64, day, filename])).toEqual([
    ['9007199254740993', '2001-02-03 00:00:00', 'types.arrow'],
    [null, null, 'types.arrow'],
    ['-1', '1969-12-31 00:00:00', 'types.arrow'],
  ]);
  expect((await rowsOf(bench, outputs['quarantine'])).map(({ reason, row }) => [reason, row])).toEqual([['`text` repeats row 1', 4]]);
});

test('what is exported comes back, over more rows than a batch has', async () => {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  const query = 'SELECT i AS n, CASE WHEN i % 7 <> 0 THEN i / 2 END AS f, \'t\' || i AS s FROM range(100000) t(i) ORDER BY i';
  await writeArrow(connection, query, join(bench.folder, 'many.arrow'));
  const { outputs } = await bench.make({ kind: arrow, input: 'many.arrow' });
  const rows = await rowsOf(bench, outputs['value']);
  connection.closeSync();
  expect(rows).toEqual(Array.from({ length: 100_000 }, (_, n) => ({ n, f: n % 7 === 0 ? null : n / 2, s: `t${n}` })));
});

test.each([
  ['nested.feather', /the column `xs` of `nested.feather` is List<.*>, which is not read/, /Parquet/],
  ['plain.arrow', /`plain.arrow` is not an Arrow file/, /csv\(…\)/],
  ['cut.arrow', /`cut.arrow` cannot be read/, /cut off/],
] as const)('%s is refused', async (input, message, hint) => {
  const { inferred, diagnostics } = await bench.infer({ kind: arrow, input });
  expect(inferred).toBeUndefined();
  expect(diagnostics[0]?.message).toMatch(message);
  expect(diagnostics[0]?.hint).toMatch(hint);
});
