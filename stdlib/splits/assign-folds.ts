import { hashWords, type Salt } from '../../runtime/data/hash.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import { orderFloats } from '../../runtime/data/sort-floats.ts';
import { countCodes } from './stratify.ts';

/** Rows to be dealt into folds. */
export interface FoldAssignment {
  /** The positions of the rows in the table: a row's place in the ranking depends on nothing else. */
  readonly positions: Uint32Array;
  readonly folds: number;
  readonly salt: Salt;
  /** The stratum of each row, from 0 to `count` − 1; absent: there is one. */
  readonly strata?: { readonly codes: Codes; readonly count: number };
}

/**
 * The fold of each row, from 0. Rows of a stratum, ranked by a hash of their position, are dealt out in turn, each
 * stratum beginning where the one before ended: folds differ by one row at most, in every stratum and in all.
 */
export function assignFolds({ positions, folds, salt, strata }: FoldAssignment): Uint8Array {
  const order = orderFloats(Float64Array.from(positions, (position) => hashWords(position, 0, salt[0], salt[1])));
  const counts = strata === undefined ? [positions.length] : countCodes(strata.codes, strata.count);
  let begin = 0;
  const next = counts.map((count) => {
    const first = begin;
    begin += count;
    return first;
  });
  const assigned = new Uint8Array(positions.length);
  for (const row of order) {
    const stratum = strata === undefined ? 0 : (strata.codes[row] as number);
    const place = next[stratum] as number;
    assigned[row] = place % folds;
    next[stratum] = place + 1;
  }
  return assigned;
}
