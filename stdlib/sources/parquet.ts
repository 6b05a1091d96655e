import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Columns in Parquet files. */
export const parquet: Kind = sourceKind('parquet', {
  doc: `Reads tables from Parquet files.

The files say their own types; a column that \`schema\` lists with the type that it has stays as it is, in its own width.`,
  example: `source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") {
  limit: 3_000_000
  schema {
    date: timestamp
    distance: int(where: "distance > 0")
  }
  dedupe: [date, origin, destination]
  invalid: quarantine
}`,
});
