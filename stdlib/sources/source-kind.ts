import type { Kind } from '../../compiler/kinds/kind.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import { inferSource } from './infer-source.ts';
import { runSource } from './run-source.ts';
import { sourceParams } from './source-params.ts';

const SHARED_DOC = `Done in this order: the files are read, in the order of their paths, up to \`limit\` rows; \`schema\` converts values and
tells invalid rows; \`dedupe\` keeps the first row of each key; \`unique\` is checked. Columns stay in the order of the files.

A conversion drops no part of a value: 3.7 is no int, a time of day no date, 2 no bool; an offset in a timestamp is
applied, and the result is in UTC. NaN and infinities are floats like others. What does not fit makes its row invalid, as
does a null in a column whose type has no \`?\`, and a \`where\` that is false (one that a null leaves open is not).`;

/** Makes the kind of a source from what differs between formats. */
export function sourceKind(format: FileFormat, { doc, example }: { readonly doc: string; readonly example: string }): Kind {
  return {
    name: format,
    keyword: 'source',
    version: 1,
    doc: `${doc}\n\n${SHARED_DOC}`,
    example,
    inputs: [{ name: 'files', accepts: ['file'], doc: 'A path, a glob, or `npm:package/path`. Paths start at the folder of the file that says them.' }],
    params: sourceParams(format),
    // `schema` is in the key with its conditions as parse trees; what the files hold is told by their digests.
    unkeyed: ['schema', 'described', 'time'],
    engine: 'duckdb',
    seeded: false,
    guarantee: 'bitwise',
    infer: (context) => inferSource(format, context),
    run: (context) => runSource(format, context),
  };
}
