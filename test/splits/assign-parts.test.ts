import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveSalt, foldsOfRows, hashWords } from '../../runtime/data/hash.ts';
import { assignParts, type Assignment } from '../../stdlib/splits/assign-parts.ts';
import { apportion } from '../../stdlib/splits/shares.ts';
import { countCodes } from '../../stdlib/splits/stratify.ts';

/** The definition, by sorting: rows of a stratum by (hash, position), cut at the quotas. */
function assignBySorting({ rows, strata, quotas, keys, salt }: Assignment): Uint8Array {
  const parts = new Uint8Array(rows);
  const hash = (row: number, pair: 0 | 2): number => hashWords(keys?.[row * 2] ?? row, keys?.[row * 2 + 1] ?? 0, salt[pair], salt[pair + 1] ?? 0);
  quotas.forEach(([train, validate], stratum) => {
    const members = Array.from({ length: rows }, (_, row) => row).filter((row) => (strata?.[row] ?? 0) === stratum);
    members.sort((a, b) => hash(a, 0) - hash(b, 0) || hash(a, 2) - hash(b, 2) || a - b);
    members.forEach((row, rank) => (parts[row] = rank < train ? 0 : rank < train + validate ? 1 : 2));
  });
  return parts;
}

const assignment = fc
  .record({
    strata: fc.array(fc.nat(4), { maxLength: 400 }),
    // Few different keys, so that many rows tie.
    keys: fc.option(fc.array(fc.nat(30), { minLength: 800, maxLength: 800 }), { nil: undefined }),
    seed: fc.nat(),
  })
  .map(({ strata, keys, seed }): Assignment => {
    const codes = Uint8Array.from(strata);
    const quotas = countCodes(codes, 5).map((count) => apportion(count, [0.6, 0.1, 0.3]));
    return { rows: codes.length, strata: codes, quotas, salt: deriveSalt(String(seed), 'split'), ...(keys === undefined ? {} : { keys: Uint32Array.from(keys) }) };
  });

describe('assignParts', () => {
  test('is the cut of the sorted rows', () => {
    fc.assert(
      fc.property(assignment, (one) => {
        expect(assignParts(one)).toEqual(assignBySorting(one));
      }),
    );
  });

  test('does without strata', () => {
    const one: Assignment = { rows: 1000, quotas: [[700, 150, 150]], salt: deriveSalt('7', 'split') };
    expect(assignParts(one)).toEqual(assignBySorting(one));
  });

  test.each([
    [[[10, 0, 0]], [10, 0, 0]],
    [[[0, 10, 0]], [0, 10, 0]],
    [[[0, 0, 10]], [0, 0, 10]],
  ] as const)('takes the quotas %j', (quotas, counts) => {
    const parts = assignParts({ rows: 10, quotas, salt: deriveSalt('7', 'split') });
    expect(countCodes(parts, 3)).toEqual(counts);
  });

  test('meets the quotas where buckets are full', () => {
    const rows = 300_000;
    const strata = Uint8Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? 1 : 0));
    const parts = assignParts({ rows, strata, quotas: [[168_000, 36_000, 36_000], [42_000, 9_000, 9_000]], salt: deriveSalt('1', 'split') });
    expect(countCodes(parts, 3)).toEqual([210_000, 45_000, 45_000]);
    expect(countCodes(parts.filter((_, row) => row % 5 === 0), 3)).toEqual([42_000, 9_000, 9_000]);
  });
});

describe('hashWords', () => {
  /** By scikit-learn's `murmurhash3_32(struct.pack('<II', low, high), seed=start)`; the length of 8 bytes is the `end`. */
  test.each([
    [[0, 0, 0, 8], 1669671676],
    [[1, 0, 0, 8], 1392991556],
    [[1, 2, 3, 8], 3207455560],
  ] as const)('%j', ([low, high, start, end], hash) => {
    expect(hashWords(low, high, start, end)).toBe(hash);
  });

  test('deals rows evenly into folds', () => {
    const folds = foldsOfRows(Uint32Array.from({ length: 100_000 }, (_, i) => i), 5, deriveSalt('3', 'folds'));
    for (const count of countCodes(folds, 5)) expect(Math.abs(count - 20_000)).toBeLessThan(600);
  });
});
