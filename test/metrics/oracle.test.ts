import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { computeMetrics } from '../../stdlib/metrics/compute-metrics.ts';
import { makeCase } from './oracle/cases.ts';

type Expected = number | null | number[][];

const oracle = JSON.parse(readFileSync(new URL('./oracle/metrics.json', import.meta.url), 'utf8')) as {
  names: string[][];
  cases: Expected[][];
};

const TOLERANCE = 1e-9;

function agrees(found: number | null | undefined, expected: number | null): boolean {
  if (found === null || found === undefined || expected === null) return found === expected;
  return Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
}

test('1,000 random cases give what scikit-learn gives', () => {
  const differences: string[] = [];
  oracle.cases.forEach((expected, index) => {
    const { task, scores, weights } = makeCase(index);
    const names = oracle.names[index % 3]!;
    const metrics = names.filter((name) => name !== 'confusion');
    const result = computeMetrics({ scores, task, metrics, ...(weights && { weights }) });
    names.forEach((name, at) => {
      const value = expected[at]!;
      const same = Array.isArray(value)
        ? value.every((row, truth) => row.every((cell, klass) => agrees(result.confusion?.matrix[truth]?.[klass], cell)))
        : agrees(result.metrics[name], value);
      if (!same) differences.push(`case ${index}, ${name}: ${result.metrics[name]}, scikit-learn ${JSON.stringify(value)}`);
    });
    const undefinedMetrics = metrics.filter((name) => result.metrics[name] === null);
    for (const name of undefinedMetrics) {
      if (!result.warnings.some((warning) => warning.includes(`\`${name}\``))) differences.push(`case ${index}: no warning for ${name}`);
    }
  });
  expect(oracle.cases).toHaveLength(1000);
  expect(differences).toEqual([]);
});
