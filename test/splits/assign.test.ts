import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { NO_PART } from '../../runtime/data/load-parts.ts';
import { mergeRows } from '../../runtime/data/merge-rows.ts';
import { assignFolds } from '../../stdlib/splits/assign-folds.ts';
import { assignGroups } from '../../stdlib/splits/assign-groups.ts';
import { assignStable } from '../../stdlib/splits/assign-parts.ts';
import { assignTimes, cutTimes } from '../../stdlib/splits/assign-times.ts';
import { apportion, type Shares } from '../../stdlib/splits/shares.ts';
import { countCodes } from '../../stdlib/splits/stratify.ts';

const SHARES: Shares = [0.6, 0.25, 0.15];
const salt = deriveSalt('1', 'test');

/** Two words a row that say its group. */
const keysOf = (ids: readonly number[]): Uint32Array => Uint32Array.from(ids.flatMap((id) => [Math.imul(id, 0x9e3779b1), id]));

function dealGroups(ids: readonly number[], strata?: Uint8Array): Uint8Array {
  const keys = keysOf(ids);
  const columns = [0, 1].map((word) => Uint32Array.from(ids, (_, row) => keys[row * 2 + word] as number));
  const grouped = mergeRows({ columns, rows: ids.length });
  if (grouped === undefined) throw new Error('not grouped');
  return assignGroups({ grouped, keys, shares: SHARES, salt, ...(strata === undefined ? {} : { strata }) });
}

const groupsOfRows = fc.array(fc.nat(30), { minLength: 3, maxLength: 400 }).filter((ids) => new Set(ids).size >= 3);

test('a group is in one part, every part has one, and the order of rows means nothing', () => {
  fc.assert(
    fc.property(groupsOfRows, fc.nat(), (ids, turn) => {
      const parts = dealGroups(ids);
      const partOf = new Map(ids.map((id, row) => [id, parts[row]]));
      ids.forEach((id, row) => expect(parts[row]).toBe(partOf.get(id)));
      expect(new Set(parts)).toEqual(new Set([0, 1, 2]));
      const turned = ids.map((_, row) => (row * 7 + turn) % ids.length);
      if (new Set(turned).size < ids.length) return;
      const moved = dealGroups(turned.map((row) => ids[row] as number));
      expect([...moved]).toEqual(turned.map((row) => parts[row]));
    }),
  );
});

test('with many small groups every class has its share, within the largest group', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(2)), { minLength: 600, maxLength: 900 }), (rows) => {
      const ids = rows.map(([id]) => id);
      const strata = Uint8Array.from(rows, ([, stratum]) => stratum);
      const parts = dealGroups(ids, strata);
      const largest = Math.max(...countCodes(Uint16Array.from(ids), 201));
      for (const stratum of [0, 1, 2]) {
        const total = strata.filter((one) => one === stratum).length;
        SHARES.forEach((share, part) => {
          const found = parts.filter((one, row) => one === part && strata[row] === stratum).length;
          expect(Math.abs(found - share * total)).toBeLessThanOrEqual(largest);
        });
      }
    }),
    { numRuns: 30 },
  );
});

test('a stable row stays where it is, whatever rows come after it, and by its key, whatever stands before', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 300 }), fc.nat(100), (ids, more) => {
      const rows = ids.length;
      const by = (place: Partial<Parameters<typeof assignStable>[0]>): number[] => [...assignStable({ rows, shares: SHARES, salt, ...place })];
      expect(by({ rows: rows + more }).slice(0, rows)).toEqual(by({}));
      const keys = keysOf(ids);
      expect(by({ keys: keysOf([...ids].reverse()) }).reverse()).toEqual(by({ keys }));
    }),
  );
  const counts = countCodes(assignStable({ rows: 100_000, shares: SHARES, salt }), 3);
  // Five standard deviations of a binomial count.
  counts.forEach((count, part) => expect(Math.abs(count - 100_000 * (SHARES[part] ?? 0))).toBeLessThan(800));
});

const times = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 200 });

test('a cut in time parts no equal times, leaves the gap, and takes out nothing else', () => {
  fc.assert(
    fc.property(times, fc.nat(6), (given, gap) => {
      const values = Float64Array.from(given);
      const cuts = cutTimes(values, SHARES);
      expect(cuts === undefined).toBe(new Set(given).size < 3);
      if (cuts === undefined) return;
      const parts = assignTimes(values, { cuts, gap });
      const of = (part: number): number[] => given.filter((_, row) => parts[row] === part);
      expect(Math.min(...of(2)) - Math.max(...of(1))).toBeGreaterThanOrEqual(Math.max(gap, 1));
      expect(Math.min(...of(1)) - Math.max(...of(0))).toBeGreaterThanOrEqual(Math.max(gap, 1));
      given.forEach((time, row) => {
        const near = cuts.some((cut) => time < cut && cut - time < gap);
        expect(parts[row] === NO_PART).toBe(near);
      });
    }),
  );
});

test('different times are cut to a row, and equal ones at the nearest edge', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 300 }), (rows) => {
      const values = Float64Array.from({ length: rows }, (_, row) => (row * 37) % 307);
      const cuts = cutTimes(values, SHARES);
      const parts = cuts === undefined ? new Uint8Array() : assignTimes(values, { cuts, gap: 0 });
      expect(countCodes(parts, 3)).toEqual(apportion(rows, SHARES));
    }),
  );
  // Ten rows, of which 60% end inside of the four 2s: their beginning is as near as their end, and comes first.
  expect(cutTimes(Float64Array.of(0, 0, 1, 1, 2, 2, 2, 2, 3, 4), SHARES)).toEqual([2, 4]);
  expect(cutTimes(Float64Array.of(1, 1, 2), SHARES)).toBeUndefined();
});

test('folds differ by one row at most, in every class and in all', () => {
  const rows = fc.uniqueArray(fc.nat(10_000), { minLength: 2, maxLength: 300 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 4 }), (places, folds, count) => {
      const positions = Uint32Array.from(places).sort();
      const codes = Uint8Array.from(positions, (position) => (position * 7) % count);
      const assigned = assignFolds({ positions, folds, salt, strata: { codes, count } });
      const sizes = (of: (row: number) => boolean): number[] => countCodes(assigned.filter((_, row) => of(row)), folds);
      for (const of of [() => true, ...Array.from({ length: count }, (_, code) => (row: number) => codes[row] === code)]) {
        const found = sizes(of);
        expect(Math.max(...found) - Math.min(...found)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('another seed deals other folds', () => {
  const positions = Uint32Array.from({ length: 100 }, (_, row) => row);
  const deal = (seed: string): string => assignFolds({ positions, folds: 5, salt: deriveSalt(seed, 'folds') }).join('');
  expect(deal('1')).toBe(deal('1'));
  expect(deal('1')).not.toBe(deal('2'));
});
