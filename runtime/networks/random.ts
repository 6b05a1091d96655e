import { deriveSalt, hashWords } from '../data/hash.ts';

/**
 * Uniform numbers from 0 (included) to 1 (excluded), of 24 bits, as floats of 32 have. The sequence follows from seed
 * and purpose alone, so that training which goes on after a kill draws what it would have drawn.
 */
export function uniformNumbers(seed: string, purpose: string): () => number {
  const salt = deriveSalt(seed, purpose);
  let count = 0;
  return () => (hashWords(count++, salt[2], salt[0], salt[1]) >>> 8) * 2 ** -24;
}

/** The rows in the order in which an epoch takes them: a Fisher–Yates shuffle of its own for each epoch. */
export function shuffledRows(rows: number, seed: string, epoch: number): Uint32Array {
  const next = uniformNumbers(seed, `shuffle ${epoch}`);
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  for (let last = rows - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const row = order[last] as number;
    order[last] = order[other] as number;
    order[other] = row;
  }
  return order;
}

/** A dropout mask: 0 for a share `rate` of the places, 1 / (1 − rate) for the others. */
export function dropoutMask(length: number, rate: number, next: () => number): Float32Array {
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(length);
  for (let at = 0; at < length; at++) mask[at] = next() < rate ? 0 : kept;
  return mask;
}
