import type { Kind } from '../../compiler/kinds/kind.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { inferSource } from './infer-source.ts';
import { runSource } from './run-source.ts';
import { sourceParams } from './source-params.ts';

const SHARED_DOC = `Done in this order: the files are read, in the order of their paths, up to \`limit\` rows; \`schema\` converts values and
tells invalid rows; \`dedupe\` keeps one row of each key; \`unique\` is checked. Columns stay in the order of the files.

A conversion drops no part of a value. What does not fit makes its row invalid, as does a null in a column whose type has
no \`?\`, and a \`where\` that is false (one that a null leaves open is not):

- int: whole numbers up to 64 bits, exactly; from text digits with a sign, also \`3.0\`, but not \`3.7\`, \`1e3\` or \`1,234\`
- float: numbers, NaN and infinities; what is beyond 1e308 is invalid; digits that it has no place for are rounded
- decimal: digits behind its scale are rounded; a number that is too large is invalid
- bool: from text true and false, t and f, yes and no, y and n, 1 and 0, in any case; from numbers 1 and 0
- date, time, timestamp: ISO 8601, or as \`dateformat\` and \`timestampformat\` say; a timestamp with a time of day is no date;
  an offset such as +02:00 is applied, and the result is in UTC
- string: everything but lists and structs, as it is written

A bool is made of \`yes\` and \`1\` only where \`schema\` says bool.`;

/** Makes the kind of a source from what differs between formats. */
export function sourceKind(format: FileFormat, { doc, example, version = 2 }: { readonly doc: string; readonly example: string; readonly version?: number }): Kind {
  return {
    name: format,
    keyword: 'source',
    version,
    doc: `${doc}\n\n${SHARED_DOC}`,
    example,
    inputs: [{ name: 'files', accepts: ['file'], doc: 'A path, a glob, or `npm:package/path`. Paths start at the folder of the file that says them.' }],
    params: sourceParams(format),
    // `schema` is in the key with its conditions as parse trees; what the files hold is told by their digests.
    unkeyed: ['schema', 'partitions', 'described', 'time'],
    engine: 'duckdb',
    seeded: false,
    guarantee: 'bitwise',
    infer: (context) => inferSource(format, context),
    run: (context) => runSource(format, context),
  };
}
