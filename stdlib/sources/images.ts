import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Images as rows of numbers. */
export const images: Kind = sourceKind('images', {
  version: 1,
  doc: `Reads images, each a row with its \`pixels\`: whole numbers from 0 to 255, whose shape [height, width, channels] \`prepare\` knows
without being told.

- PNG and JPEG files: \`file\` (its path below the folder that all lie in), \`label\` (the name of its own folder), \`width\` and \`height\` (of the
  image as it was), \`pixels\`. An image is turned as its EXIF data says, and transparent ones lie on white; gray is 0.299 of red, 0.587 of
  green and 0.114 of blue.
- IDX files, the format of MNIST, also in gzip: \`label\` where files of labels are among them, as in \`"mnist/train-*"\`, and \`pixels\`. Files of labels
  belong to those of images in the order of their paths.
- Parquet files with a column of PNG or JPEG, as bytes or as a struct with \`bytes\`, as in data sets of Hugging Face: their other columns,
  \`width\`, \`height\`, \`pixels\`.

An image that is broken, or of another size where \`size\` is not given, makes its row invalid. An image has at most 65,536 numbers.`,
  example: `source logos = images("npm:vega-datasets/data/*.png") {
  size: [32, 32]
  channels: gray
  invalid: quarantine
}`,
});
