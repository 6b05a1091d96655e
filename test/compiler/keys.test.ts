import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import { deriveSeed, fingerprintOf, KEY_VERSION, keyOf } from '../../compiler/plan/keys.ts';
import type { PlanInput, PlanStep } from '../../compiler/plan/plan.ts';

const GOLDEN = join(import.meta.dirname, 'keys.json');

const digest = (digit: string): string => digit.repeat(64);

function step(identity: PlanStep['identity'], inputs: readonly PlanInput[] = [], roots: PlanStep['roots'] = []): PlanStep {
  return {
    name: 'a name is in no key',
    keyword: 'table',
    kind: identity['kind'] ?? '',
    place: { span: { file: 'x.mlp', start: 0, end: 1 }, start: { line: 1, column: 1 } },
    params: {},
    inputs,
    roots,
    outputs: [],
    after: ['a check is in no key'],
    guarantee: 'bitwise',
    identity,
    fingerprint: fingerprintOf(identity),
  };
}

const table = {
  type: 'table',
  rows: 3,
  columns: [
    { name: 'a', sql: 'BIGINT', digest: digest('a'), nulls: 0, min: '1', max: '3' },
    { name: 'b', sql: 'VARCHAR', digest: digest('b'), nulls: 1 },
  ],
  file: { digest: digest('f'), bytes: 100 },
} satisfies Artifact;
const features: Artifact = { type: 'features', fitted: { a: [1, 2.5, null, 'é"\\\u0001', -0, 1e21, 1e-7] } };
const input = (slot: string, columns?: readonly string[]): PlanInput => ({ slot, step: 'whatever', part: 'value', ...(columns === undefined ? {} : { columns }) });

const source = step({ kind: 'csv', 'kind-version': '1', engine: 'duckdb 1', 'param:limit': '3' }, [], [
  { path: 'a path is in no key', digest: digest('1'), bytes: 1 },
  { path: 'b', digest: digest('2'), bytes: 2 },
]);
const query = step({ kind: 'sql', 'kind-version': '1', sql: '{"tree":"…"}' }, [input('[0]', ['b'])]);
const count = step({ kind: 'sql', 'kind-version': '1', sql: 'count' }, [input('[0]', [])]);
const model = step({ kind: 'xgboost', 'kind-version': '2', seed: '42', platform: 'linux-x64' }, [input('x'), input('x.table')]);

/** What must not change while `KEY_VERSION` stays: a cache that was filled yesterday is found by it. */
const actual = {
  version: KEY_VERSION,
  fingerprints: { source: source.fingerprint, query: query.fingerprint, model: model.fingerprint },
  keys: {
    source: keyOf(source, []),
    query: keyOf(query, [table]),
    count: keyOf(count, [table]),
    model: keyOf(model, [features, table]),
  },
  seeds: { zero: deriveSeed(0, 'holdout', { stream: 0 }), stream: deriveSeed(0, 'holdout', { stream: 1 }), other: deriveSeed(20260101, 'xgboost', { stream: 0 }), fold: deriveSeed(20260101, 'xgboost', { stream: 0, fold: 1 }) },
};

describe('the mapping from plan to key', () => {
  it('is what it was, or has a new KEY_VERSION', () => {
    const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as typeof actual;
    if (process.env['UPDATE'] === '1' && golden.version !== KEY_VERSION) {
      writeFileSync(GOLDEN, `${JSON.stringify(actual, undefined, 2)}\n`);
      return;
    }
    expect(actual, 'keys changed: every cache is void. If that is meant, raise KEY_VERSION and run with UPDATE=1').toEqual(golden);
  });

  it('reads names and digests of the columns that are read, and the number of rows, nothing else', () => {
    const { key } = keyOf(query, [table]);
    const withColumns = (change: (column: (typeof table.columns)[number]) => object): Artifact => ({ ...table, columns: table.columns.map((column) => ({ ...column, ...change(column) })) });
    expect(keyOf(query, [{ ...table, file: { digest: digest('0'), bytes: 7 } }]).key).toBe(key);
    expect(keyOf(query, [withColumns(({ name }) => (name === 'a' ? { digest: digest('0') } : { nulls: 3 }))]).key).toBe(key);
    expect(keyOf(query, [withColumns(({ name }) => (name === 'b' ? { digest: digest('0') } : {}))]).key).not.toBe(key);
    expect(keyOf(query, [withColumns(({ name }) => (name === 'b' ? { sql: 'INTEGER' } : {}))]).key).not.toBe(key);
    expect(keyOf(query, [{ ...table, rows: 4 }]).key).not.toBe(key);
    expect(keyOf(count, [{ ...table, rows: 4 }]).key).not.toBe(keyOf(count, [table]).key);
  });

  it('refuses a step whose inputs are not all there', () => {
    expect(() => keyOf(query, [])).toThrow(/lacks the content/);
  });
});
