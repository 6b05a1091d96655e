import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { images } from '../../stdlib/sources/images.ts';
import { rowsOf } from '../support/read-made.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

const ORACLE = join(import.meta.dirname, 'oracle/images');
const NAMES = ['cat/colour.png', 'cat/gray.png', 'cat/turned.jpg', 'dog/gray.jpeg', 'dog/palette.png', 'dog/photo.jpg', 'dog/transparent.png'];

let bench: Workbench;
let expected: Record<string, Record<string, number[]>>;
beforeAll(async () => {
  bench = await openWorkbench();
  expected = JSON.parse(await readFile(join(ORACLE, 'expected.json'), 'utf8')) as typeof expected;
  await cp(ORACLE, join(bench.folder, 'pets'), { recursive: true });
  await makeOdd();
  await makeIdx();
  await makeParquet();
});
afterAll(() => bench.close());

async function makeOdd(): Promise<void> {
  await cp(join(ORACLE, 'cat'), join(bench.folder, 'odd/a'), { recursive: true });
  await cp(join(ORACLE, 'smooth.png'), join(bench.folder, 'odd/b/large.png'));
  const photo = await readFile(join(ORACLE, 'dog/photo.jpg'));
  await writeFile(join(bench.folder, 'odd/b/cut.jpg'), photo.subarray(0, photo.length - 150));
  await writeFile(join(bench.folder, 'odd/b/text.png'), 'no image');
}

const head = (...axes: number[]): Buffer => {
  const bytes = Buffer.alloc(4 + 4 * axes.length);
  bytes.set([0, 0, 8, axes.length]);
  axes.forEach((length, i) => bytes.writeUInt32BE(length, 4 + 4 * i));
  return bytes;
};

/** Three thousand images of 2 × 3, more than one chunk of a table and than one piece of a file. */
const IDX = Array.from({ length: 3000 }, (_, i) => Array.from({ length: 6 }, (_, j) => (i * 7 + j) % 256));

async function makeIdx(): Promise<void> {
  await mkdir(join(bench.folder, 'idx'));
  const whole = Buffer.concat([head(3000, 2, 3), Buffer.from(IDX.flat())]);
  await writeFile(join(bench.folder, 'idx/train-images-idx3-ubyte.gz'), gzipSync(whole));
  await writeFile(join(bench.folder, 'idx/train-labels-idx1-ubyte'), Buffer.concat([head(3000), Buffer.from(IDX.map((_, i) => i % 10))]));
  await writeFile(join(bench.folder, 'cut-idx3'), whole.subarray(0, 12_000));
  await writeFile(join(bench.folder, 'few-labels'), Buffer.concat([head(2), Buffer.from([1, 2])]));
}

/** As data sets of Hugging Face are: a struct of bytes and path, and a label; in two files. */
async function makeParquet(): Promise<void> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  for (const [i, folder] of ['cat', 'dog'].entries()) {
    const files = NAMES.filter((name) => name.startsWith(folder)).map((name) => sqlString(join(ORACLE, name)));
    await connection.run(`COPY (SELECT {'bytes': content, 'path': parse_filename(filename)} AS image, ${i} AS label FROM read_blob([${files.join(', ')}]) ORDER BY filename) TO ${sqlString(join(bench.folder, `hf-${i}.parquet`))}`);
  }
  connection.closeSync();
}

const make = (input: string, params: JsonObject = {}, threads = 1) => bench.make({ kind: images, input, params, threads });

const nameOf = ({ file }: JsonObject): string => file as string;

const pixelsOf = ({ pixels }: JsonObject): number[] => pixels as number[];

/** The greatest difference of two images. JPEG leaves decoders some freedom. */
const apart = (a: readonly number[], b: readonly number[] | undefined): number => Math.max(...a.map((value, i) => Math.abs(value - (b?.[i] ?? Infinity))));

test.each(['rgb', 'gray'])('folders in %s hold what Pillow reads', async (channels) => {
  const { outputs, inferred } = await make('pets/*/*', { channels });
  const rows = await rowsOf(bench, outputs['value']);
  expect(rows.map(({ file, label, width, height }) => [file, label, width, height])).toEqual(NAMES.map((name) => [name, name.slice(0, 3), 8, 6]));
  expect(inferred.type).toMatchObject({ columns: [{}, {}, {}, {}, { name: 'pixels', shape: [6, 8, channels === 'gray' ? 1 : 3] }] });
  for (const row of rows) expect(apart(pixelsOf(row), expected[nameOf(row)]?.[channels]), nameOf(row)).toBeLessThanOrEqual(nameOf(row).endsWith('png') ? 0 : 1);
});

test('an image is resized as Pillow does, but for rounding', async () => {
  const { outputs } = await make('pets/smooth.png', { size: [12, 16] });
  const [row = {}] = await rowsOf(bench, outputs['value']);
  expect([row['width'], row['height']]).toEqual([32, 24]);
  expect(apart(pixelsOf(row), expected['smooth.png']?.['resized'])).toBeLessThanOrEqual(2);
});

test('IDX files, in and out of gzip, with their labels; the same bytes on two threads', async () => {
  const { outputs } = await make('idx/train-*', { limit: 2500 });
  const rows = await rowsOf(bench, outputs['value']);
  expect(rows).toEqual(IDX.slice(0, 2500).map((pixels, i) => ({ label: i % 10, pixels })));
  expect((await make('idx/train-*', { limit: 2500 }, 2)).outputs).toEqual(outputs);
});

test('images in Parquet files go with their rows', async () => {
  const { outputs } = await make('hf-*.parquet');
  const rows = await rowsOf(bench, outputs['value']);
  expect(rows.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  rows.forEach((row, i) => expect(apart(pixelsOf(row), expected[NAMES[i] ?? '']?.['rgb'])).toBeLessThanOrEqual(1));
  expect((await make('hf-*.parquet', {}, 2)).outputs).toEqual(outputs);
});

test('what is broken or of another size is refused, with its name and why', async () => {
  await expect(make('odd/**/*')).rejects.toMatchObject({
    message: '3 of 6 rows are no image that can be taken: row 4: `b/cut.jpg`: it is broken or cut off; row 5: `b/large.png`: it is 24 high and 32 wide, and the first image 6 and 8; row 6: `b/text.png`: it is no PNG or JPEG image',
    hint: expect.stringContaining('say `size: [HEIGHT, WIDTH]`') as unknown,
  });
});

test('or is put into quarantine', async () => {
  const { outputs } = await make('odd/**/*', { invalid: 'quarantine', size: [6, 8] });
  expect((await rowsOf(bench, outputs['value'])).map(({ file }) => file)).toEqual(['a/colour.png', 'a/gray.png', 'a/turned.jpg', 'b/large.png']);
  expect(await rowsOf(bench, outputs['quarantine'])).toMatchObject([
    { file: 'b/cut.jpg', pixels: null, reason: '`b/cut.jpg`: it is broken or cut off', row: 4 },
    { file: 'b/text.png', width: null, row: 6 },
  ]);
});

test('an IDX file that is cut off is refused when it is read', async () => {
  await expect(make('cut-idx3')).rejects.toMatchObject({ message: '`cut-idx3` is cut off or damaged: it has 1,997 of 3,000 records' });
});

test.each<[string, JsonObject, string]>([
  ['pets/expected.json', {}, '`expected.json` holds no images'],
  ['{hf-0.parquet,pets/smooth.png}', {}, '`hf-0.parquet` is a Parquet file, and `smooth.png` an image'],
  ['few-labels', {}, '`few-labels` holds labels, and no file has images'],
  ['{cut-idx3,few-labels}', {}, '`cut-idx3` has 3,000 images, and `few-labels` 2 labels'],
  ['odd/b/text.png', {}, 'the image cannot be read'],
  ['pets/smooth.png', { size: [200, 200] }, '120,000 numbers each, and at most 65,536'],
  ['hf-0.parquet', { image: 'picture' }, 'no column `picture` of the files holds images'],
])('%s %o is refused before it is read', async (input, params, message) => {
  const { diagnostics } = await bench.infer({ kind: images, input, params });
  expect(diagnostics.map((one) => one.message).join()).toContain(message);
});
