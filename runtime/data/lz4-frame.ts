const MAGIC = 0x184d2204;
const BLOCK_IS_PLAIN = 0x8000_0000;
const SHORTEST_MATCH = 4;

/**
 * Decompresses a frame of LZ4 (LZ4 Frame Format 1.6.4 and LZ4 Block Format, by Collet), whose blocks may refer to what stands
 * before them. Checksums are not looked at: what is read is kept under a digest of its own. Throws a RangeError when the
 * frame is cut off or damaged.
 */
export function decompressLz4(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('this is no frame of LZ4');
  const flags = view.getUint8(4);
  const blockChecksums = (flags & 0x10) !== 0;
  // Flags and block size, then a content's size and a dictionary's number where there are any, then a checksum.
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const out: Output = { bytes: new Uint8Array(4 * bytes.length), size: 0 };
  for (;;) {
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) return out.bytes.subarray(0, out.size);
    const length = header % BLOCK_IS_PLAIN;
    const block = bytes.subarray(at, at + length);
    if (block.length < length) throw cutOff();
    if (header >= BLOCK_IS_PLAIN) append(out, block);
    else decompressBlock(block, out);
    at += block.length + (blockChecksums ? 4 : 0);
  }
}

interface Output {
  bytes: Uint8Array;
  size: number;
}

/** Each sequence is literals, then a match: a copy of bytes that were written before. The last has no match. */
function decompressBlock(block: Uint8Array, out: Output): void {
  let at = 0;
  const more = (least: number): number => {
    let length = least;
    if (least !== 15) return length;
    for (let byte = 255; byte === 255; length += byte) {
      if (at >= block.length) throw cutOff();
      byte = block[at++]!;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = more(token >> 4);
    if (at + literals > block.length) throw cutOff();
    append(out, block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) break;
    if (at + 2 > block.length) throw cutOff();
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    copyMatch(out, distance, more(token & 15) + SHORTEST_MATCH);
  }
}

/** A match may reach into itself, where it repeats what it has just written. */
function copyMatch(out: Output, distance: number, length: number): void {
  if (distance === 0 || distance > out.size) throw new RangeError('a match of LZ4 begins before the data');
  reserve(out, length);
  const { bytes, size } = out;
  if (distance >= length) bytes.copyWithin(size, size - distance, size - distance + length);
  else for (let i = size; i < size + length; i++) bytes[i] = bytes[i - distance]!;
  out.size += length;
}

function append(out: Output, bytes: Uint8Array): void {
  reserve(out, bytes.length);
  out.bytes.set(bytes, out.size);
  out.size += bytes.length;
}

function reserve(out: Output, length: number): void {
  if (out.size + length <= out.bytes.length) return;
  const larger = new Uint8Array(Math.max(2 * out.bytes.length, out.size + length));
  larger.set(out.bytes.subarray(0, out.size));
  out.bytes = larger;
}

function cutOff(): RangeError {
  return new RangeError('a frame of LZ4 is cut off');
}
