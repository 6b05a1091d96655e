import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeMetrics } from '../../stdlib/metrics/compute-metrics.ts';
import { orderFloats, sortSingles } from '../../runtime/data/sort-floats.ts';

interface Rows {
  readonly truth: readonly number[];
  readonly scores: readonly number[];
  readonly weights: readonly number[];
}

/** Rows of both classes, with many ties. */
const rows: fc.Arbitrary<Rows> = fc
  .array(fc.record({ truth: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 12 }), weight: fc.integer({ min: 1, max: 5 }) }), { minLength: 2, maxLength: 40 })
  .map((list) => ({
    truth: list.map((row, at) => (at < 2 ? at : row.truth)),
    scores: list.map((row) => row.score / 12),
    weights: list.map((row) => row.weight),
  }));

function figures({ truth, scores, weights }: Rows, names: readonly string[], weighted = false) {
  const target = { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from(truth) } as const;
  const request = { scores: { rows: truth.length, target, values: Float64Array.from(scores) }, task: 'binary', metrics: names } as const;
  return computeMetrics(weighted ? { ...request, weights: Float32Array.from(weights) } : request).metrics;
}

function auc(given: Rows, weighted = false): number {
  return figures(given, ['auc'], weighted)['auc']!;
}

test('the AUC is the share of pairs in order', () => {
  fc.assert(
    fc.property(rows, fc.boolean(), (given, weighted) => {
      let ordered = 0;
      let pairs = 0;
      given.truth.forEach((one, p) => {
        given.truth.forEach((other, n) => {
          if (one !== 1 || other !== 0) return;
          const weight = weighted ? given.weights[p]! * given.weights[n]! : 1;
          const difference = given.scores[p]! - given.scores[n]!;
          ordered += difference > 0 ? weight : difference === 0 ? weight / 2 : 0;
          pairs += weight;
        });
      });
      expect(auc(given, weighted)).toBeCloseTo(ordered / pairs, 12);
    }),
  );
});

test('reversed scores have the AUC 1 − AUC', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const reversed = { ...given, scores: given.scores.map((score) => 1 - score) };
      expect(auc(reversed)).toBeCloseTo(1 - auc(given), 12);
    }),
  );
});

test('a monotone transformation changes no ranking', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const moved = { ...given, scores: given.scores.map((score) => score ** 3 / 2 + 0.1) };
      expect(figures(moved, ['auc', 'auc_pr'])).toEqual(figures(given, ['auc', 'auc_pr']));
    }),
  );
});

test('a row of weight w counts as w rows', () => {
  const names = ['accuracy', 'precision', 'recall', 'f1', 'auc', 'auc_pr', 'log_loss'];
  fc.assert(
    fc.property(rows, (given) => {
      const repeat = (values: readonly number[]) => values.flatMap((value, at) => new Array<number>(given.weights[at]!).fill(value));
      const repeated = { truth: repeat(given.truth), scores: repeat(given.scores), weights: [] };
      const [one, other] = [figures(given, names, true), figures(repeated, names)];
      for (const name of names) {
        if (one[name] === null) expect(other[name]).toBeNull();
        else expect(one[name]).toBeCloseTo(other[name]!, 10);
      }
    }),
  );
});

test('the order of rows changes no digit without weights', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const reversed = { truth: [...given.truth].reverse(), scores: [...given.scores].reverse(), weights: [] };
      expect(figures(reversed, ['auc', 'auc_pr', 'accuracy'])).toEqual(figures(given, ['auc', 'auc_pr', 'accuracy']));
    }),
  );
});

test('scores sort as numbers, in single and in double precision', () => {
  const extremes = [0, -0, 1, -1, 5e-324, -5e-324, 1e-40, -1e-40, 1e38, -1e38, Infinity, -Infinity];
  const some = fc.array(fc.oneof(fc.constantFrom(...extremes), fc.float({ noNaN: true })), { maxLength: 60 });
  fc.assert(
    fc.property(some, fc.boolean(), (list, single) => {
      const values = single ? Float32Array.from(list) : Float64Array.from(list);
      const expected = Array.from(values, (value, row) => ({ value, row })).sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.row - b.row));
      expect(Array.from(orderFloats(values))).toEqual(expected.map(({ row }) => row));
      if (!(values instanceof Float32Array)) return;
      const rowNumbers = Float64Array.from(values.keys());
      const { keys, carried } = sortSingles(values, rowNumbers);
      expect(Array.from(carried)).toEqual(expected.map(({ row }) => row));
      expected.forEach(({ value }, at) => expect(keys[at] === keys[at - 1]).toBe(at > 0 && value === expected[at - 1]?.value));
    }),
  );
});
