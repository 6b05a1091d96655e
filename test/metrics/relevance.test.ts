import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scores } from '../../runtime/data/scores.ts';
import { decodeScores, encodeScores } from '../../runtime/data/scores.ts';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { bootstrapIntervals } from '../../stdlib/metrics/bootstrap.ts';
import { computeMetrics } from '../../stdlib/metrics/compute-metrics.ts';
import { metricsOf } from '../../stdlib/metrics/registry.ts';

interface Case {
  readonly queries: readonly number[];
  readonly relevance: readonly number[];
  readonly scores: readonly number[];
  /** Queries without a relevant row. */
  readonly silent: number;
  readonly expected: Readonly<Record<string, number | null>>;
}

const { cases } = JSON.parse(readFileSync(new URL('oracle/relevance.json', import.meta.url), 'utf8')) as { cases: readonly Case[] };
const metrics = metricsOf('ranking');

function scoresOf({ queries, relevance, scores }: Pick<Case, 'queries' | 'relevance' | 'scores'>): Scores {
  return { rows: scores.length, target: { kind: 'numbers', values: Float64Array.from(relevance), queries: Uint32Array.from(queries) }, values: Float64Array.from(scores) };
}

const compute = (scores: Scores, weights?: Float64Array) => computeMetrics({ scores, task: 'ranking', metrics, ...(weights === undefined ? {} : { weights }) });

test('300 random rankings give what scikit-learn gives', () => {
  expect(cases).toHaveLength(300);
  expect(cases.some(({ expected }) => expected['map'] === null) && cases.some(({ silent, expected }) => silent > 0 && expected['map'] !== null)).toBe(true);
  for (const [index, one] of cases.entries()) {
    const { metrics: found, warnings } = compute(scoresOf(one));
    for (const [name, value] of Object.entries(one.expected)) {
      if (value === null) expect(found[name], `case ${index}, ${name}`).toBeNull();
      else expect(Math.abs((found[name] ?? NaN) - value), `case ${index}, ${name}`).toBeLessThan(1e-12);
    }
    expect(warnings.length > 0, `case ${index}`).toBe(one.silent > 0);
  }
});

const row = fc.record({ query: fc.nat(4), relevance: fc.nat(3), score: fc.integer({ min: -3, max: 3 }) });
const ranking = fc.array(row, { minLength: 1, maxLength: 40 });
const split = (rows: readonly { readonly query: number; readonly relevance: number; readonly score: number }[]) =>
  scoresOf({ queries: rows.map(({ query }) => query), relevance: rows.map(({ relevance }) => relevance), scores: rows.map(({ score }) => score) });

function expectSame(a: Readonly<Record<string, number | null>>, b: Readonly<Record<string, number | null>>): void {
  for (const name of metrics) {
    if (a[name] === null || b[name] === null) expect(a[name]).toBe(b[name]);
    else expect(a[name]).toBeCloseTo(b[name] ?? NaN, 12);
  }
}

describe('what holds of any ranking', () => {
  test('the order in which rows stand means nothing', () => {
    fc.assert(fc.property(ranking, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rows, draws) => {
      const keys = new Map(rows.map((one) => [one, draws.next().value as number]));
      expectSame(compute(split(rows)).metrics, compute(split([...rows].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0)))).metrics);
    }));
  });

  test('scores that rise with the relevance are the best there are', () => {
    fc.assert(fc.property(ranking, (rows) => {
      const { metrics: found } = compute(split(rows.map((one) => ({ ...one, score: one.relevance * 2 + 1 }))));
      for (const name of metrics) if (found[name] !== null) expect(found[name]).toBeCloseTo(1, 12);
    }));
  });

  test('a query that counts twice is a query that is there twice', () => {
    fc.assert(fc.property(ranking, (rows) => {
      const met = [...new Set(rows.map(({ query }) => query))];
      const twice = [...rows, ...rows.filter(({ query }) => query === met[0]).map((one) => ({ ...one, query: 99 }))];
      expectSame(compute(split(rows), Float64Array.from(met, (_, at) => (at === 0 ? 2 : 1))).metrics, compute(split(twice)).metrics);
    }));
  });

  test('scores are stored with their queries', () => {
    fc.assert(fc.property(ranking, (rows) => {
      expect(decodeScores(encodeScores(split(rows)))).toEqual(split(rows));
    }));
  });
});

test('an interval over queries holds the mean, and is that of the mean of as many numbers', () => {
  // Queries of two rows, in order or not, as a coin falls: ndcg is 1 or log 2 / log 3, and its mean has a known deviation.
  const count = 6000;
  const rows = Array.from({ length: count }, (_, query) => [1, 0].map((relevance) => ({ query, relevance, score: (query % 2 === 0 ? 1 : -1) * relevance }))).flat();
  const scores = split(rows);
  const request = { scores, task: 'ranking' as const, metrics: ['ndcg'], threshold: undefined };
  const { metrics: found } = computeMetrics(request);
  const { ndcg } = bootstrapIntervals(request, found, { level: 0.95, resamples: 1000, salt: deriveSalt('7', 'bootstrap') });
  const worse = Math.log(2) / Math.log(3);
  const mean = (1 + worse) / 2;
  const error = (1.96 * (1 - worse)) / 2 / Math.sqrt(count);
  expect(found['ndcg']).toBeCloseTo(mean, 12);
  expect(ndcg?.[0]).toBeGreaterThan(mean - 1.6 * error);
  expect(ndcg?.[0]).toBeLessThan(mean - 0.6 * error);
  expect(ndcg?.[1]).toBeGreaterThan(mean + 0.6 * error);
  expect(ndcg?.[1]).toBeLessThan(mean + 1.6 * error);
});
