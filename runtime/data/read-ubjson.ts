import type { Json } from '../../compiler/json.ts';

/**
 * Reads a value in Universal Binary JSON (draft 12), the format of XGBoost's models (`.ubj`): big-endian numbers, and
 * containers whose type and count may stand in front. Integers of 64 bits become the nearest number. Throws a
 * `RangeError` or a `SyntaxError` for what is cut off or no UBJSON.
 */
export function readUbjson(bytes: Uint8Array): Json {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readValue({ bytes, view, at: 0 });
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

function readMarker(reader: Reader): string {
  return String.fromCharCode(reader.view.getUint8(reader.at++));
}

function readValue(reader: Reader, marker = readMarker(reader)): Json {
  switch (marker) {
    case 'Z':
      return null;
    case 'T':
      return true;
    case 'F':
      return false;
    case 'S':
      return readText(reader, readCount(reader));
    case 'C':
      return readText(reader, 1);
    case '[':
      return readArray(reader);
    case '{':
      return readObject(reader);
    default:
      return readNumber(reader, marker);
  }
}

function readNumber(reader: Reader, marker: string): number {
  const { view, at } = reader;
  const take = (size: number, value: number): number => {
    reader.at += size;
    return value;
  };
  switch (marker) {
    case 'i':
      return take(1, view.getInt8(at));
    case 'U':
      return take(1, view.getUint8(at));
    case 'I':
      return take(2, view.getInt16(at));
    case 'l':
      return take(4, view.getInt32(at));
    case 'L':
      return take(8, Number(view.getBigInt64(at)));
    case 'd':
      return take(4, view.getFloat32(at));
    case 'D':
      return take(8, view.getFloat64(at));
    default:
      throw new SyntaxError(`\`${marker}\` at byte ${at - 1} is no UBJSON`);
  }
}

function readCount(reader: Reader): number {
  return readNumber(reader, readMarker(reader));
}

function readText(reader: Reader, length: number): string {
  const { bytes, at } = reader;
  if (length < 0 || at + length > bytes.length) throw new RangeError('the text is cut off');
  reader.at += length;
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('utf8');
}

/** What may stand in front of a container's items: their type, where all have the same, and their number. */
function readHead(reader: Reader): { readonly type?: string; readonly count?: number } {
  const type = skip(reader, '$') ? { type: readMarker(reader) } : {};
  return skip(reader, '#') ? { ...type, count: readCount(reader) } : {};
}

function skip(reader: Reader, marker: string): boolean {
  const found = peek(reader) === marker;
  if (found) reader.at += 1;
  return found;
}

function peek({ view, at }: Reader): string {
  return String.fromCharCode(view.getUint8(at));
}

function readArray(reader: Reader): Json[] {
  const { type, count } = readHead(reader);
  const items: Json[] = [];
  while (count === undefined ? peek(reader) !== ']' : items.length < count) items.push(readValue(reader, type));
  if (count === undefined) reader.at += 1;
  return items;
}

function readObject(reader: Reader): Record<string, Json> {
  const { type, count } = readHead(reader);
  const entries: [string, Json][] = [];
  while (count === undefined ? peek(reader) !== '}' : entries.length < count) {
    const key = readText(reader, readCount(reader));
    entries.push([key, readValue(reader, type)]);
  }
  if (count === undefined) reader.at += 1;
  return Object.fromEntries(entries);
}
