import { describe, expect, it } from 'vitest';
import { bar, histogram, lineChart, markedBar } from '../../apps/cli/render/charts.ts';

describe('charts', () => {
  it.each([
    [0, ''],
    [0.5, '██'],
    [0.53, '██▏'],
    [1, '████'],
    [7, '████'],
    [-1, ''],
  ])('a bar of %d', (share, expected) => {
    expect(bar(share, 4)).toBe(expected);
  });

  it.each([
    [0.5, 0.5, '██│'],
    [1, 0.25, '█│██'],
    [0, 1, '   │'],
  ])('a bar of %d with a mark at %d', (share, mark, expected) => {
    expect(markedBar(share, mark, 4)).toBe(expected);
  });

  it('a histogram shows what is there at all, and leaves free what is not', () => {
    expect(histogram([1000, 500, 1, 0])).toBe('█▄▁ ');
    expect(histogram([0, 0])).toBe('  ');
  });

  it.each<[string, number[], number, number, string[]]>([
    ['rises', [0, 1, 2, 3, 4, 5, 6, 7], 4, 2, ['  ⡠⠊', '⡠⠊']],
    ['jumps', [0, 0, 7, 7], 4, 2, [' ⡏', '⣀⠇']],
    ['stays', [3, 3, 3, 3], 2, 1, ['⣀⣀']],
    ['is one value', [0.5], 10, 1, ['⡀']],
    ['has more values than dots', Array.from({ length: 1000 }, (_, at) => at), 2, 1, ['⡠⠊']],
    ['has values that are none', [0, NaN, 3, Infinity], 2, 1, ['⡸']],
  ])('a curve that %s', (_, values, width, height, expected) => {
    expect(lineChart(values, width, height)).toEqual(expected);
  });
});
