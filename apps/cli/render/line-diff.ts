import { align } from '../../../runtime/data/align.ts';

/** One line of a comparison: in both texts, only in the old one, or only in the new one. */
export interface DiffLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Compares two texts line by line, along a longest common subsequence. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  return align(a, b).map(({ before: old, after: now }): DiffLine => {
    if (old === undefined) return { mark: '+', text: b[now ?? 0] ?? '' };
    return { mark: now === undefined ? '-' : ' ', text: a[old] ?? '' };
  });
}
