import { expect, test } from 'vitest';
import { chooseModel } from '../../stdlib/metrics/choose.ts';
import type { Candidate, Requirements } from '../../stdlib/metrics/choose.ts';
import type { Direction } from '../../stdlib/metrics/metric.ts';

function candidate(auc: number | null, more: Partial<Candidate> = {}): Candidate {
  return { values: { auc, f1: 0.5 }, sizeBytes: 1000, interpretability: 'medium', ...more };
}

interface Case {
  readonly name: string;
  readonly candidates: readonly Candidate[];
  readonly direction?: Direction;
  readonly require?: Requirements;
  readonly chosen: number | null;
  readonly rejected?: readonly (readonly string[])[];
}

const cases: readonly Case[] = [
  { name: 'the best', candidates: [candidate(0.6), candidate(0.8), candidate(0.7)], chosen: 1 },
  { name: 'the least', candidates: [candidate(0.6), candidate(0.8)], direction: 'minimize', chosen: 0 },
  { name: 'of equals the smaller', candidates: [candidate(0.6), candidate(0.6, { sizeBytes: 999 })], chosen: 1 },
  { name: 'of equals of a size the first', candidates: [candidate(0.6), candidate(0.6)], chosen: 0 },
  { name: 'not an undefined one', candidates: [candidate(null), candidate(0.1)], chosen: 1, rejected: [['auc is not defined'], []] },
  { name: 'of none, none', candidates: [], chosen: null },
  {
    name: 'a metric that is required',
    candidates: [candidate(0.9, { values: { auc: 0.9, f1: 0.25 } }), candidate(0.8, { values: { auc: 0.8, f1: null } }), candidate(0.7)],
    require: { metrics: { f1: { min: 0.4 } } },
    chosen: 2,
    rejected: [['f1 is 0.25, below 0.4'], ['f1 is not defined, and is required'], []],
  },
  {
    name: 'size',
    candidates: [candidate(0.9, { sizeBytes: 20_500_000 }), candidate(0.8, { sizeBytes: 20_000_000 })],
    require: { sizeBytes: { max: 20_000_000 } },
    chosen: 1,
    rejected: [['size is 20.5 MB, above 20 MB'], []],
  },
  {
    name: 'latency',
    candidates: [candidate(0.9, { latencyMs: 7.25 }), candidate(0.8)],
    require: { latencyMs: { max: 5 } },
    chosen: null,
    rejected: [['latency_p99 is 7.25 ms, above 5 ms'], ['latency was not measured, and is required']],
  },
  {
    name: 'interpretability, and all reasons at once',
    candidates: [candidate(0.9, { interpretability: 'low', sizeBytes: 5000 }), candidate(0.8, { interpretability: 'high' })],
    require: { interpretability: { min: 'medium' }, sizeBytes: { max: 1200 } },
    chosen: 1,
    rejected: [['size is 5 kB, above 1.2 kB', 'interpretability is low, below medium'], []],
  },
];

test.each(cases)('chooses $name', ({ candidates, direction = 'maximize', require, chosen, rejected }) => {
  const choice = chooseModel({ candidates, metric: 'auc', direction, ...(require && { require }) });
  expect(choice.chosen).toBe(chosen);
  expect(choice.candidates.map((entry) => entry.value)).toEqual(candidates.map((entry) => entry.values['auc']));
  if (rejected) expect(choice.candidates.map((entry) => entry.rejected)).toEqual(rejected);
});
