import { queriesOf, type Codes, type Target } from './matrix.ts';

/**
 * What a model says of the rows of a part, with the truth beside it: all that metrics need.
 *
 * `values` has, for a regression or a ranking, shape (rows); for two classes, shape (rows), the probability of the last class; for
 * k > 2 classes, shape (rows, k) in row-major order.
 */
export interface Scores {
  readonly rows: number;
  readonly target: Target;
  readonly values: Float32Array | Float64Array;
}

/** How the bytes behind it are to be read: the types of truth and values, and the number of values a row, `width`. */
export interface ScoresHeader {
  readonly rows: number;
  readonly classes?: readonly string[];
  readonly truth: 'u1' | 'u2' | 'u4' | 'f8';
  readonly values: 'f4' | 'f8';
  readonly width: number;
  /** The query of each row stands between truth and values, as u4. */
  readonly queries?: true;
}

const ALIGNMENT = 8;

/** One blob: length of the header (u32), the header as JSON, then truth and values, each aligned to 8 bytes. */
export function encodeScores(scores: Scores): Uint8Array {
  const { target, values, rows } = scores;
  const truth = target.kind === 'classes' ? target.codes : target.values;
  const queries = queriesOf(target);
  const header: ScoresHeader = {
    rows,
    ...(target.kind === 'classes' ? { classes: target.classes } : {}),
    truth: truth instanceof Float64Array ? 'f8' : truth instanceof Uint8Array ? 'u1' : truth instanceof Uint16Array ? 'u2' : 'u4',
    values: values instanceof Float32Array ? 'f4' : 'f8',
    width: rows === 0 ? 1 : values.length / rows,
    ...(queries === undefined ? {} : { queries: true }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const truthAt = align(4 + text.length);
  const queriesAt = align(truthAt + truth.byteLength);
  const valuesAt = align(queriesAt + (queries?.byteLength ?? 0));
  const bytes = new Uint8Array(valuesAt + values.byteLength);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(new Uint8Array(truth.buffer, truth.byteOffset, truth.byteLength), truthAt);
  if (queries !== undefined) bytes.set(new Uint8Array(queries.buffer, queries.byteOffset, queries.byteLength), queriesAt);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), valuesAt);
  return bytes;
}

/** Reads what `encodeScores` made. */
export function decodeScores(bytes: Uint8Array): Scores {
  // A copy of its own: a Buffer may lie anywhere in a pool.
  const buffer = new Uint8Array(bytes).buffer;
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as ScoresHeader;
  const truthAt = align(4 + length);
  const truth = typed(header.truth, buffer, truthAt, header.rows);
  const queriesAt = align(truthAt + truth.byteLength);
  const queries = header.queries === true ? { queries: new Uint32Array(buffer, queriesAt, header.rows) } : {};
  const valuesAt = align(queriesAt + (queries.queries?.byteLength ?? 0));
  const values = typed(header.values, buffer, valuesAt, header.rows * header.width) as Float32Array | Float64Array;
  const target: Target =
    header.classes === undefined
      ? { kind: 'numbers', values: truth as Float64Array, ...queries }
      : { kind: 'classes', classes: header.classes, codes: truth as Codes };
  return { rows: header.rows, target, values };
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

function typed(type: ScoresHeader['truth' | 'values'], buffer: ArrayBuffer, at: number, length: number) {
  switch (type) {
    case 'u1':
      return new Uint8Array(buffer, at, length);
    case 'u2':
      return new Uint16Array(buffer, at, length);
    case 'u4':
      return new Uint32Array(buffer, at, length);
    case 'f4':
      return new Float32Array(buffer, at, length);
    case 'f8':
      return new Float64Array(buffer, at, length);
  }
}
