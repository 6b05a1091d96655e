import { beforeAll, describe, expect, it } from 'vitest';
import { newProject, type Outcome } from '../end-to-end/program.ts';
import { linesOf, parquetRows, rowsOf, storedScores, valuesOf } from './support.ts';

const PIPELINE = `
source birds = json("npm:vega-datasets/data/penguins.json") {
  schema {
    Species: string
    Island: string
    "Beak Length (mm)": float?
    "Body Mass (g)": int(where: "\\"Body Mass (g)\\" < 6200")?
    Sex: string?
  }
  extra: drop
  invalid: drop
}
table measured = sql("""
  SELECT Species AS species, Island AS island, Sex AS sex, "Beak Length (mm)" / 10 AS beak, "Body Mass (g)" AS mass,
         Species = 'Adelie' AS adelie
  FROM birds
""")
table heavy = sql("SELECT * FROM measured WHERE mass IS NOT NULL")

split kinds = holdout(measured) { target: species }
features x = prepare(kinds) {
  drop: [adelie]
  impute { sex: most_frequent }
  encode { island: one_hot, sex: ordinal }
  scale { beak: standard }
}
model trees = xgboost(x) { rounds: 12, max_depth: 3 }
model lines = logistic(x)
model guess = baseline(x)
report scores = evaluate(trees, lines, guess)
choice best = select(scores.validate) { maximize: f1 }

split two = holdout(measured) { target: adelie }
features y = prepare(two) {
  drop: [species]
  encode { sex: target_mean }
}
model binary = xgboost(y) { rounds: 12, max_depth: 3 }
model odds = logistic(y)

split masses = holdout(heavy) { target: mass }
features z = prepare(masses) { drop: [adelie, species] }
model weigh = xgboost(z) { rounds: 12, max_depth: 3 }
model line = linear(z) { alpha: 1 }
model mean = baseline(z)
`;

const project = newProject({ 'p.mlp': PIPELINE });
const mlp = (...args: readonly string[]) => project.run(args);
const predict = (...args: readonly string[]) => mlp('predict', 'p.mlp', ...args);

beforeAll(async () => {
  const applied = await mlp('apply', 'p.mlp', '--quiet');
  expect(applied.code, applied.output).toBe(0);
  for (const name of ['measured', 'heavy']) await mlp('export', 'p.mlp', name, '-o', `${name}.parquet`);
});

/** What was said, each message on one line. */
const said = ({ output }: Outcome): string => output.replaceAll(/\n\s+/g, ' ');

describe('the values of training, to the last bit', () => {
  it.each([
    ['trees', 'kinds', 'measured', 'xgboost, several classes'],
    ['lines', 'kinds', 'measured', 'logistic, several classes'],
    ['guess', 'kinds', 'measured', 'baseline, several classes'],
    ['binary', 'two', 'measured', 'xgboost, two classes, with a target mean'],
    ['odds', 'two', 'measured', 'logistic, two classes'],
    ['weigh', 'masses', 'heavy', 'xgboost, a number'],
    ['line', 'masses', 'heavy', 'linear'],
    ['mean', 'masses', 'heavy', 'baseline, a number'],
  ])('%s of %s', async (model, split, table) => {
    const done = await predict(model, `${table}.parquet`, '-o', `${model}.parquet`);
    expect(done.output).toContain('rows predicted by');
    const predicted = await parquetRows(project.path(`${model}.parquet`));
    const { scores, rows } = await storedScores(project, 'p.mlp', { model, split });
    expect(rows.length).toBe(scores.rows);
    expect(valuesOf(rows.map((row) => predicted[row] ?? {}))).toEqual(Array.from(scores.values));
    const { target } = scores;
    if (target.kind === 'classes') {
      const right = rows.filter((row, i) => String(predicted[row]?.['prediction']) === target.classes[target.codes[i] ?? 0]).length;
      expect(right / rows.length).toBeGreaterThan(model === 'guess' ? 0.3 : 0.9);
    }
  });

  it('a choice predicts as the model that it has chosen', async () => {
    const { chosen } = JSON.parse((await mlp('show', 'p.mlp', 'best', '--json')).stdout) as { chosen: string };
    await predict('best', 'measured.parquet', '-o', 'best.parquet');
    await predict(chosen, 'measured.parquet', '-o', 'chosen.parquet');
    expect(await parquetRows(project.path('best.parquet'))).toEqual(await parquetRows(project.path('chosen.parquet')));
  });
});

describe('--from a source', () => {
  const RAW = [
    { Species: null, Island: 'Biscoe', 'Beak Length (mm)': 48.7, 'Body Mass (g)': 5000, Sex: 'MALE' },
    { Species: null, Island: 'Biscoe', 'Beak Length (mm)': 48.7, 'Body Mass (g)': 9999, Sex: 'MALE' },
    { Species: null, Island: 'Dream', 'Beak Length (mm)': null, 'Body Mass (g)': null, Sex: 'FEMALE' },
    { Species: null, Island: 'Torgersen', 'Beak Length (mm)': 39.1, 'Body Mass (g)': 3750, Sex: null },
  ];

  it('runs the SQL between; the truth need not be known; what the source refuses has no prediction', async () => {
    project.write({ 'raw.ndjson': RAW.map((row) => JSON.stringify(row)).join('\n') });
    const done = await predict('lines', 'raw.ndjson', '--from', 'birds', '-o', 'raw.parquet');
    expect(done.code, done.output).toBe(0);
    expect(said(done)).toContain('1 row is not as `birds` declares, and has no prediction: `Body Mass (g)` is not as its `where` asks: `9999` (1)');
    const predicted = await parquetRows(project.path('raw.parquet'));
    expect(predicted.map(({ prediction }) => prediction === null)).toEqual([false, true, false, false]);
    expect(predicted.map((row) => row['probability_Gentoo'] === null)).toEqual([false, true, false, false]);
  });

  it('is named where rows lack columns that SQL makes', async () => {
    const named = 'if they are in that of `birds`, add `--from birds`';
    const warned = await predict('lines', 'raw.ndjson', '-o', 'bare.parquet');
    expect(warned.code, warned.output).toBe(0);
    expect(said(warned)).toContain('has no column `beak`: it is taken as missing in every row');
    expect(said(warned)).toContain(`rows are to be in the shape of \`measured\`; ${named}`);
    project.write({ 'bare.ndjson': '{"Beak Length (mm)":48.7}\n' });
    const failed = await predict('lines', 'bare.ndjson', '-o', 'bare.parquet');
    expect(failed.code, failed.output).toBe(1);
    expect(said(failed)).toContain('`bare.ndjson` has no column `island`');
    expect(said(failed)).toContain(named);
  });

  it('says the same as the rows of the table', async () => {
    await predict('trees', project.path('node_modules/vega-datasets/data/penguins.json'), '--from', 'birds', '-o', 'all.parquet');
    await predict('trees', 'measured.parquet', '-o', 'table.parquet');
    const all = await parquetRows(project.path('all.parquet'));
    const kept = all.filter(({ prediction }) => prediction !== null);
    expect(kept.length).toBeLessThan(all.length);
    expect(kept).toEqual(await parquetRows(project.path('table.parquet')));
  });

  it('rows that the SQL leaves out have no prediction', async () => {
    const done = await predict('line', 'raw.ndjson', '--from', 'birds', '-o', 'left.csv');
    expect(said(done)).toContain('1 row is left out by the SQL between, and has no prediction');
    expect(said(done)).toContain('left.csv: 4 rows, 2 of them with a prediction');
    expect(linesOf(project, 'left.csv').map((line) => line === '')).toEqual([false, false, true, true, false]);
  });
});

describe('formats', () => {
  it('the same rows in every format give the same predictions', async () => {
    for (const extension of ['csv', 'ndjson', 'arrow']) await mlp('export', 'p.mlp', 'measured', '-o', `measured.${extension}`);
    const expected = await rowsOf(`FROM '${project.path('trees.parquet')}'`);
    for (const extension of ['csv', 'ndjson', 'arrow']) {
      await predict('trees', `measured.${extension}`, '-o', `of-${extension}.parquet`);
      expect(await parquetRows(project.path(`of-${extension}.parquet`)), extension).toEqual(expected);
    }
    await predict('trees', 'measured.parquet', '-o', 'out.csv');
    expect(linesOf(project, 'out.csv').slice(0, 1)).toEqual(['prediction,probability_Adelie,probability_Chinstrap,probability_Gentoo']);
    expect((await predict('trees', 'measured.parquet', '-o', '-')).stdout).toBe(linesOf(project, 'out.csv').join('\n') + '\n');
  });
});
