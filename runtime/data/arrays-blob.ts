/** Arrays of floats with a header, as one content. */
export interface ArraysBlob<H> {
  readonly header: H;
  readonly arrays: readonly Float32Array[];
}

interface Envelope {
  readonly format: string;
  readonly header: unknown;
  readonly lengths: readonly number[];
}

/** One blob: the length of the envelope (u32, little-endian), the envelope as JSON, padding to 4 bytes, the arrays. */
export function encodeArrays<H>(format: string, { header, arrays }: ArraysBlob<H>): Uint8Array {
  const envelope: Envelope = { format, header, lengths: arrays.map((array) => array.length) };
  const text = new TextEncoder().encode(JSON.stringify(envelope));
  let at = Math.ceil((4 + text.length) / 4) * 4;
  const bytes = new Uint8Array(at + arrays.reduce((sum, array) => sum + array.byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** What `encodeArrays` made under the same format, or `undefined` for anything else. */
export function decodeArrays<H>(format: string, bytes: Uint8Array): ArraysBlob<H> | undefined {
  // A copy of its own: a Buffer may lie anywhere in a pool.
  const buffer = new Uint8Array(bytes).buffer;
  if (buffer.byteLength < 4) return undefined;
  const length = new DataView(buffer).getUint32(0, true);
  try {
    const envelope = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Envelope;
    if (envelope.format !== format) return undefined;
    let at = Math.ceil((4 + length) / 4) * 4;
    const arrays = envelope.lengths.map((count) => {
      const array = new Float32Array(buffer, at, count);
      at += array.byteLength;
      return array;
    });
    return at === buffer.byteLength ? { header: envelope.header as H, arrays } : undefined;
  } catch {
    return undefined;
  }
}
