import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact, BlobRef, ModelArtifact, TableArtifact } from '../../compiler/plan/artifact.ts';
import { readUbjson } from '../../runtime/data/read-ubjson.ts';
import { encodeScores } from '../../runtime/data/scores.ts';
import { compareTables } from '../../runtime/engines/duckdb/compare-tables.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { findDifference, type Contents } from '../../runtime/verify/find-difference.ts';
import { firstJsonDifference } from '../../runtime/verify/json-difference.ts';

const oracle = join(import.meta.dirname, 'oracle');
const ubj = readFileSync(join(oracle, 'model.ubj'));

describe('UBJSON', () => {
  it('has what XGBoost says in JSON', () => {
    const expected: unknown = JSON.parse(readFileSync(join(oracle, 'model.json'), 'utf8'));
    // In JSON numbers of 32 bits have as few digits as tell them apart.
    const rounded = (value: unknown): unknown => JSON.parse(JSON.stringify(value), (_key, one: unknown) => (typeof one === 'number' ? Math.fround(one) : one));
    expect(rounded(readUbjson(ubj))).toEqual(rounded(expected));
  });

  it.each([
    ['Z', null],
    ['T', true],
    ['F', false],
    ['CA', 'A'],
    ['SU\x03abc', 'abc'],
    ['i\xff', -1],
    ['U\xff', 255],
    ['I\xff\xfe', -2],
    ['l\x00\x01\x00\x00', 65536],
    ['L\xff\xff\xff\xff\xff\xff\xff\xff', -1],
    ['d\x3f\xc0\x00\x00', 1.5],
    ['D\x3f\xf8\x00\x00\x00\x00\x00\x00', 1.5],
    ['[]', []],
    ['[U\x01[T]]', [1, [true]]],
    ['[#U\x02TF', [true, false]],
    ['[$U#U\x03\x01\x02\x03', [1, 2, 3]],
    ['{}', {}],
    ['{U\x01aT}', { a: true }],
    ['{#U\x01U\x01aZ', { a: null }],
    ['{$U#U\x01U\x01a\x07', { a: 7 }],
  ])('%j', (text, value) => {
    expect(readUbjson(Buffer.from(text, 'latin1'))).toEqual(value);
  });

  it('that is cut off anywhere is refused', () => {
    for (let at = 0; at < ubj.length; at += 13) expect(() => readUbjson(ubj.subarray(0, at)), String(at)).toThrow();
  });
});

describe('the first difference of JSON', () => {
  it.each([
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, { path: 'a[1].b', before: '2', after: '3' }],
    [[1], [1, 2], { path: '[1]', before: null, after: '2' }],
    [{ a: 1 }, { b: 1 }, { path: 'a', before: '1', after: null }],
    [0, -0, { path: '', before: '0', after: '-0' }],
    [{ a: 'x' }, { a: null }, { path: 'a', before: '"x"', after: 'null' }],
    [{ a: NaN }, { a: NaN }, undefined],
    [{ b: 1, a: [] }, { a: [], b: 1 }, undefined],
  ])('%j and %j', (before, after, expected) => {
    expect(firstJsonDifference(before, after)).toEqual(expected);
  });
});

describe('the first difference of artifacts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-verify-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let connection: Awaited<ReturnType<typeof connectDuckDB>>;
  beforeAll(async () => {
    connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  });

  const blobs = new Map<string, Uint8Array>();
  const contents: Contents = {
    before: ({ digest }) => Promise.resolve(join(folder, digest)),
    after: ({ digest }) => Promise.resolve(join(folder, digest)),
    read: (path) => Promise.resolve(blobs.get(path.slice(folder.length + 1)) ?? new Uint8Array()),
    compareTables: (comparison) => compareTables(connection, comparison),
  };
  const blob = (digest: string, bytes: Uint8Array): BlobRef => {
    blobs.set(digest, bytes);
    return { digest, bytes: bytes.length };
  };

  async function tableOf(name: string, query: string, digests: Readonly<Record<string, string>>, rows = 4): Promise<TableArtifact> {
    await connection.run(`COPY (${query}) TO '${join(folder, name)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
    return { type: 'table', rows, columns: Object.entries(digests).map(([column, digest]) => ({ name: column, sql: 'BIGINT', digest, nulls: 0 })), file: { digest: name, bytes: 1 } };
  }

  it('of tables: the first row in which a column differs, and how many do', async () => {
    const before = await tableOf('one', "SELECT i AS a, i * 2 AS b, 'x' AS c FROM range(10000) t(i)", { a: '1', b: '1', c: '1' }, 10_000);
    const after = await tableOf('two', "SELECT i AS a, CASE WHEN i IN (7, 5000, 9999) THEN NULL ELSE i * 2 END AS b, CASE i WHEN 6 THEN 'y' ELSE 'x' END AS c FROM range(10000) t(i)", { a: '1', b: '2', c: '2' }, 10_000);
    expect(await findDifference(before, after, contents)).toEqual({ place: 'column c, row 7', before: 'x', after: 'y', rows: 1 });
    expect(await findDifference({ ...before, columns: before.columns.slice(0, 2) }, { ...after, columns: after.columns.slice(0, 2) }, contents)).toEqual({ place: 'column b, row 8', before: '14', after: null, rows: 3 });
  });

  it('of tables in other shapes, and of files that hold the same values', async () => {
    const table = await tableOf('same', 'SELECT 1 AS a', { a: '1' });
    expect(await findDifference(table, { ...table, rows: 5 }, contents)).toEqual({ place: 'rows', before: '4', after: '5' });
    expect(await findDifference(table, { ...table, columns: [] }, contents)).toMatchObject({ place: 'columns[0]', before: '"a BIGINT"', after: null });
    expect(await findDifference(table, { ...table, columns: table.columns.map((column) => ({ ...column, digest: '2' })) }, contents)).toMatchObject({ place: 'columns[0].digest', before: '"1"', after: '"2"' });
  });

  const model = (bytes: Uint8Array, given: Partial<ModelArtifact> = {}): ModelArtifact => ({ type: 'model', kind: 'xgboost', task: 'binary', classes: [], summary: {}, scores: {}, model: blob(String(blobs.size), bytes), ...given });

  it('of boosted trees: the tree and the node', async () => {
    const text = ubj.toString('latin1');
    // The first threshold of the second tree.
    const at = text.indexOf('split_conditions', text.indexOf('split_conditions') + 1) + 'split_conditions[$d#L'.length + 8;
    const changed = Buffer.from(ubj);
    changed[at + 3] = (changed[at + 3] ?? 0) ^ 1;
    const found = await findDifference(model(ubj), model(changed), contents);
    expect(found.place).toBe('tree 1, node 0: split_conditions');
    expect(Math.abs(Number(found.before) - Number(found.after))).toBeLessThan(1e-5);
  });

  it('of other models: a path, or a byte', async () => {
    const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    expect(await findDifference(model(json({ weights: [1, 2] }), { kind: 'linear' }), model(json({ weights: [1, 3] }), { kind: 'linear' }), contents)).toEqual({ place: 'weights[1]', before: '2', after: '3' });
    expect(await findDifference(model(Uint8Array.of(1, 2, 3), { kind: 'other' }), model(Uint8Array.of(1, 2), { kind: 'other' }), contents)).toEqual({ place: 'byte 2 of the model', before: '0x03', after: null });
  });

  it('of models that are the same: their scores, or what is told of them', async () => {
    const scores = (value: number): Uint8Array => encodeScores({ rows: 2, target: { kind: 'numbers', values: Float64Array.of(1, 2) }, values: Float64Array.of(0.5, value) });
    const one = model(ubj);
    const [before, after] = [0.25, 0.75].map((value): Artifact => ({ ...one, scores: { test: blob(`scores ${value}`, scores(value)) } }));
    expect(await findDifference(before as Artifact, after as Artifact, contents)).toEqual({ place: 'scores of test, value 2', before: '0.25', after: '0.75' });
    expect(await findDifference(one, { ...one, summary: { rounds: 3 } }, contents)).toEqual({ place: 'summary.rounds', before: null, after: '3' });
  });
});
