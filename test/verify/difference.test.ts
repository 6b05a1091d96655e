import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact, BlobRef, ModelArtifact, TableArtifact } from '../../compiler/plan/artifact.ts';
import { readUbjson } from '../../runtime/data/read-ubjson.ts';
import { encodeScores } from '../../runtime/data/scores.ts';
import { compareTables } from '../../runtime/engines/duckdb/compare-tables.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { encodeNetworkBlob } from '../../runtime/networks/network-blob.ts';
import type { NetworkDescription } from '../../runtime/networks/description.ts';
import { layoutOf } from '../../runtime/networks/parameters.ts';
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

  const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
  const lightgbm = (...trees: readonly string[]): Uint8Array => encoded(`tree\nversion=v4\nnum_class=1\nfeature_names=a b\ntree_sizes=${trees.map(({ length }) => length).join(' ')}\n\n${trees.map((tree, index) => `Tree=${index}\n${tree}\n\n`).join('\n')}\nend of trees\n\nfeature_importances:\na=3\nb=1\n\npandas_categorical:null\n`);
  const TREE = 'num_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1.5 2.25\nleft_child=1 -1\nright_child=-2 -3\nleaf_value=0.1 0.2 0.3\nleaf_count=4 5 6\nshrinkage=1';
  it.each([
    ['of a leaf', lightgbm(TREE, TREE), lightgbm(TREE, TREE.replace('0.3', '0.30000000000000004')), { place: 'tree 1, leaf 2: value', before: '"0.3"', after: '"0.30000000000000004"' }],
    ['of a node', lightgbm(TREE, TREE), lightgbm(TREE.replace('2.25', '2.5'), TREE.replace('0.3', '0.4')), { place: 'tree 0, node 1: threshold', before: '"2.25"', after: '"2.5"' }],
    ['of a tree', lightgbm(TREE), lightgbm(TREE.replace('shrinkage=1', 'shrinkage=0.5')), { place: 'trees[0].shrinkage', before: '"1"', after: '"0.5"' }],
    ['of how many there are', lightgbm(TREE), lightgbm(TREE, TREE), { place: 'trees[1]', before: null }],
    ['of how often a feature is used', lightgbm(TREE), encoded(new TextDecoder().decode(lightgbm(TREE)).replace('a=3', 'a=4')), { place: 'usage.a[0]', before: '"3"', after: '"4"' }],
  ])('of models of LightGBM, %s', async (_, before, after, expected) => {
    expect(await findDifference(model(before, { kind: 'extra_trees' }), model(after, { kind: 'extra_trees' }), contents)).toMatchObject(expected);
  });

  const catboost = (leaf: number, border: number): Uint8Array => encoded(JSON.stringify({ oblivious_trees: [{ leaf_values: [1, 2], splits: [] }, { leaf_values: [leaf, 4], splits: [{ border: 1 }, { border }] }], scale_and_bias: [1, [0]] }));
  it.each([
    [catboost(3, 2), catboost(5, 7), { place: 'tree 1, leaf 0: value', before: '3', after: '5' }],
    [catboost(3, 2), catboost(3, 7), { place: 'tree 1, split 1: border', before: '2', after: '7' }],
  ])('of models of CatBoost', async (before, after, expected) => {
    expect(await findDifference(model(before, { kind: 'catboost' }), model(after, { kind: 'catboost' }), contents)).toEqual(expected);
  });

  const description: NetworkDescription = {
    inputs: { numbers: 2, categories: [{ kind: 'embedding', levels: 3, size: 2 }] },
    layers: [{ kind: 'dense', units: 3, activation: 'relu' }, { kind: 'batch_norm', momentum: 0.9, epsilon: 1e-3 }, { kind: 'dropout', rate: 0.1 }],
    outputs: 1,
    loss: 'binary',
  };
  const SIZES = layoutOf(description);
  /** Parameters are 0, 1, 2, … but where another is given. */
  const network = (parameters: Readonly<Record<number, number>> = {}, statistics: Readonly<Record<number, number>> = {}, about = {}): Uint8Array =>
    encodeNetworkBlob({ about: { description, ...about }, parameters: Float32Array.from({ length: SIZES.size }, (__, at) => parameters[at] ?? at), statistics: Float32Array.from({ length: SIZES.statisticsSize }, (__, at) => statistics[at] ?? at) });
  it.each([
    // 6 numbers of the embedding, a kernel of 4 × 3, 3 biases; 3 scales and shifts; a last kernel of 3 × 1 and a bias.
    [network({ 5: 0.5, 9: 1 }), { place: 'category 0: embedding[2, 1]', before: '5', after: '0.5' }],
    [network({ [6 + 7]: -1 }), { place: 'layer 0 (dense): kernel[2, 1]', before: '13', after: '-1' }],
    [network({ [6 + 12 + 2]: 1 }), { place: 'layer 0 (dense): bias[2]', before: '20', after: '1' }],
    [network({ [6 + 15 + 3]: 1 }), { place: 'layer 1 (batch_norm): shift[0]', before: '24', after: '1' }],
    [network({ [6 + 15 + 6 + 1]: 1 }), { place: 'layer 3 (output): kernel[1, 0]', before: '28', after: '1' }],
    [network({}, { 0: -0 }), { place: 'layer 1 (batch_norm): mean[0]', before: '0', after: '-0' }],
    [network({}, { 5: 1 }), { place: 'layer 1 (batch_norm): variance[2]', before: '5', after: '1' }],
    [network({ 1: 9 }, {}, { classes: ['a'] }), { place: 'classes', before: null, after: '["a"]' }],
  ])('of networks: the array and the place in it (%#)', async (after, expected) => {
    expect(await findDifference(model(network(), { kind: 'network' }), model(after, { kind: 'network' }), contents)).toEqual(expected);
  });

  it('of models that are made of others: the member', async () => {
    const tree = (bytes: Uint8Array) => model(bytes, { kind: 'lightgbm' });
    const first = tree(ubj);
    const one = model(encoded('{}'), { kind: 'stack', members: [first, tree(lightgbm(TREE))], meta: tree(encoded('{"weights":[1]}')) });
    const other = { ...one, members: [first, tree(lightgbm(TREE.replace('0.2', '0.7')))], meta: tree(encoded('{"weights":[2]}')) };
    expect(await findDifference(one, other, contents)).toEqual({ place: 'member 1: tree 0, leaf 1: value', before: '"0.2"', after: '"0.7"' });
    expect(await findDifference(one, { ...other, members: one.members ?? [] }, contents)).toEqual({ place: 'meta model: weights[0]', before: '1', after: '2' });
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
