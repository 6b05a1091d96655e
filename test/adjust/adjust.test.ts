import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { calibrator, fitCalibration } from '../../stdlib/models/adjust/adjustment.ts';

interface Case {
  readonly width: number;
  readonly values: readonly number[];
  readonly truth: readonly number[];
  readonly new: readonly number[];
  readonly sigmoid: readonly number[];
  readonly isotonic: readonly number[];
}

const oracle = JSON.parse(readFileSync(new URL('./oracle/adjust.json', import.meta.url), 'utf8')) as Record<string, Case>;

const cases = Object.entries(oracle).flatMap(([name, of]) => (['sigmoid', 'isotonic'] as const).map((method) => ({ name, method, of })));

describe('calibrations are those of scikit-learn', () => {
  it.each(cases)('$method of $name', ({ method, of }) => {
    const rows = of.truth.length;
    const classes = Array.from({ length: Math.max(2, of.width) }, (_, at) => `c${at}`);
    const target = { kind: 'classes', classes, codes: Uint8Array.from(of.truth) } as const;
    const calibration = fitCalibration(method, { rows, target, values: Float64Array.from(of.values) }, target);
    const found = calibrator(calibration)(of.new);
    expect(found).toHaveLength(of[method].length);
    found.forEach((value, at) => expect(Math.abs(value - of[method][at]!), `value ${at}`).toBeLessThan(1e-9));
  });
});

test('of single precision and of double precision the same is said', () => {
  const target = { kind: 'classes', classes: ['no', 'yes'], codes: Uint8Array.from({ length: 40 }, (_, row) => (row * 7) % 3 === 0 ? 1 : 0) } as const;
  const values = Float32Array.from({ length: 40 }, (_, row) => ((row * 13) % 40) / 41);
  for (const method of ['sigmoid', 'isotonic'] as const) {
    const calibrate = calibrator(fitCalibration(method, { rows: 40, target, values }, target));
    expect(calibrate(values)).toEqual(calibrate(Array.from(values)));
  }
});
