import { expect, it } from 'vitest';
import { rateAt, type RateSchedule } from '../../runtime/networks/rates.ts';

const plateau: RateSchedule = { kind: 'on_plateau', rate: 0.8, patience: 2, factor: 0.5, min_delta: 0.05, final: 0.15, warm_up: 0 };

it.each([
  ['before the first epoch', [], 0.8],
  ['while the loss falls', [1, 0.9, 0.8, 0.7], 0.8],
  ['after one epoch without', [1, 1], 0.8],
  ['after two epochs without', [1, 1, 1.1], 0.4],
  ['where what is better is not better by enough', [1, 0.97, 0.96], 0.4],
  ['counting anew from each better loss', [1, 1, 0.9, 0.9, 0.8, 0.8], 0.8],
  ['counting anew from each fall', [1, 1, 1, 1], 0.4],
  ['falling twice', [1, 1, 1, 1, 1], 0.2],
  ['no lower than its last', [1, 1, 1, 1, 1, 1, 1, 1, 1], 0.15],
  ['where the loss is no number', [1, NaN, NaN], 0.4],
])('on a plateau, %s', (_, losses, wanted) => {
  expect(rateAt(plateau, { step: losses.length * 10, stepsPerEpoch: 10, epochs: 20, losses })).toBeCloseTo(wanted, 12);
});

it('one cycle of one step has a rate', () => {
  expect(rateAt({ kind: 'one_cycle', rate: 0.1, rise: 0.3, div_factor: 25, final_div_factor: 1e4 }, { step: 0, stepsPerEpoch: 1, epochs: 1, losses: [] })).toBeGreaterThan(0);
});

it('one cycle has its top where the rise ends', () => {
  const rates = Array.from({ length: 40 }, (_, step) => rateAt({ kind: 'one_cycle', rate: 0.1, rise: 0.25, div_factor: 10, final_div_factor: 100 }, { step, stepsPerEpoch: 10, epochs: 4, losses: [] }));
  expect(rates[0]).toBeCloseTo(0.01, 12);
  expect(rates.indexOf(Math.max(...rates))).toBe(9);
  expect(rates[9]).toBeCloseTo(0.1, 12);
  expect(rates[39]).toBeCloseTo(0.0001, 12);
});
