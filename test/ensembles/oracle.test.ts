import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { newProject, type Outcome } from '../end-to-end/program.ts';
import { parquetRows, valuesOf } from '../predictions/support.ts';
import { splitParts } from '../support/split-parts.ts';

const FOLDS = 4;
const SAMPLES = 3;
const ROWS = 240;

/** Numbers with a few digits, so that texts hold them exactly; `size` is missing here and there. */
const data = Array.from({ length: ROWS }, (_, id) => {
  const size = (id * 37) % 101;
  const noise = ((id * 7919) % 61) - 30;
  const age = (id * 53) % 47;
  const price = size * 2 - noise + (age % 7);
  return { id, size: id % 17 === 3 ? null : size, age, rooms: id % 9, heavy: size + noise > 60, kind: price < 60 ? 'low' : price < 140 ? 'middle' : 'high', price };
});

const csv = ['id,size,age,rooms,heavy,kind,price', ...data.map((row) => [row.id, row.size ?? '', row.age, row.rooms, row.heavy, row.kind, row.price].join(','))].join('\n');

/** The same members and ensembles for each task; `model` is `logistic` or `linear`. */
const ofTask = (task: string, target: string, model: string): string => `
split ${task} = holdout(rows) { target: ${target}, stratify: false }
features ${task}_x = prepare(${task}) { use: [size, age], impute { size: mean } }
features ${task}_y = prepare(${task}) { use: [age, rooms] }
model ${task}_a = ${model}(${task}_x)
model ${task}_b = ${model}(${task}_y)
model ${task}_c = baseline(${task}_x)
model ${task}_stack = stack(${task}_a, ${task}_b, ${task}_c) { folds: ${FOLDS} }
model ${task}_passed = stack(${task}_a, ${task}_c) { folds: ${FOLDS}, pass_through: true }
model ${task}_soft = vote(${task}_a, ${task}_b, ${task}_c) { weights: [2, 1, 0.5] }
model ${task}_found = vote(${task}_a, ${task}_b, ${task}_c) { weights: validate }
model ${task}_bag = bag(${task}_a) { models: ${SAMPLES}, sample: 80% }
`;

const pipeline = `pipeline p { seed: 11 }
source rows = csv("data.csv") { schema { id: int, size: float?, age: int, rooms: int, heavy: bool, kind: string, price: float } }
${ofTask('two', 'heavy', 'logistic')}
model two_hard = vote(two_a, two_b, two_c) { voting: hard, weights: [2, 1, 1.5] }
${ofTask('three', 'kind', 'logistic')}
model three_hard = vote(three_a, three_b, three_c) { voting: hard, weights: [2, 1, 1.5] }
${ofTask('many', 'price', 'linear')}
model many_middle = vote(many_a, many_b, many_c) { voting: median }
`;

const TASKS = { two: 'heavy', three: 'kind', many: 'price' } as const;
const ENSEMBLES = [...pipeline.matchAll(/^model (\w+) = (?:stack|vote|bag)/gm)].map(([, name = '']) => name);

describe('beside scikit-learn, with the same members in the same folds and samples', () => {
  const project = newProject({ 'data.csv': csv, 'p.mlp': pipeline });
  const expected = JSON.parse(readFileSync(new URL('./oracle/ensembles.json', import.meta.url), 'utf8')) as Record<string, number[]>;
  const first: { applied?: Outcome; test?: Record<string, number[]> } = {};

  beforeAll(async () => {
    const applied = await project.run(['apply', 'p.mlp', '--json']);
    expect(applied.code, applied.output.slice(-2000)).toBe(0);
    const given: Record<string, unknown> = { folds: FOLDS, samples: SAMPLES, rows: data };
    first.test = {};
    for (const [task, target] of Object.entries(TASKS)) {
      const parts = await splitParts(project, applied, task);
      const numbered = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
      const held = await Promise.all(numbered(FOLDS).map(async (fold) => (await splitParts(project, applied, `${task}_stack.fold${fold}.${task}`)).test));
      const samples = await Promise.all(numbered(SAMPLES).map(async (sample) => (await splitParts(project, applied, `${task}_bag.sample${sample}.${task}`)).train));
      first.test[task] = parts.test;
      given[task] = { target, ...parts, held, samples };
    }
    const rows = new URL('./oracle/rows.json', import.meta.url);
    if (process.env['UPDATE'] === '1') writeFileSync(rows, `${JSON.stringify(given)}\n`);
    expect(given, 'other splits: UPDATE=1, then run oracle/ensembles.py').toEqual(JSON.parse(readFileSync(rows, 'utf8')));
    await project.run(['export', 'p.mlp', 'rows', '-o', 'rows.parquet']);
  }, 240_000);

  it.each(ENSEMBLES)('%s', async (name) => {
    await project.run(['predict', 'p.mlp', name, 'rows.parquet', '-o', `${name}.parquet`]);
    const predicted = await parquetRows(project.path(`${name}.parquet`));
    const test = first.test?.[name.split('_')[0] ?? ''] ?? [];
    const values = valuesOf(test.map((row) => predicted[row] ?? {})) as number[];
    expect(values).toHaveLength(expected[name]?.length ?? -1);
    values.forEach((value, at) => expect(value, `value ${at}`).toBeCloseTo(expected[name]?.[at] ?? NaN, 6));
  });
});
