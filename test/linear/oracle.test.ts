import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fitLinear } from '../../stdlib/models/linear/fit-linear.ts';
import { fitLogistic } from '../../stdlib/models/linear/fit-logistic.ts';
import type { LinearModel } from '../../stdlib/models/linear/linear-model.ts';
import { predictLinear } from '../../stdlib/models/linear/predict-linear.ts';
import { makeScenario, scenarios } from './oracle/scenarios.ts';
import type { Scenario } from './oracle/scenarios.ts';

interface Expected {
  readonly coefficients: number[][];
  readonly intercepts: number[];
  readonly predictions: number[];
}

const oracle = JSON.parse(readFileSync(new URL('./oracle/linear.json', import.meta.url), 'utf8')) as Record<string, Expected>;

const TOLERANCE = 1e-6;

/** By score, in the order of the design's columns. */
function coefficientsOf({ terms, intercepts }: LinearModel): number[][] {
  const columns = terms.flatMap((term) =>
    term.kind === 'numeric'
      ? [term.coefficients, ...(term.missing ? [term.missing.coefficients] : [])]
      : [...term.coefficients, ...(term.missingCoefficients ? [term.missingCoefficients] : [])],
  );
  return intercepts.map((_, score) => columns.map((column) => column[score]!));
}

function fit({ C, alpha, balanced }: Scenario, train: ReturnType<typeof makeScenario>['train']) {
  return C === undefined ? fitLinear({ train, alpha: alpha ?? 0 }) : fitLogistic({ train, C, ...(balanced && { classWeights: 'balanced' }) });
}

function furthest(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(found[at]! - value) / Math.max(1, Math.abs(value))), 0);
}

test.each(scenarios)('$name: what scikit-learn fits', (scenario) => {
  const { train, other } = makeScenario(scenario);
  const { model, converged } = fit(scenario, train);
  const expected = oracle[scenario.name]!;
  expect(converged).toBe(true);
  expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  coefficientsOf(model).forEach((found, score) => expect(furthest(found, expected.coefficients[score]!)).toBeLessThan(TOLERANCE));
  expect(furthest(model.intercepts, expected.intercepts)).toBeLessThan(TOLERANCE);
  expect(furthest(predictLinear(model, other), expected.predictions)).toBeLessThan(TOLERANCE);
});
