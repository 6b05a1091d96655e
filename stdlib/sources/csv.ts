import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Tables in text, a row a line. */
export const csv: Kind = sourceKind('csv', {
  doc: `Reads tables from text files with a row a line: CSV, TSV and the like.

Columns that \`schema\` lists are read as text and converted; types of others are found by looking at \`sample_size\` rows,
and a later value of another type is an error. Found are int, float, date, time and timestamp in ISO 8601, and bool from
true and false; anything else is text. A line with too few or too many values is an error, and so is one that ends
otherwise than the first; nothing is skipped but empty lines. A second column called \`a\` is \`a_1\`, one without a name
\`column0\`, by its place. Files that end in .gz or .zst are taken out of their compression.`,
  example: `source weather = csv("npm:vega-datasets/data/seattle-weather.csv") {
  schema {
    date: date
    temp_max: float(where: "temp_max > -60")
  }
  dedupe: [date]
}`,
});
