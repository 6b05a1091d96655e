import type { Codes } from './matrix.ts';
import { sortSingles } from './sort-floats.ts';
import { takeRows } from './take-rows.ts';

/**
 * How many rows of two classes have a score, for each score: positives, and 2^26 times the negatives. In one number, for
 * it moves with the score when scores are sorted.
 */
export type ClassCounts = Float64Array;

/** One negative row among the counts. Sums below 2^53 are exact. */
const NEGATIVE = 2 ** 26;

/** Rows of two classes by their groups. */
export interface RowGroups {
  /** Shape (rows), below `size`. */
  readonly groups: Uint32Array;
  readonly size: number;
}

/** Counts rows by the groups that have any, which are `met`, in ascending order; without groups, each row is one. Code 1 is positive. */
export function countClasses(codes: Codes, grouped?: RowGroups): { readonly counts: ClassCounts; readonly met: Uint32Array } {
  const all = new Float64Array(grouped?.size ?? codes.length);
  for (let row = 0; row < codes.length; row++) all[grouped === undefined ? row : grouped.groups[row]!]! += codes[row] === 1 ? 1 : NEGATIVE;
  const met = Uint32Array.from({ length: all.length }, (_, group) => group).filter((group) => all[group]! > 0);
  return { counts: takeRows(all, met), met };
}

/**
 * The area under the ROC curve, ties counting half; NaN where a class has no row. Exact but for one last rounding, up to
 * fifty million rows: it is a sum of whole and half numbers. None of the scores is NaN.
 */
export function areaUnderCurve(scores: Float32Array, counts: ClassCounts): number {
  const { keys, carried } = sortSingles(scores, counts);
  let [above, below, area] = [0, 0, 0];
  for (let at = keys.length - 1; at >= 0; ) {
    const key = keys[at]!;
    let [positives, negatives] = [0, 0];
    for (; at >= 0 && keys[at]! === key; at--) {
      const count = carried[at]!;
      const others = Math.floor(count / NEGATIVE);
      negatives += others;
      positives += count - others * NEGATIVE;
    }
    area += negatives * (above + positives / 2);
    above += positives;
    below += negatives;
  }
  return area / (above * below);
}
