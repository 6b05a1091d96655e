import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Records in JSON, one a line. */
export const ndjson: Kind = sourceKind('ndjson', {
  doc: `Reads records from files with a JSON object a line (JSON Lines).

Columns are the keys of the records, in the order in which they come up; a key that a record lacks is null. Columns that
\`schema\` lists may hold values of mixed types: a number in quotes is a number, and a number a text. A key
that no record among the first \`sample_size\` has, and that \`schema\` does not list, is not read. Files that end in .gz or
.zst are taken out of their compression.`,
  example: `source events = ndjson("events/*.ndjson") {
  schema {
    id: int
    at: timestamp
    amount: decimal(12, 2)?
  }
  unique: [id]
  invalid: quarantine
}`,
});
