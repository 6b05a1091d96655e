import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Records in JSON files. */
export const json: Kind = sourceKind('json', {
  doc: `Reads records from JSON files: an array of objects, one object a line, or one after the other.

Columns are the keys of the records, in the order in which they come up; a key that a record lacks is null. Columns that
\`schema\` lists may hold values of mixed types: a number in quotes is a number, and a number a text. A key
that no record among the first \`sample_size\` has, and that \`schema\` does not list, is not read. Files that end in .gz or
.zst are taken out of their compression.`,
  example: `source movies = json("npm:vega-datasets/data/movies.json") {
  schema {
    Title: string?
    "IMDB Rating": float?
    "Release Date": date?
  }
  dateformat: "%b %d %Y"
}`,
});
