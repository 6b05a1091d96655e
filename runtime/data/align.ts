/** A pair of equal members by their indexes, or a member that only one of two sequences has. */
export interface Aligned {
  readonly before?: number;
  readonly after?: number;
}

/** Above this many pairs, members are only compared with those at the same place. */
const MOST_PAIRS = 4_000_000;

/**
 * Aligns two sequences along a longest common subsequence, in order; of members between two equal ones those of `before`
 * come first.
 */
export function align(before: readonly string[], after: readonly string[]): Aligned[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const same = (from: number, count: number, shift: number): Aligned[] => Array.from({ length: count }, (_, i) => ({ before: from + i, after: from + i + shift }));
  const middle = alignMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [
    ...same(0, start, 0),
    ...middle.map((pair) => ({
      ...(pair.before === undefined ? {} : { before: pair.before + start }),
      ...(pair.after === undefined ? {} : { after: pair.after + start }),
    })),
    ...same(before.length - end, end, after.length - before.length),
  ];
}

function alignMiddle(before: readonly string[], after: readonly string[]): Aligned[] {
  const lengths = before.length * after.length > MOST_PAIRS ? undefined : commonLengths(before, after);
  const aligned: Aligned[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      aligned.push({ before: i, after: j });
      i += 1;
      j += 1;
    } else if (i < before.length && (j >= after.length || (lengths === undefined ? i <= j : (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)))) {
      aligned.push({ before: i });
      i += 1;
    } else {
      aligned.push({ after: j });
      j += 1;
    }
  }
  return aligned;
}

/** `[i][j]`: the length of the longest common subsequence of the members from `i` and from `j` on. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    const below = lengths[i + 1] ?? [];
    for (let j = b.length - 1; j >= 0; j--) row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return lengths;
}
