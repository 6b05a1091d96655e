import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { csv } from '../../stdlib/sources/csv.ts';
import { json } from '../../stdlib/sources/json.ts';
import { ndjson } from '../../stdlib/sources/ndjson.ts';
import { parquet } from '../../stdlib/sources/parquet.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { rowsOf, type } from '../support/read-made.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

const FLIGHTS = new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url).pathname;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'empty.csv': '',
    'penguins.csv': 'a,b\n1,2\n',
    'short.csv': 'a,b\n1,2\n3\n4,5\n',
    'long.csv': 'a,b\n1,2\n3,4,5\n',
    'quote.csv': 'a,b\n1,"x"y\n',
    'latin.csv': Buffer.from('name,v\ncafé,1\nnaïve,2\n', 'latin1'),
    'binary.csv': new Uint8Array([0, 1, 2, 3, 255, 254, 0, 10, 0, 0, 13, 10, 200]),
    'text.json': 'a,b\n1,2\n',
    'cut.json': '[{"a":1},{"a":2},{"a"',
    'array.json': '[{"a":1}]',
    'cases.json': '[{"a":1,"A":2}]',
    'bad.ndjson': '{"a":1}\n{"a":\n{"a":3}\n',
    'late.csv': `a,b\n${'1,2\n'.repeat(30_000)}x,2\n`,
    'one/a.csv': 'a,b\n1,2\n',
    'one/b.csv': 'b,a\n3,4\n',
    'two/a.csv': 'a,b\n1,2\n',
    'cut.parquet': await firstBytes(FLIGHTS, 100_000),
    'damaged.parquet': await damaged(),
    'wide.csv': Buffer.from('\ufeffa,b\n1,é\n', 'utf16le'),
    'wide.json': Buffer.from('\ufeff[{"a":1}]', 'utf16le'),
    'high.csv': Buffer.from('\ufeffa,b\n1,é\n', 'utf16le').swap16(),
    'ends.csv': 'a,b\r\n1,"x\ny"\r\n2,z\n3,w\r\n',
    'late-ends.csv': `a,b\n${'1,2\n'.repeat(30_000)}3,4\r\n`,
    'cut.csv.gz': gzipSync(`a,b\n${'1,2\n'.repeat(30_000)}`).subarray(0, 60),
    'cut.csv.zst': (await compressed()).subarray(0, -20),
    'plain.csv.gz': 'a,b\n1,2\n',
    'plain.csv.zst': 'a,b\n1,2\n',
  };
  for (const folder of ['one', 'two', 'folder', 'parts', 'types']) await mkdir(join(bench.folder, folder));
  for (const [name, content] of Object.entries(files)) await writeFile(join(bench.folder, name), content);
  await write("SELECT 1 AS a", 'parts/1.parquet');
  await write("SELECT 1 AS a, 2 AS b", 'parts/2.parquet');
  await write("SELECT 1 AS a", 'types/1.parquet');
  await write("SELECT 'x' AS a", 'types/2.parquet');
});
afterAll(() => bench.close());

async function firstBytes(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  const { buffer } = await file.read(new Uint8Array(bytes), 0, bytes, 0);
  await file.close();
  return buffer;
}

/** A Parquet file with the right first and last bytes and nothing sound between them. */
async function damaged(): Promise<Uint8Array> {
  return Buffer.concat([await firstBytes(FLIGHTS, 5_000), Buffer.from([255, 0, 0, 0]), Buffer.from('PAR1')]);
}

async function write(query: string, name: string, options = ''): Promise<string> {
  const path = join(bench.folder, name);
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  await connection.run(`COPY (${query}) TO ${sqlString(path)}${options}`);
  connection.closeSync();
  return path;
}

async function compressed(): Promise<Buffer> {
  return readFile(await write('SELECT range AS a, hash(range) AS b FROM range(100000)', 'whole.csv.zst', ' (FORMAT csv, COMPRESSION zstd)'));
}

const KINDS: Readonly<Record<string, Kind>> = { csv, json, ndjson, parquet };

const FOUND_EARLY: readonly [kind: string, input: string, message: RegExp, hint: RegExp, params?: JsonObject][] = [
  ['csv', 'missing.csv', /`missing.csv` does not exist/, /there is none in/],
  ['csv', 'penguin.csv', /`penguin.csv` does not exist/, /did you mean `penguins.csv`/],
  ['csv', 'no/where.csv', /does not exist/, /there is no folder/],
  ['csv', 'folder', /`folder` is a folder/, /`"folder\/\*"`/],
  ['csv', '*.tsv', /no file matches/, /looked in/],
  ['csv', 'https://example.org/x.csv', /is an address/, /download/],
  ['csv', 'npm:no-such-package-here/x.csv', /`no-such-package-here` is not installed/, /npm install no-such-package-here/],
  ['csv', 'npm:vega-datasets/data/seattle-wether.csv', /does not exist/, /did you mean `npm:vega-datasets\/data\/seattle-weather.csv`/],
  ['csv', 'npm:vega-datasets', /names no file of a package/, /npm:vega-datasets\//],
  ['csv', 'empty.csv', /`empty.csv` is empty/, /^$/],
  ['csv', 'short.csv', /line 3 of `short.csv` has 1 value where the first line has 2: `3`/, /null_padding/],
  ['csv', 'long.csv', /line 3 of `long.csv` has 3 values where the first line has 2/, /mend/],
  ['csv', 'quote.csv', /line 2 of `quote.csv` has a quote/, /`quote`/],
  ['csv', 'latin.csv', /`latin.csv` is not UTF-8/, /latin-1/],
  ['csv', 'binary.csv', /is not CSV but a binary file/, /^$/],
  ['csv', 'cut.parquet', /`cut.parquet` is not CSV/, /parquet\(…\)/],
  ['csv', 'array.json', /`array.json` is not CSV/, /json\(…\)/],
  ['csv', 'one/*.csv', /`b.csv` has other columns than `a.csv`/, /union_by_name: true/],
  ['csv', 'wide.csv', /`wide.csv` is not UTF-8 text but UTF-16/, /encoding: "utf-16"/],
  ['json', 'wide.json', /`wide.json` is not UTF-8 text but UTF-16/, /iconv -f UTF-16 /],
  ['csv', 'high.csv', /UTF-16 with the high byte first/, /iconv -f UTF-16BE/, { encoding: 'utf-16' }],
  ['csv', 'ends.csv', /line 3 of `ends.csv` ends with `\\n`, and the first line with `\\r\\n`/, /sed/],
  ['csv', 'cut.csv.gz', /`cut.csv.gz` is cut off or damaged/, /download/],
  ['csv', 'cut.csv.zst', /`cut.csv.zst` is cut off or damaged/, /download/],
  ['csv', 'plain.csv.gz', /`plain.csv.gz` is not compressed with gzip/, /compression:/],
  ['csv', 'plain.csv.zst', /`plain.csv.zst` is not compressed with zstd/, /compression:/],
  ['csv', 'whole.csv.zst', /`whole.csv.zst` is not CSV/, /say `compression: zstd`/, { compression: 'none' }],
  ['csv', 'penguins.csv', /no folder of `.*penguins.csv` says `region=…`/, /region=eu/, { partitions: { region: type('string') } }],
  ['csv', 'penguins.csv', /two columns called `A`/, /^$/, { partitions: { A: type('string') } }],
  ['csv', 'penguins.csv', /`made` has no column `c`/, /a/, { dedupe: { key: [{ $column: 'a' }], keep: { $call: 'max', column: { $column: 'c' } } } }],
  ['parquet', 'parts/*.parquet', /`2.parquet` has a column `b`, which `1.parquet` has not/, /union_by_name/],
  ['json', 'text.json', /is not JSON/, /csv\(…\)/],
  ['json', 'cut.json', /`cut.json` is not JSON: unexpected end of data/, /cut off/],
  ['json', 'cases.json', /keys that differ from `a` only in case/, /rename/],
  ['ndjson', 'bad.ndjson', /`bad.ndjson` is not JSON: .* line 3/, /cut off/],
  ['parquet', 'cut.parquet', /`cut.parquet` is cut off/, /download/],
  ['parquet', 'penguins.csv', /is not a Parquet file/, /csv\(…\)/],
  ['parquet', 'damaged.parquet', /`damaged.parquet` is damaged/, /download/],
  ['csv', 'penguins.csv', /the files have no column `aa`/, /did you mean `a`/, { schema: { aa: type('int') } }],
  ['csv', 'penguins.csv', /`schema` does not list `b`/, /extra: keep/, { schema: { a: type('int') }, extra: 'fail' }],
  ['csv', 'penguins.csv', /`made` has no column `c`/, /a/, { dedupe: [{ $column: 'c' }] }],
  ['csv', 'penguins.csv', /the `where` of `a` is wrong: .*`bb`/, /did you mean `b`/, { schema: { a: type('int', 'bb > 1') } }],
  ['csv', 'penguins.csv', /the `where` of `a` is wrong: it is int, not a condition/, /distance > 0/, { schema: { a: type('int', 'a + 1') } }],
  ['csv', 'penguins.csv', /the `where` of `a` is wrong: it reads other rows/, /one row/, { schema: { a: type('int', 'avg(a) > 1') } }],
  ['csv', 'penguins.csv', /the `where` of `a` is wrong: /, /.*/, { schema: { a: type('int', 'a >') } }],
  ['csv', 'penguins.csv', /two columns called `A`/, /^$/, { schema: { a: type('int'), A: type('int') } }],
  ['csv', '{one,two}/a.csv', /two of the files are called `a.csv`/, /names of their own/, { filename: true }],
];

describe('what is wrong is found before anything runs', () => {
  test.each(FOUND_EARLY)('%s of %s: %s', async (name, input, message, hint, params = {}) => {
    const kind = KINDS[name] ?? csv;
    const { inferred, diagnostics } = await bench.infer({ kind, input, params });
    expect(inferred).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toMatch(message);
    expect(diagnostics.map((diagnostic) => diagnostic.hint ?? '').join('\n')).toMatch(hint);
  });
});

describe('what only the rows show fails the step in the user\'s terms', () => {
  const LATE: readonly [what: string, input: string, params: JsonObject, message: RegExp, hint: RegExp][] = [
    ['another type late in a file', 'late.csv', {}, /line 30002 of `late.csv`: `a` is `x`/, /`a: string`/],
    ['another end of line late in a file', 'late-ends.csv', {}, /line 30002 of `late-ends.csv` ends with `\\r\\n`/, /end all lines alike/],
    ['a value of another type', 'late.csv', { schema: { a: type('int') } }, /1 of 30,001 rows is not as `schema` says: row 30001: `a` is not int: `x`/, /invalid: drop/],
    ['a condition that fails', 'late.csv', { schema: { a: type('string', 'a::INT > 0') } }, /a `where` fails on a row: Could not convert string 'x'/, /TRY_CAST/],
    ['not unique', 'late.csv', { schema: { a: type('string') }, unique: [{ $column: 'a' }] }, /29,999 rows are not unique: row 2: `a` repeats row 1; row 3/, /dedupe/],
  ];
  test.each(LATE)('%s', async (_, input, params, message, hint) => {
    const failure = bench.make({ kind: csv, input, params });
    await expect(failure).rejects.toMatchObject({ name: 'StepError', message: expect.stringMatching(message) as string, hint: expect.stringMatching(hint) as string });
  });

  test('a column that has another type in a later file', async () => {
    await expect(bench.make({ kind: parquet, input: 'types/*.parquet' })).rejects.toMatchObject({ name: 'StepError', message: '`a` is VARCHAR in `2.parquet`, and INTEGER in the first file' });
  });

  test('other encodings are read when they are named', async () => {
    const { outputs } = await bench.make({ kind: csv, input: 'latin.csv', params: { encoding: 'latin-1' } });
    expect(await rowsOf(bench, outputs['value'])).toEqual([
      { name: 'café', v: 1 },
      { name: 'naïve', v: 2 },
    ]);
  });
});
