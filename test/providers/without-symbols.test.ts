import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BadWheelError, unpackWheel } from '../../runtime/providers/unpack-wheel.ts';
import { withoutSymbols } from '../../runtime/providers/without-symbols.ts';
import { makeZip } from './make-zip.ts';

const [LENGTH, SECTIONS] = [900, 600];
const [SECTION_TABLE, SECTION_COUNT, SEGMENT_TABLE, SEGMENT_COUNT, CLASS] = [40, 60, 32, 56, 4];

/** A library in ELF with two segments, the second of which ends at byte 500; other bytes are their places. */
function library(change: (bytes: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.from(Array.from({ length: LENGTH }, (_, at) => at % 251));
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]).copy(bytes);
  bytes.writeBigUInt64LE(64n, SEGMENT_TABLE);
  bytes.writeBigUInt64LE(BigInt(SECTIONS), SECTION_TABLE);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, SEGMENT_COUNT);
  [[0n, 300n], [320n, 180n]].forEach(([offset = 0n, length = 0n], index) => {
    bytes.writeBigUInt64LE(offset, 64 + 56 * index + 8);
    bytes.writeBigUInt64LE(length, 64 + 56 * index + 32);
  });
  change(bytes);
  return bytes;
}

const piecesOf = (bytes: Buffer, size: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
const through = (bytes: Buffer, size: number): Promise<Buffer> => buffer(Readable.from(piecesOf(bytes, size)).pipe(withoutSymbols()));

const cut = Buffer.from(library().subarray(0, 500));
cut.fill(0, SECTION_TABLE, SECTION_TABLE + 8);
cut.fill(0, SECTION_COUNT, SECTION_COUNT + 4);

test.each([1, 7, 63, 64, 175, 176, 500, 501, LENGTH])('of a library that comes in pieces of %i bytes, its segments are left', async (size) => {
  expect(await through(library(), size)).toEqual(cut);
});

test.each<[string, Buffer]>([
  ['text', Buffer.from('x'.repeat(700))],
  ['nothing', Buffer.alloc(0)],
  ['four bytes of a library', library().subarray(0, 4)],
  ['a header and no more', library().subarray(0, 64)],
  ['a library of 32 bits', library((bytes) => bytes.writeUInt8(1, CLASS))],
  ['a library without segments', library((bytes) => bytes.writeUInt16LE(0, SEGMENT_COUNT))],
  ['segments that are told of far away', library((bytes) => bytes.writeBigUInt64LE(2n ** 60n, SEGMENT_TABLE))],
])('%s passes as it is', async (_, bytes) => {
  for (const size of [1, 64, LENGTH]) expect(await through(bytes, size)).toEqual(bytes);
});

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlp-symbols-'));
  await mkdir(join(root, 'inside'));
});
afterEach(() => rm(root, { recursive: true }));

async function unpack(checksum: number | undefined) {
  const wheel = join(root, 'a.whl');
  await writeFile(wheel, makeZip([{ name: 'lib.so', data: library(), ...(checksum === undefined ? {} : { checksum }) }]));
  return unpackWheel(wheel, join(root, 'inside'), { keeps: () => true, withoutSymbols: true });
}

test('size and digest are those of what is left', async () => {
  expect(await unpack(undefined)).toEqual([{ name: 'lib.so', size: 500, sha256: createHash('sha256').update(cut).digest('hex') }]);
  expect(await readFile(join(root, 'inside/lib.so'))).toEqual(cut);
});

test('the checksum of the archive is that of all', async () => {
  await expect(unpack(1)).rejects.toThrow(BadWheelError);
});
