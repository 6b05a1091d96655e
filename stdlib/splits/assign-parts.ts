import { hashWords, type Salt } from '../../runtime/data/hash.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import type { Shares } from './shares.ts';

/** Rows to be dealt into parts. Arrays have one entry a row, unless said otherwise. */
export interface Assignment {
  readonly rows: number;
  /** The stratum of each row; absent: all rows are of stratum 0. */
  readonly strata?: Codes;
  /** How many rows of each stratum go to train, validate and test. */
  readonly quotas: readonly (readonly [number, number, number])[];
  /** Two words a row that say who it is, whatever its position; absent: the row's position. */
  readonly keys?: Uint32Array;
  readonly salt: Salt;
}

/** Histograms of all strata together have at most this many cells. */
const CELLS = 2 ** 20;

/**
 * The part code of each row. Rows of a stratum are ranked by (hash of key and salt, position); the first ranks are
 * training rows, the next validation rows, the rest test rows, to a row as many as the quotas say. A radix select: only
 * the rows in the buckets of the two cuts are sorted, so the time is linear.
 */
export function assignParts(assignment: Assignment): Uint8Array {
  const { rows, strata, quotas } = assignment;
  const hashes = highHashes(assignment);
  const bits = Math.max(1, Math.min(16, Math.floor(Math.log2(CELLS / quotas.length))));
  const shift = 32 - bits;
  const histogram = new Uint32Array(quotas.length << bits);
  for (let i = 0; i < rows; i++) {
    const cell = ((strata === undefined ? 0 : (strata[i] as number)) << bits) | ((hashes[i] as number) >>> shift);
    histogram[cell] = (histogram[cell] as number) + 1;
  }
  const cuts = quotas.map(([train, validate], stratum) => {
    const cells = histogram.subarray(stratum << bits, (stratum + 1) << bits);
    return [findCut(cells, train), findCut(cells, train + validate)] as const;
  });
  const first = Uint32Array.from(cuts, ([cut]) => cut.bucket);
  const second = Uint32Array.from(cuts, ([, cut]) => cut.bucket);
  const parts = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const stratum = strata === undefined ? 0 : (strata[i] as number);
    const bucket = (hashes[i] as number) >>> shift;
    const a = first[stratum] as number;
    const b = second[stratum] as number;
    parts[i] = bucket < a ? 0 : bucket < b ? 1 : 2;
    if (bucket === a) cuts[stratum]?.[0].rows.push(i);
    if (bucket === b) cuts[stratum]?.[1].rows.push(i);
  }
  settleCuts(assignment, hashes, cuts, parts);
  return parts;
}

/** Rows to be dealt into parts by their hashes alone. */
export interface StableAssignment extends Hashed {
  readonly shares: Shares;
}

/** The part code of each row, of its hash alone: 2³² hashes are cut by the shares, whatever other rows there are. */
export function assignStable({ shares: [train, validate], ...assignment }: StableAssignment): Uint8Array {
  const cuts = [train, train + validate].map((share) => Math.round(share * 2 ** 32));
  const [first, second] = cuts as [number, number];
  return Uint8Array.from(highHashes(assignment), (hash) => (hash < first ? 0 : hash < second ? 1 : 2));
}

interface Cut {
  /** The bucket in which the cut lies; one past the last, if no row is behind it. */
  readonly bucket: number;
  /** How many of the bucket's rows, by rank, are before the cut. */
  readonly before: number;
  readonly rows: number[];
}

function findCut(cells: Uint32Array, rank: number): Cut {
  let bucket = 0;
  let sum = 0;
  while (bucket < cells.length && sum + (cells[bucket] as number) <= rank) sum += cells[bucket++] as number;
  return { bucket, before: rank - sum, rows: [] };
}

/** Ranks the rows of the buckets in which the cuts lie. */
function settleCuts(assignment: Assignment, hashes: Uint32Array, cuts: readonly (readonly [Cut, Cut])[], parts: Uint8Array): void {
  const low = (row: number): number => hashOf(assignment, row, 2);
  const byRank = (a: number, b: number): number => (hashes[a] as number) - (hashes[b] as number) || low(a) - low(b) || a - b;
  for (const [train, validate] of cuts) {
    const isTrain = new Set(train.rows.sort(byRank).slice(0, train.before));
    for (const row of train.rows) parts[row] = isTrain.has(row) ? 0 : 1;
    for (const [rank, row] of validate.rows.sort(byRank).entries()) if (!isTrain.has(row)) parts[row] = rank < validate.before ? 1 : 2;
  }
}

type Hashed = Pick<Assignment, 'rows' | 'keys' | 'salt'>;

function highHashes(assignment: Hashed): Uint32Array {
  const hashes = new Uint32Array(assignment.rows);
  for (let i = 0; i < hashes.length; i++) hashes[i] = hashOf(assignment, i, 0);
  return hashes;
}

/** 32 of the 64 bits by which a row is ranked: those of the salt's pair at `pair`. */
function hashOf({ keys, salt }: Hashed, row: number, pair: 0 | 2): number {
  return keys === undefined
    ? hashWords(row, 0, salt[pair], salt[pair + 1] as number)
    : hashWords(keys[row * 2] as number, keys[row * 2 + 1] as number, salt[pair], salt[pair + 1] as number);
}
