import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apportion, completeShares, type Shares } from '../../stdlib/splits/shares.ts';

describe('completeShares', () => {
  test.each([
    [{}, [0.7, 0.15, 0.15]],
    [{ train: 0.8 }, [0.8, 0.1, 0.1]],
    [{ train: 0.6, test: 0.3 }, [0.6, 0.1, 0.3]],
    [{ validate: 0.05 }, [0.782352941176, 0.05, 0.167647058824]],
    [{ train: 0.7, validate: 0.2, test: 0.1 }, [0.7, 0.2, 0.1]],
  ])('%j', (given, shares) => {
    expect(completeShares(given)).toEqual({ shares });
  });

  test.each([
    [{ train: 0.7, validate: 0.2, test: 0.2 }, { total: 1.1 }],
    [{ train: 0.7, validate: 0.1, test: 0.1 }, { total: 0.9 }],
    [{ train: 0.7, validate: 0.4 }, { total: 1.1 }],
    [{ train: 0.5, validate: 0.5 }, { total: 1, empty: 'test' }],
    [{ train: 1 }, { total: 1, empty: 'validate' }],
    [{ train: 0, validate: 0.5, test: 0.5 }, { total: 1, empty: 'train' }],
  ])('%j is refused', (given, problem) => {
    const completed = completeShares(given);
    expect('problem' in completed && { ...completed.problem, total: Number(completed.problem.total.toFixed(9)) }).toEqual(problem);
  });
});

describe('apportion', () => {
  test.each([
    [20, [14, 3, 3]],
    [10, [7, 2, 1]],
    [7, [5, 1, 1]],
    [5, [3, 1, 1]],
    [4, [2, 1, 1]],
    [3, [1, 1, 1]],
    [2, [1, 1, 0]],
    [1, [1, 0, 0]],
    [0, [0, 0, 0]],
  ])('%i rows', (rows, counts) => {
    expect(apportion(rows, [0.7, 0.15, 0.15])).toEqual(counts);
  });

  const shares = fc
    .tuple(fc.integer({ min: 5, max: 90 }), fc.integer({ min: 5, max: 90 }))
    .filter(([a, b]) => a + b <= 95)
    .map(([a, b]): Shares => [a / 100, b / 100, (100 - a - b) / 100]);

  test('adds up, and is within a row of each share when there are rows enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 5_000_000 }), shares, (rows, cut) => {
        const counts = apportion(rows, cut);
        expect(counts[0] + counts[1] + counts[2]).toBe(rows);
        counts.forEach((count, i) => expect(Math.abs(count - rows * (cut[i] ?? 0))).toBeLessThan(1));
      }),
    );
  });
});
