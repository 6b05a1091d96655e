import { createReadStream } from 'node:fs';

/** A line that ends otherwise than the first, counted from 1. */
export interface OtherLineEnd {
  readonly line: number;
  readonly first: string;
  readonly other: string;
}

const CR = 13;
const LF = 10;
const QUOTE = 34;

/** The first line of a text file that ends otherwise than its first line, where there is one; values in quotes count not. */
export async function findOtherLineEnd(path: string): Promise<OtherLineEnd | undefined> {
  let line = 1;
  let first: string | undefined;
  let quoted = false;
  let returned = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      const end = byte === LF ? (returned ? '\\r\\n' : '\\n') : returned ? '\\r' : undefined;
      returned = byte === CR && !quoted;
      if (byte === QUOTE) quoted = !quoted;
      if (quoted || end === undefined) continue;
      first ??= end;
      if (end !== first) return { line, first, other: end };
      line++;
    }
  }
  return undefined;
}
