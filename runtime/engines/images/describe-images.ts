import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { JsonObject } from '../../../compiler/json.ts';
import { StepError } from '../../../compiler/kinds/run.ts';
import type { AnswerTo, DescribeNeed } from '../../../compiler/needs.ts';
import type { Column } from '../../../compiler/types.ts';
import { imageSize, type ImageShape } from './decode-image.ts';
import { imageFiles, type ImageFiles } from './image-files.ts';

/** What is looked at of Parquet files: their columns, and the bytes of the first images. */
export interface ParquetImages {
  readonly columns: (paths: readonly string[]) => Promise<readonly Column[]>;
  readonly first: (paths: readonly string[], bytes: string) => Promise<readonly Uint8Array[]>;
}

/** Numbers that an image may have: what is more does not train on a processor. */
const MOST_NUMBERS = 65_536;

/** Images that are looked at for one whose size can be read. */
export const LOOKED_AT = 20;

/** The columns of a source of images, the shape of the pixels with them. */
export async function describeImages({ files, options }: DescribeNeed, parquet: ParquetImages): Promise<AnswerTo<DescribeNeed>> {
  const found = await imageFiles(files.map(({ path }) => path));
  switch (found.form) {
    case 'pictures': {
      const shape = await pictureShape(options, found.paths.slice(0, LOOKED_AT).map((path) => () => readFile(path)));
      const label = options['label'] === 'none' ? [] : [text('label')];
      return { ok: true, columns: [text('file'), ...label, ...SIZE, pixelsOf(shape)] };
    }
    case 'idx':
      return { ok: true, columns: [...(found.pairs.every(({ labels }) => labels !== undefined) ? [whole('label')] : []), pixelsOf(idxShape(found, options))] };
    case 'parquet':
      return describeParquet(found.paths, options, parquet);
  }
}

const whole = (name: string): Column => ({ name, type: { kind: 'int' }, nullable: false, sql: 'INTEGER' });
const text = (name: string): Column => ({ name, type: { kind: 'string' }, nullable: false, sql: 'VARCHAR' });

/** The size that an image had. */
const SIZE: readonly Column[] = [whole('width'), whole('height')];

function pixelsOf(shape: ImageShape): Column {
  const [height, width, channels] = shape;
  const numbers = height * width * channels;
  if (numbers > MOST_NUMBERS) {
    throw new StepError(`images of ${height} × ${width} pixels and ${channels === 1 ? 'one channel' : 'three channels'} are ${numbers.toLocaleString('en-US')} numbers each, and at most ${MOST_NUMBERS.toLocaleString('en-US')} train on a processor`, 'say a smaller `size`, as in `size: [96, 96]`, or `channels: gray`');
  }
  return { name: 'pixels', type: { kind: 'list', item: { kind: 'int' }, nullable: false }, nullable: false, sql: 'UTINYINT[]', shape };
}

async function pictureShape(options: JsonObject, files: readonly (() => Promise<Uint8Array>)[]): Promise<ImageShape> {
  const channels = options['channels'] === 'gray' ? 1 : 3;
  const size = sizeOf(options);
  if (size !== undefined) return [...size, channels];
  for (const read of files) {
    const found = await imageSize(await read());
    if (found !== undefined) return [found.height, found.width, channels];
  }
  throw new StepError(files.length === 1 ? 'the image cannot be read, so its size is not known' : `none of the first ${files.length} images can be read, so their size is not known`, 'look at the files; or say `size: [HEIGHT, WIDTH]`, and what can be read is brought to it');
}

function sizeOf(options: JsonObject): readonly [number, number] | undefined {
  return options['size'] as readonly [number, number] | undefined;
}

function idxShape({ pairs }: Extract<ImageFiles, { form: 'idx' }>, options: JsonObject): ImageShape {
  const shapes = pairs.map(({ head: { shape } }): ImageShape => [shape[0] ?? 0, shape[1] ?? 0, shape[2] === 3 ? 3 : 1]);
  const [first = [1, 1, 1]] = shapes;
  const other = shapes.findIndex((shape) => shape.join() !== first.join());
  if (other >= 0 && sizeOf(options) === undefined) {
    throw new StepError(`the images of \`${basename(pairs[other]?.images ?? '')}\` have the shape [${shapes[other]?.join(', ')}], and those of \`${basename(pairs[0]?.images ?? '')}\` [${first.join(', ')}]`, 'say `size: [HEIGHT, WIDTH]` to bring all to one');
  }
  const channels = options['channels'] === undefined ? first[2] : options['channels'] === 'gray' ? 1 : 3;
  return [...(sizeOf(options) ?? ([first[0], first[1]] as const)), channels];
}

async function describeParquet(paths: readonly string[], options: JsonObject, parquet: ParquetImages): Promise<AnswerTo<DescribeNeed>> {
  const columns = await parquet.columns(paths);
  const { column, bytes } = imageColumn(columns, options);
  const others = columns.filter((one) => one !== column);
  const taken = others.find(({ name }) => /^(width|height|pixels)$/i.test(name));
  if (taken !== undefined) throw new StepError(`the files have a column \`${taken.name}\`, which the images would get`, 'read them with `parquet`, give it another name in SQL, and write the table to a file');
  const shape = await pictureShape(options, (await parquet.first(paths, bytes)).map((one) => () => Promise.resolve(one)));
  return { ok: true, columns: [...others, ...SIZE, pixelsOf(shape)] };
}

/** The column that holds images, and its bytes in SQL: of type BLOB, or a struct that has one, as Hugging Face writes them. */
export function imageColumn(columns: readonly Column[], options: JsonObject): { readonly column: Column; readonly bytes: string } {
  const fits = columns.filter(({ sql }) => bytesOf('', sql) !== undefined);
  const named = options['image'] as string | undefined;
  const [only, ...more] = named === undefined ? fits : fits.filter(({ name }) => name.toLowerCase() === named.toLowerCase());
  if (only !== undefined && more.length === 0) return { column: only, bytes: bytesOf(`"${only.name.replaceAll('"', '""')}"`, only.sql) ?? '' };
  const shown = fits.map(({ name }) => `\`${name}\``).join(', ');
  if (named !== undefined) throw new StepError(`no column \`${named}\` of the files holds images`, fits.length === 0 ? 'images are bytes of PNG or JPEG, in a column of BLOB or of a struct with `bytes`' : `what does: ${shown}`);
  if (only === undefined) throw new StepError('no column of the files holds images, as bytes of PNG or JPEG', 'pixels in lists of numbers are read by `parquet`, and `array { pixels: [28, 28, 1] }` in `prepare` says their shape');
  throw new StepError(`several columns of the files may hold images: ${shown}`, `say which: \`image: "${only.name}"\``);
}

function bytesOf(name: string, sql: string): string | undefined {
  if (sql === 'BLOB') return name;
  return /^STRUCT\(.*\bbytes"? BLOB/.test(sql) ? `${name}.bytes` : undefined;
}
