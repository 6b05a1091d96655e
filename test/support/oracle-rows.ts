import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Feature, Labelled, Target } from '../../runtime/data/matrix.ts';

/** Rows that oracles were trained on: `test/xgboost/oracle/make.py` makes them. */
interface Data {
  readonly parts: Readonly<Record<'train' | 'validate' | 'test', readonly [number, number]>>;
  readonly levels: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, readonly (number | null)[]>>;
  readonly weights: readonly number[];
  /** Of the target `relevance`; the weight of a query is that of its first row. */
  readonly queries: readonly number[];
  readonly targets: Readonly<Record<string, readonly number[]>>;
}

/** What of a case says which rows it is about. */
export interface OracleRows {
  readonly target: 'binary' | 'multi' | 'number' | 'relevance';
  readonly features: readonly string[];
  readonly weighted: boolean;
}

const data = JSON.parse(readFileSync(new URL('../xgboost/oracle/data.json', import.meta.url), 'utf8')) as Data;

/** The classes of the targets; none of a number. */
export const ORACLE_CLASSES = { binary: ['no', 'yes'], multi: ['low', 'mid', 'high'], number: undefined, relevance: undefined };

/** The rows of a part as trainers take them. */
export function oracleRows(example: OracleRows, part: 'train' | 'validate' | 'test', oneHot: boolean): Labelled {
  const [start, end] = data.parts[part];
  const features = example.features.map((name): Feature => {
    const values = (data.features[name] ?? []).slice(start, end);
    const levels = data.levels[name];
    if (levels !== undefined) {
      const names = Array.from({ length: levels }, (_, level) => `level ${level}`);
      return { kind: 'category', name, codes: Uint8Array.from(values, (value) => value ?? 255), levels: names, oneHot };
    }
    const numbers = values.map((value) => value ?? NaN);
    return { kind: 'numeric', name, values: name === 'count' ? Uint8Array.from(numbers) : Float64Array.from(numbers) };
  });
  const truth = (data.targets[example.target] ?? []).slice(start, end);
  const classes = ORACLE_CLASSES[example.target];
  const target: Target =
    classes === undefined
      ? { kind: 'numbers', values: Float64Array.from(truth), ...(example.target === 'relevance' ? { queries: Uint32Array.from(data.queries.slice(start, end)) } : {}) }
      : { kind: 'classes', classes, codes: Uint8Array.from(truth) };
  const own = example.target === 'relevance' ? data.queries.map((query) => data.weights[data.queries.indexOf(query)] ?? 1) : data.weights;
  const weights = example.weighted ? { weights: Float32Array.from(own.slice(start, end)) } : {};
  return { matrix: { rows: end - start, features }, target, ...weights };
}

/** Whether values are what another program says, to 1e-6 or closer. */
export function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((actual[index] as number) - value), `value ${index}`).toBeLessThanOrEqual(tolerance);
  });
}
