import type { IntegerArray } from './matrix.ts';

/** Arrays with a header, as one content. */
export interface ArraysBlob<H, A extends BlobArray = Float32Array> {
  readonly header: H;
  readonly arrays: readonly A[];
}

/** What a content can hold. */
export type BlobArray = Float32Array | IntegerArray;

const TYPES = { f4: Float32Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, i1: Int8Array, i2: Int16Array, i4: Int32Array } as const;

type TypeName = keyof typeof TYPES;

interface Envelope {
  readonly format: string;
  readonly header: unknown;
  readonly lengths: readonly number[];
  /** Absent where all are of `f4`. */
  readonly types?: readonly TypeName[];
}

/** One blob: the length of the envelope (u32, little-endian), the envelope as JSON, then the arrays, each aligned to 4 bytes. */
export function encodeArrays<H, A extends BlobArray>(format: string, { header, arrays }: ArraysBlob<H, A>): Uint8Array {
  const types = arrays.map(typeName);
  const own = types.every((type) => type === 'f4') ? {} : { types };
  const envelope: Envelope = { format, header, lengths: arrays.map((array) => array.length), ...own };
  const text = new TextEncoder().encode(JSON.stringify(envelope));
  let at = aligned(4 + text.length);
  const bytes = new Uint8Array(at + arrays.reduce((sum, array) => sum + aligned(array.byteLength), 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  return bytes;
}

/** What `encodeArrays` made under the same format of arrays of these types, or `undefined` for anything else. */
export function decodeArrays<H, A extends BlobArray = Float32Array>(format: string, bytes: Uint8Array): ArraysBlob<H, A> | undefined {
  // A copy of its own: a Buffer may lie anywhere in a pool.
  const buffer = new Uint8Array(bytes).buffer;
  if (buffer.byteLength < 4) return undefined;
  const length = new DataView(buffer).getUint32(0, true);
  try {
    const envelope = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Envelope;
    if (envelope.format !== format) return undefined;
    let at = aligned(4 + length);
    const arrays = envelope.lengths.map((count, index) => {
      const array = new TYPES[envelope.types?.[index] ?? 'f4'](buffer, at, count) as A;
      at += aligned(array.byteLength);
      return array;
    });
    return at === buffer.byteLength ? { header: envelope.header as H, arrays } : undefined;
  } catch {
    return undefined;
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function typeName(array: BlobArray): TypeName {
  return (Object.keys(TYPES) as TypeName[]).find((name) => array instanceof TYPES[name]) as TypeName;
}
