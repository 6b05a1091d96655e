import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * Whether a compressed file is whole: `cut` where it ends too early, `other` where it is not compressed like this.
 * DuckDB reads one that is cut off as far as it goes, and says nothing.
 */
export async function checkCompressed(path: string, compression: 'gzip' | 'zstd'): Promise<'whole' | 'cut' | 'other'> {
  return compression === 'gzip' ? checkGzip(path) : checkZstd(path);
}

async function checkGzip(path: string): Promise<'whole' | 'cut' | 'other'> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere);
    return 'whole';
  } catch (error) {
    const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
    if (!code.startsWith('Z_')) throw error;
    return message.includes('incorrect header check') ? 'other' : 'cut';
  }
}

/** Walks from block to block by their sizes, without taking them apart (RFC 8878, section 3.1). */
async function checkZstd(path: string): Promise<'whole' | 'cut' | 'other'> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let at = 0;
    while (at < size) {
      const next = await frameEnd(file, at);
      if (next === undefined) return at === 0 ? 'other' : 'cut';
      if (next > size) return 'cut';
      at = next;
    }
    return 'whole';
  } finally {
    await file.close();
  }
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** Where the frame that begins at a place ends; Infinity where the file ends before, `undefined` where none begins. */
async function frameEnd(file: FileHandle, start: number): Promise<number | undefined> {
  const head = await bytesAt(file, start, 8);
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
  if ((magic & ~0xf) >>> 0 === SKIPPABLE) return head.length < 8 ? Infinity : start + 8 + head.readUInt32LE(4);
  if (magic !== MAGIC) return undefined;
  const descriptor = head[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = start + 5 + (single ? 0 : 1) + dictionary + content;
  for (;;) {
    const block = await bytesAt(file, at, 3);
    if (block.length < 3) return Infinity;
    const header = block.readUIntLE(0, 3);
    // A block of type 1 is one byte, repeated.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
    if ((header & 1) === 1) return at + ((descriptor & 4) !== 0 ? 4 : 0);
  }
}

async function bytesAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
}
