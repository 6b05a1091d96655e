import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IntegerArray } from '../../runtime/data/matrix.ts';
import { mergeClasses, mergeRows } from '../../runtime/data/merge-rows.ts';

/** The same by a map of joined values. */
function mergeByMap(columns: readonly IntegerArray[], rows: number) {
  const found = new Map<string, number>();
  const merged = { first: [] as number[], counts: [] as number[], groups: [] as number[] };
  for (let row = 0; row < rows; row++) {
    const key = columns.map((column) => column[row]).join();
    const group = found.get(key) ?? merged.first.push(row) - 1;
    found.set(key, group);
    merged.counts[group] = (merged.counts[group] ?? 0) + 1;
    merged.groups.push(group);
  }
  return merged;
}

function plain(merged: ReturnType<typeof mergeRows>) {
  return merged && { first: [...merged.first], counts: [...merged.counts], groups: [...merged.groups] };
}

test('equals brute force', () => {
  const column = (rows: number) =>
    fc.oneof(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows }).map((values) => Uint8Array.from(values)),
      fc.array(fc.integer({ min: -2, max: 2 }), { minLength: rows, maxLength: rows }).map((values) => Int32Array.from(values)),
      fc
        .array(fc.constantFrom(0, 1, 0x80000000, 0xffffffff), { minLength: rows, maxLength: rows })
        .map((values) => Uint32Array.from(values)),
    );
  const tables = fc
    .integer({ min: 0, max: 60 })
    .chain((rows) => fc.record({ rows: fc.constant(rows), columns: fc.array(column(rows), { maxLength: 4 }) }));
  fc.assert(
    fc.property(tables, ({ rows, columns }) => {
      expect(plain(mergeRows({ columns, rows }))).toEqual(mergeByMap(columns, rows));
    }),
  );
});

test('equals brute force where the table grows and blocks end', () => {
  const rows = 20_000;
  const columns = [
    Uint16Array.from({ length: rows }, (_, row) => (row * 7919) % 997),
    Uint8Array.from({ length: rows }, (_, row) => (row * row) % 13),
  ];
  expect(plain(mergeRows({ columns, rows }))).toEqual(mergeByMap(columns, rows));
});

test('equals brute force on narrow columns', () => {
  const column = (rows: number) =>
    fc.tuple(fc.constantFrom(Uint8Array, Int8Array, Uint16Array, Int16Array), fc.array(fc.nat({ max: 6 }), { minLength: rows, maxLength: rows }), fc.constantFrom(0, 100, -3)).map(([type, values, least]) => new type(values.map((value) => value + least)));
  const tables = fc.integer({ min: 0, max: 200 }).chain((rows) => fc.record({ rows: fc.constant(rows), columns: fc.array(column(rows), { minLength: 1, maxLength: 4 }) }));
  fc.assert(
    fc.property(tables, ({ rows, columns }) => {
      expect(plain(mergeRows({ columns, rows }))).toEqual(mergeByMap(columns, rows));
    }),
  );
});

test('equals brute force on narrow columns whose pairs need tables that are too large, from the start or later', () => {
  const rows = 30_000;
  const spread = (by: number): Uint16Array => Uint16Array.from({ length: rows }, (_, row) => (row * by) % 65_521);
  const late = Uint16Array.from({ length: rows }, (_, row) => (row < 20_000 ? row % 3 : row % 5000));
  for (const columns of [[spread(7919), spread(104_729)], [late, spread(1).map((value) => value % 4000)], [Int16Array.from(spread(31)), Uint8Array.from(spread(3))]]) {
    expect(plain(mergeRows({ columns, rows }))).toEqual(mergeByMap(columns, rows));
  }
});

test('gives up early on narrow columns too', () => {
  const rows = 2 ** 18 + 1000;
  const [low, high] = [Uint16Array.from({ length: rows }, (_, row) => row & 511), Uint16Array.from({ length: rows }, (_, row) => row >> 9)];
  expect(mergeRows({ columns: [low, high], rows, atMost: 0.9 })).toBeUndefined();
  expect(mergeRows({ columns: [low, high], rows })?.first).toHaveLength(rows);
  // All differ at first, and few in the end: what is looked at first decides.
  const [once, same] = [low, high].map((values) => Uint16Array.from({ length: 4 * rows }, (_, row) => values[row] ?? 0)) as [Uint16Array, Uint16Array];
  expect(mergeRows({ columns: [once, same], rows: 4 * rows, atMost: 0.9 })).toBeUndefined();
});

test('rows that are grouped already merge by class as they would with a column for it', () => {
  const codes = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 2 })), { maxLength: 60 });
  fc.assert(
    fc.property(codes, fc.constantFrom(1, 0.9, 0.3), (rows, atMost) => {
      const groups = Uint32Array.from(rows, ([group]) => group);
      const classes = Uint8Array.from(rows, ([, code]) => code);
      const expected = mergeRows({ columns: [groups, classes], rows: rows.length, atMost });
      expect(plain(mergeClasses({ groups, size: 6, codes: classes, classes: 3, atMost }))).toEqual(plain(expected));
    }),
  );
});

test('gives up where too many rows would stay', () => {
  const columns = [Uint8Array.of(1, 2, 3, 1)];
  expect(mergeRows({ columns, rows: 4, atMost: 0.75 })?.first.length).toBe(3);
  expect(mergeRows({ columns, rows: 4, atMost: 0.7 })).toBeUndefined();
});

test('gives up early on rows that are all distinct', () => {
  let read = 0;
  const rows = 2 ** 20;
  // Counts how far the rows are read.
  const values = Uint32Array.from({ length: rows }, (_, row) => row);
  const counting = new Proxy(values, {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) read = Math.max(read, Number(key));
      return Reflect.get(target, key) as unknown;
    },
  });
  expect(mergeRows({ columns: [counting], rows, atMost: 0.9 })).toBeUndefined();
  expect(read).toBe(2 ** 18 - 1);
  const codes = new Uint8Array(rows);
  const some = values.subarray(0, 2 ** 18);
  expect(mergeClasses({ groups: values, size: rows, codes, classes: 1, atMost: 0.9 })).toBeUndefined();
  expect(mergeClasses({ groups: some, size: rows, codes, classes: 1 })?.first.length).toBe(some.length);
});
