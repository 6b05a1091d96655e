import type { Codes } from './matrix.ts';
import { sortSingles } from './sort-floats.ts';

/** Rows of two classes that are told apart by one score: for each score, how many rows of either class have it. */
export interface ClassCounts {
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
  /** 0 and up, as many as there are scores: what is carried along when they are sorted. */
  readonly places: Uint32Array;
}

/** Counts rows by their groups; without groups, each row is one. Code 1 is positive. */
export function countClasses(codes: Codes, merged: { readonly groups: Uint32Array; readonly size: number } | undefined): ClassCounts {
  const size = merged?.size ?? codes.length;
  const [positives, negatives] = [new Uint32Array(size), new Uint32Array(size)];
  for (let row = 0; row < codes.length; row++) {
    const counts = codes[row] === 1 ? positives : negatives;
    counts[merged === undefined ? row : (merged.groups[row] as number)]!++;
  }
  return { positives, negatives, places: Uint32Array.from({ length: size }, (_, place) => place) };
}

/**
 * The area under the ROC curve, ties counting half; NaN where a class has no row. Exact but for one last rounding, up to
 * a hundred million rows: it is a sum of whole and half numbers. None of the scores is NaN.
 */
export function areaUnderCurve(scores: Float32Array, { positives, negatives, places }: ClassCounts): number {
  const { keys, carried } = sortSingles(scores, places);
  let [above, below, area] = [0, 0, 0];
  for (let at = keys.length - 1; at >= 0; ) {
    const key = keys[at]!;
    let [here, others] = [0, 0];
    for (; at >= 0 && keys[at]! === key; at--) {
      here += positives[carried[at]!]!;
      others += negatives[carried[at]!]!;
    }
    area += others * (above + here / 2);
    above += here;
    below += others;
  }
  return area / (above * below);
}
