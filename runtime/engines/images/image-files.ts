import { basename, extname } from 'node:path';
import { StepError } from '../../../compiler/kinds/run.ts';
import { readStart } from '../duckdb/file-start.ts';
import { readIdxHead, type IdxHead } from './idx.ts';

/** A file of images in the format of MNIST, with the file of their labels, where there is one. */
export interface IdxPair {
  readonly images: string;
  readonly head: IdxHead;
  readonly labels?: string;
}

/** Files of images, all of one form. */
export type ImageFiles =
  | { readonly form: 'pictures'; readonly paths: readonly string[] }
  | { readonly form: 'parquet'; readonly paths: readonly string[] }
  | { readonly form: 'idx'; readonly pairs: readonly IdxPair[] };

const PICTURE = /^\.(png|jpe?g)$/i;
const OTHER_PICTURE = /^\.(webp|gif|bmp|tiff?|heic|avif|svg)$/i;
const FORMS = 'images are PNG or JPEG files, IDX files as those of MNIST, or Parquet files with a column of PNG or JPEG';

/** Finds out of which form files are: pictures by their names, others by their first bytes. */
export async function imageFiles(paths: readonly string[]): Promise<ImageFiles> {
  const found = await Promise.all(paths.map(formOf));
  const [form = 'pictures'] = found;
  const other = found.findIndex((one) => one !== form);
  if (other >= 0) {
    throw new StepError(`\`${basename(paths[0] ?? '')}\` is ${NAMES[form]}, and \`${basename(paths[other] ?? '')}\` ${NAMES[found[other] ?? form]}`, 'make a source for each form, and bring them together in SQL');
  }
  return form === 'idx' ? { form, pairs: await pairFiles(paths) } : { form, paths };
}

const NAMES = { pictures: 'an image', parquet: 'a Parquet file', idx: 'an IDX file' } as const;

async function formOf(path: string): Promise<ImageFiles['form']> {
  const extension = extname(path);
  const name = basename(path);
  if (PICTURE.test(extension)) return 'pictures';
  if (OTHER_PICTURE.test(extension)) throw new StepError(`\`${name}\` is of the format ${extension.slice(1).toLowerCase()}, which is not read`, 'convert it to PNG or JPEG');
  const start = await readStart(path, 4);
  if (start.length === 0) throw new StepError(`\`${name}\` is empty`);
  if (start.toString('latin1') === 'PAR1') return 'parquet';
  if ((start[0] === 0x1f && start[1] === 0x8b) || (start[0] === 0 && start[1] === 0)) return 'idx';
  throw new StepError(`\`${name}\` holds no images`, `${FORMS}; name these alone, as in \`photos/**/*.png\``);
}

/** Images are told by their axes; the files of labels go with them in the order of the paths. */
async function pairFiles(paths: readonly string[]): Promise<IdxPair[]> {
  const heads = await Promise.all(paths.map(readIdxHead));
  const files = paths.map((path, i) => ({ path, head: heads[i] as IdxHead }));
  const labels = files.filter(({ head }) => head.shape.length === 0);
  const images = files.filter(({ head }) => head.shape.length > 0);
  const flat = images.find(({ head: { shape } }) => shape.length !== 2 && !(shape.length === 3 && (shape[2] === 1 || shape[2] === 3)));
  if (flat !== undefined) throw new StepError(`the records of \`${basename(flat.path)}\` have the shape [${flat.head.shape.join(', ')}], which is that of no image`, 'an image has height and width, and one or three channels behind them');
  if (images.length === 0) throw new StepError(`\`${basename(paths[0] ?? '')}\` holds labels, and no file has images`, 'let the path take both, as in `mnist/train-*-ubyte.gz`');
  if (labels.length > 0 && labels.length !== images.length) throw new StepError(`${images.length} of the files have images and ${labels.length} labels: which belong together is not clear`, 'name one file of each, or as many of both');
  return images.map(({ path, head }, i) => {
    const own = labels[i];
    if (own === undefined) return { images: path, head };
    if (own.head.count !== head.count) throw new StepError(`\`${basename(path)}\` has ${head.count.toLocaleString('en-US')} images, and \`${basename(own.path)}\` ${own.head.count.toLocaleString('en-US')} labels`, 'name files that belong together');
    return { images: path, head, labels: own.path };
  });
}
