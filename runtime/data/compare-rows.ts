import { align } from './align.ts';

/** A row by its columns. */
export interface ComparedRow {
  /** Equal numbers are equal values, in each column by itself. */
  readonly values: readonly number[];
  /** The values as text. */
  readonly shown: readonly (string | null)[];
}

/** A row that is not as expected. Rows are numbered from 1. */
export interface RowDifference {
  /** Absent: there is a row too many. */
  readonly expected?: number;
  /** Absent: the row is missing. */
  readonly found?: number;
  /** The columns that differ; of a row that is missing or too many, all. */
  readonly columns: readonly { readonly name: string; readonly expected?: string | null; readonly found?: string | null }[];
}

/**
 * Compares rows in their order. A row that is missing or too many is one difference and not one of every row after it:
 * equal rows are found first, and those between them are paired so that as many values as can be are equal.
 */
export function compareRows(expected: readonly ComparedRow[], found: readonly ComparedRow[], columns: readonly string[]): RowDifference[] {
  const differences: RowDifference[] = [];
  let left: number[] = [];
  let right: number[] = [];
  const flush = (): void => {
    const alike = (i: number, j: number): number => alikeness(expected[left[i] ?? -1], found[right[j] ?? -1]);
    for (const [i, j] of pairUp(left.length, right.length, alike)) {
      differences.push(difference(expected, found, columns, [i === undefined ? undefined : left[i], j === undefined ? undefined : right[j]]));
    }
    left = [];
    right = [];
  };
  for (const { before, after } of align(expected.map(identity), found.map(identity))) {
    if (before !== undefined && after !== undefined) flush();
    else if (before !== undefined) left.push(before);
    else if (after !== undefined) right.push(after);
  }
  flush();
  return differences;
}

function identity({ values }: ComparedRow): string {
  return values.join(' ');
}

/** Columns in which two rows are equal. */
function alikeness(a: ComparedRow | undefined, b: ComparedRow | undefined): number {
  return a?.values.filter((value, index) => value === b?.values[index]).length ?? 0;
}

/** Above this many pairs, rows are paired by their places. */
const MOST_PAIRS = 250_000;

/** Pairs two lists in order, all of the shorter one, for the greatest sum of `alike`. */
function pairUp(left: number, right: number, alike: (i: number, j: number) => number): Pair[] {
  if (left === right || left * right > MOST_PAIRS) return Array.from({ length: Math.max(left, right) }, (_, i): Pair => [i < left ? i : undefined, i < right ? i : undefined]);
  // `best[i][j]`: the greatest sum of what is left from `i` and from `j` on; a pair more is worth more than any value.
  const best = Array.from({ length: left + 1 }, () => new Array<number>(right + 1).fill(0));
  const worth = (i: number, j: number): number => 1e6 + alike(i, j) + (best[i + 1]?.[j + 1] ?? 0);
  for (let i = left - 1; i >= 0; i--) {
    const row = best[i] ?? [];
    for (let j = right - 1; j >= 0; j--) row[j] = Math.max(worth(i, j), best[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < left || j < right; ) {
    if (i < left && j < right && best[i]?.[j] === worth(i, j)) pairs.push([i++, j++]);
    else if (j >= right || (i < left && best[i]?.[j] === best[i + 1]?.[j])) pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
  return pairs;
}

type Pair = readonly [expected: number | undefined, found: number | undefined];

function difference(expected: readonly ComparedRow[], found: readonly ComparedRow[], columns: readonly string[], [before, after]: Pair): RowDifference {
  const left = before === undefined ? undefined : expected[before];
  const right = after === undefined ? undefined : found[after];
  return {
    ...(before === undefined ? {} : { expected: before + 1 }),
    ...(after === undefined ? {} : { found: after + 1 }),
    columns: columns.flatMap((name, i) => {
      if (left !== undefined && right !== undefined && left.values[i] === right.values[i]) return [];
      return [{ name, ...(left === undefined ? {} : { expected: left.shown[i] ?? null }), ...(right === undefined ? {} : { found: right.shown[i] ?? null }) }];
    }),
  };
}
