import { createHash } from 'node:crypto';

/** What turns one hash function into many: four words derived from a seed. */
export type Salt = readonly [number, number, number, number];

/** Derives a salt from a step's seed. Different purposes of one step get unrelated salts. */
export function deriveSalt(seed: string, purpose: string): Salt {
  const digest = createHash('sha256').update(`${purpose}:${seed}`).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
}

/**
 * 32 bits that depend on every bit of a 64-bit key (two words) and of the salt's pair: MurmurHash3_x86_32 of the two
 * words, begun at `start` and with `end` mixed in before its finaliser.
 */
export function hashWords(low: number, high: number, start: number, end: number): number {
  let h = mixBlock(mixBlock(start, low), high) ^ end;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixBlock(h: number, block: number): number {
  let k = Math.imul(block, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  h ^= Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

/** The fold (0 to `count` − 1) of each row, by its position in the table. At most 255 folds. */
export function foldsOfRows(rows: Uint32Array, count: number, salt: Salt): Uint8Array {
  const folds = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) folds[i] = hashWords(rows[i] ?? 0, 0, salt[0], salt[1]) % count;
  return folds;
}
