import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRows, type ComparedRow } from '../../runtime/data/compare-rows.ts';

function row(text: string): ComparedRow {
  const shown = text.split(' ');
  return { shown, values: shown.map((value) => value.codePointAt(0) ?? 0) };
}

/** `1≠1 b` says that rows 1 differ in the column `b`, `2≠` that row 2 is missing. */
function compare(expected: readonly string[], found: readonly string[]): string[] {
  return compareRows(expected.map(row), found.map(row), ['a', 'b']).map((one) => `${one.expected ?? ''}≠${one.found ?? ''} ${one.columns.map(({ name }) => name).join()}`);
}

const rows = fc.array(fc.constantFrom('p x', 'p y', 'q x', 'q y', 'r z'), { maxLength: 8 });

describe('rows compared', () => {
  it.each([
    ['nothing', [], [], []],
    ['equal rows', ['p x', 'q y'], ['p x', 'q y'], []],
    ['a value', ['p x', 'q y'], ['p x', 'q x'], ['2≠2 b']],
    ['a missing row, once', ['p x', 'q y', 'r z'], ['p x', 'r z'], ['2≠ a,b']],
    ['a row too many, once', ['p x', 'r z'], ['p x', 'q y', 'r z'], ['≠2 a,b']],
    ['rows in another order', ['p x', 'q y'], ['q y', 'p x'], ['1≠ a,b', '≠2 a,b']],
    ['a missing row before one that differs', ['p x', 'q y'], ['q z'], ['1≠ a,b', '2≠1 b']],
    ['a row too many before one that differs', ['q z'], ['p x', 'q y'], ['≠1 a,b', '1≠2 b']],
  ] as const)('find %s', (_, expected, found, differences) => {
    expect(compare(expected, found)).toEqual(differences);
  });

  it('differ only where they do, and account for every row', () => {
    fc.assert(
      fc.property(rows, rows, (expected, found) => {
        const differences = compareRows(expected.map(row), found.map(row), ['a', 'b']);
        expect(differences.length === 0).toBe(expected.join() === found.join());
        const [missing, extra] = [differences.filter((one) => one.found === undefined), differences.filter((one) => one.expected === undefined)];
        expect(expected.length - missing.length).toBe(found.length - extra.length);
        // What is in no difference is equal, in order.
        const rest = (all: readonly string[], numbers: readonly (number | undefined)[]): string[] => all.filter((_, index) => !numbers.includes(index + 1));
        expect(rest(expected, differences.map((one) => one.expected))).toEqual(rest(found, differences.map((one) => one.found)));
        for (const { columns } of differences) expect(columns.every((one) => one.expected !== one.found)).toBe(true);
      }),
    );
  });
});
