import { afterAll, expect, test } from 'vitest';
import type { KeptBytes, RunContext } from '../../compiler/kinds/run.ts';
import type { JsonObject } from '../../compiler/json.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { loadTrainerRows } from '../../stdlib/features/load-features.ts';
import { makeBench, makeFeatures, makeTable, params, split } from './support.ts';

const bench = makeBench();
afterAll(() => bench.remove());

/** Contents in memory. */
function memoryKept(room = 2 ** 20): KeptBytes & { readonly contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  return { contents, room, find: (name) => contents.get(name), save: async (name, content) => void contents.set(name, content) };
}

interface Given {
  readonly numbers?: string;
  readonly unread?: string;
  readonly features?: JsonObject;
  readonly seed?: string;
  readonly target?: JsonObject;
}

async function contextOf({ numbers = 'i % 5', unread = 'i', features = {}, seed = '1', target = {} }: Given = {}): Promise<RunContext> {
  const table = await makeTable(bench, `SELECT i % 3 = 0 AS y, (${numbers})::UTINYINT AS n, CASE WHEN i % 4 > 0 THEN (i % 2)::FLOAT END AS real, ['a', 'b', NULL][1 + i % 3] AS name, ${unread} AS other FROM range(600) AS t(i)`);
  return (await makeFeatures(bench, table, await split(bench, table, params('y', target), seed), { drop: [{ $column: 'other' }], ...features })).context;
}

const load = (context: RunContext, kept: KeptBytes, parts = PART_NAMES): ReturnType<typeof loadTrainerRows> => loadTrainerRows({ ...context, kept }, 'x', { parts });

const refuse: Partial<RunContext> = { blobPath: () => Promise.reject(new Error('it was read')) };

test('groups that are kept are those that were found, and nothing is read for them', async () => {
  for (const features of [{}, { impute: { name: 'drop' } }]) {
    const context = await contextOf({ features });
    const kept = memoryKept();
    const found = await load(context, kept);
    expect(found.train).toHaveProperty('groups');
    expect(kept.contents.size).toBe(1);
    expect(await load({ ...context, ...refuse }, kept)).toEqual(found);
  }
});

test('they are found again where only a column differs that is not read', async () => {
  const kept = memoryKept();
  await load(await contextOf(), kept);
  await load({ ...(await contextOf({ unread: 'i + 1' })), ...refuse }, kept);
  expect(kept.contents.size).toBe(1);
});

test.each<[string, Given]>([
  ['a column', { numbers: 'i % 6' }],
  ['the split', { seed: '2' }],
  ['the shares of its parts', { target: { train: 0.6, validate: 0.2, test: 0.2 } }],
  ['the features', { features: { impute: { name: 'drop' } } }],
])('they are not found where %s differs', async (_, given) => {
  const kept = memoryKept();
  await load(await contextOf(), kept);
  const other = await contextOf(given);
  expect(await load(other, kept)).toEqual(await load(other, memoryKept()));
  expect(kept.contents.size).toBe(2);
});

test('nor for other parts', async () => {
  const kept = memoryKept();
  const context = await contextOf();
  await load(context, kept);
  const some = await load(context, kept, ['train']);
  expect(Object.keys(some)).toEqual(['train', 'rowsIndex']);
  expect(kept.contents.size).toBe(2);
});

test('what was kept of something else is not taken for them, and too much is not kept', async () => {
  const context = await contextOf();
  const kept = memoryKept();
  const found = await load(context, kept);
  const [[name = '', whole = new Uint8Array()] = []] = [...kept.contents];
  for (const other of [new Uint8Array(), whole.subarray(0, -4), Uint8Array.from(whole, (byte, at) => (at === 20 ? byte + 1 : byte))]) {
    kept.contents.set(name, other);
    expect(await load(context, kept)).toEqual(found);
    expect(kept.contents.get(name)).toEqual(whole);
  }
  const small = memoryKept(whole.length / 2);
  expect(await load(context, small)).toEqual(found);
  expect(small.contents.size).toBe(0);
});
