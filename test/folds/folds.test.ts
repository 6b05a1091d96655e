import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PartName } from '../../compiler/types.ts';
import { digestsOf, eventsOf, newProject, statesOf, type Outcome } from '../end-to-end/program.ts';
import { splitParts } from '../support/split-parts.ts';

const FOLDS = 4;
const ROWS = 240;

/** Numbers with a few digits, so that texts hold them exactly; `size` is missing here and there. */
const data = Array.from({ length: ROWS }, (_, id) => {
  const size = (id * 37) % 101;
  const noise = ((id * 7919) % 61) - 30;
  return { id, size: id % 17 === 3 ? null : size, age: (id * 53) % 47, household: id % 23, heavy: size + noise > 60, price: size * 2 - noise };
});

const csv = ['id,size,age,household,heavy,price', ...data.map((row) => [row.id, row.size ?? '', row.age, row.household, row.heavy, row.price].join(','))].join('\n');

/** Classes, numbers and groups, each on a split of its own. */
const pipeline = (edit: (text: string) => string = (text) => text): string =>
  edit(`pipeline p { seed: 11 }
source rows = csv("data.csv") { schema { id: int, size: float?, age: int, household: int, heavy: bool, price: float } }

split parts = holdout(rows) { target: heavy }
features x = prepare(parts) { use: [id, size, age], impute { size: mean } }
model odds = logistic(x) { C: 0.5 }
model guess = baseline(x)
report scores = evaluate(odds, guess) { metrics: [accuracy, auc, log_loss], folds: ${FOLDS} }
choice best = select(scores.folds) { minimize: log_loss }

split prices = holdout(rows) { target: price }
features y = prepare(prices) { use: [id, size, age], impute { size: mean } }
model line = linear(y)
report errors = evaluate(line) { metrics: [rmse, r2], folds: ${FOLDS} }

split houses = holdout(rows) { target: heavy, group: household }
features z = prepare(houses) { use: [household, size] }
model other = baseline(z)
report grouped = evaluate(other) { metrics: [accuracy], folds: ${FOLDS} }
`);

const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

interface ReportJson {
  readonly models: Readonly<Record<string, {
    readonly folds: readonly { readonly fold: number; readonly rows: number; readonly metrics: Readonly<Record<string, number>> }[];
    readonly foldsMean: Readonly<Record<string, number>>;
    readonly foldsDeviation: Readonly<Record<string, number>>;
  }>>;
}

describe('cross-validation', () => {
  const project = newProject({ 'data.csv': csv, 'p.mlp': pipeline(), 'edited.mlp': pipeline((text) => text.replace('C: 0.5', 'C: 2')) });
  const first: { applied?: Outcome } = {};

  const shown = async (name: string): Promise<ReportJson> => JSON.parse((await project.run(['show', 'p.mlp', name, '--json'])).stdout) as ReportJson;

  /** The ids of the rows in each part of a split, which a step has made; a row's id is its place in the table. */
  const partsOf = (step: string): Promise<Record<PartName, number[]>> => {
    if (first.applied === undefined) throw new Error('nothing was applied');
    return splitParts(project, first.applied, step);
  };

  const foldsOf = (report: string, split: string): Promise<Record<PartName, number[]>[]> =>
    Promise.all(Array.from({ length: FOLDS }, (_, index) => partsOf(`${report}.fold${index + 1}.${split}`)));

  beforeAll(async () => {
    first.applied = await project.run(['apply', 'p.mlp', '--json', '--threads', '1']);
  });

  it('runs', () => {
    expect(first.applied).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([['scores', 'parts'], ['errors', 'prices'], ['grouped', 'houses']] as const)('holds each training row of %s out once, and trains on the others', async (report, split) => {
    const { train, validate } = await partsOf(split);
    const folds = await foldsOf(report, split);
    expect(ascending(folds.flatMap((fold) => fold.test))).toEqual(train);
    for (const fold of folds) expect({ ...fold, train: ascending([...fold.train, ...fold.test]) }).toEqual({ train, validate, test: fold.test });
  });

  it('gives each fold its share of every class, to a row', async () => {
    const folds = (await foldsOf('scores', 'parts')).map(({ test }) => test);
    const counts = [true, false].map((heavy) => folds.map((fold) => fold.filter((id) => data[id]?.heavy === heavy).length));
    for (const count of [...counts, folds.map((fold) => fold.length)]) expect(Math.max(...count) - Math.min(...count)).toBeLessThanOrEqual(1);
  });

  it('keeps the groups of the split whole', async () => {
    const folds = await foldsOf('grouped', 'houses');
    const households = folds.flatMap(({ test }) => [...new Set(test.map((id) => data[id]?.household))]);
    expect(new Set(households).size).toBe(households.length);
  });

  it('scores what scikit-learn scores in the same folds', async () => {
    const foldOf = async (report: string, split: string): Promise<number[]> => {
      const folds = await foldsOf(report, split);
      return data.map(({ id }) => folds.findIndex(({ test }) => test.includes(id)));
    };
    const given = { folds: FOLDS, rows: data, heavy: await foldOf('scores', 'parts'), price: await foldOf('errors', 'prices') };
    const rows = new URL('./oracle/rows.json', import.meta.url);
    if (process.env['UPDATE'] === '1') writeFileSync(rows, `${JSON.stringify(given)}\n`);
    expect(given, 'other folds: UPDATE=1, then run oracle/folds.py').toEqual(JSON.parse(readFileSync(rows, 'utf8')));
    const expected = JSON.parse(readFileSync(new URL('./oracle/folds.json', import.meta.url), 'utf8')) as Record<string, Record<string, { each: number[]; mean: number; deviation: number }>>;
    const { odds } = (await shown('scores')).models;
    const { line } = (await shown('errors')).models;
    for (const [model, metrics] of [[odds, expected['logistic']], [line, expected['linear']]] as const) {
      for (const [metric, { each, mean, deviation }] of Object.entries(metrics ?? {})) {
        model?.folds.forEach(({ metrics: found }, index) => expect(found[metric], `${metric} in fold ${index + 1}`).toBeCloseTo(each[index] ?? NaN, 6));
        expect(model?.foldsMean[metric]).toBeCloseTo(mean, 6);
        expect(model?.foldsDeviation[metric]).toBeCloseTo(deviation, 6);
      }
    }
  });

  it('lets a choice read the means', async () => {
    const { chosen, candidates } = JSON.parse((await project.run(['show', 'p.mlp', 'best', '--json'])).stdout) as { chosen: string; candidates: { name: string; value: number }[] };
    const { models } = await shown('scores');
    expect(chosen).toBe('odds');
    expect(candidates.map(({ name, value }) => [name, value])).toEqual(Object.entries(models).map(([name, { foldsMean }]) => [name, foldsMean['log_loss']]));
  });

  it('gives the same bytes on two threads', async () => {
    const again = await project.run(['apply', 'p.mlp', '--json', '--threads', '2', '--store', 'other']);
    if (first.applied === undefined) throw new Error('nothing was applied');
    expect(digestsOf(again)).toEqual(digestsOf(first.applied));
  });

  it('fits again what an edit changes, and no more', async () => {
    const edited = await project.run(['apply', 'edited.mlp', '--json']);
    const states = statesOf(edited);
    const ran = Object.keys(states).filter((name) => states[name] === 'ran');
    expect(ran.sort()).toEqual(['best', 'odds', 'scores', ...Array.from({ length: FOLDS }, (_, index) => `scores.fold${index + 1}.odds`)].sort());
  });

  it('tells once of a class that not every fold has', async () => {
    project.write({ 'rare.mlp': pipeline((text) => text.replace('csv("data.csv") {', 'csv("data.csv") { limit: 40, ').replace(`log_loss], folds: ${FOLDS}`, 'log_loss], folds: 20')) });
    const applied = await project.run(['apply', 'rare.mlp', '--json', '--target', 'scores']);
    expect(applied.code, applied.output.slice(-4000)).toBe(0);
    const warned = eventsOf(applied).flatMap((event) => (event.event === 'step-end' && /fold\d+\.parts$/.test(event.name) ? (event.warnings ?? []) : []));
    expect(warned).toEqual(['false', 'true'].map((label) => expect.stringMatching(new RegExp(`^\\d+ of 20 folds have a row of the class "${label}": `)) as unknown));
  });

  it('refuses more folds than there are rows, and than there are groups', async () => {
    const few = (text: string): string => text.replaceAll('csv("data.csv") {', 'csv("data.csv") { limit: 30, ').replaceAll(`folds: ${FOLDS}`, 'folds: 25');
    project.write({ 'few.mlp': pipeline(few) });
    const { code, output } = await project.run(['apply', 'few.mlp']);
    expect(code).toBe(3);
    expect(output).toContain('training rows are too few for 25 folds');
    expect(output).toMatch(/the training rows are of \d+ groups by `household`: too few for 25 folds/);
  });
});
