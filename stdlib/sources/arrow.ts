import type { Kind } from '../../compiler/kinds/kind.ts';
import { sourceKind } from './source-kind.ts';

/** Columns in files of Arrow's IPC format. */
export const arrow: Kind = sourceKind('arrow', {
  doc: `Reads tables from Arrow files: the IPC format with a footer (also called Feather, version 2), or as a stream.

The files say their own types, and all have the same columns. Timestamps with a zone are in UTC. Dictionaries of text are
text. Buffers may be compressed with LZ4, and with Zstandard from Node 22.15 on. Lists, structs and binary values are not read:
write those as Parquet.`,
  example: `source flights = arrow("npm:vega-datasets/data/flights-200k.arrow") {
  schema {
    distance: int(where: "distance > 0")
  }
}`,
});
