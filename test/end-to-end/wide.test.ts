import { describe, expect, it } from 'vitest';
import { newProject } from './program.ts';

const COLUMNS = Array.from({ length: 200 }, (_, i) => `column ${i}`);

const PIPELINE = `
source raw = csv("data.csv") { schema { label: string } }
table wide = sql("""SELECT *, "column 0" + "column 1" AS "their sum" FROM raw""")
check whole = expect(wide) { not_null: [${COLUMNS.slice(1, 150).map((name) => JSON.stringify(name)).join(', ')}] }
split parts = holdout(wide) { target: label, positive: "yes" }
features plain = prepare(parts)
features made = prepare(parts) { impute { numeric: mean }, clip { numeric: quantiles(1%..99%) }, scale { numeric: standard } }
model trees = xgboost(plain) { rounds: 2 }
model odds = logistic(made)
report scores = evaluate(trees, odds)
`;

/** Numbers without order; of the first column one in ten is missing. */
const ROWS = Array.from({ length: 90 }, (_, row) => {
  const cells = COLUMNS.map((_name, i) => (i === 0 && row % 10 === 3 ? '' : String(((row * 31 + i * 17 + row * i) % 101) / 4)));
  return [row % 3 > 0 ? 'yes' : 'no', ...cells].join(',');
});

describe('a table of hundreds of columns', () => {
  it('goes from a file to models, and is shown, exported and predicted', async () => {
    const project = newProject({ 'p.mlp': PIPELINE, 'data.csv': `${[['label', ...COLUMNS].join(','), ...ROWS].join('\n')}\n` });
    expect(await project.run(['apply', 'p.mlp', '--quiet'])).toMatchObject({ code: 0 });
    const shown = JSON.parse((await project.run(['show', 'p.mlp', 'wide', '--json'])).stdout) as { rows: number; columns: { name: string; nulls: number }[] };
    expect(shown.rows).toBe(90);
    expect(shown.columns.map(({ name, nulls }) => [name, nulls])).toEqual(['label', ...COLUMNS, 'their sum'].map((name) => [name, name === 'column 0' || name === 'their sum' ? 9 : 0]));
    expect(await project.run(['export', 'p.mlp', 'wide', '-o', 'out.csv'])).toMatchObject({ code: 0 });
    expect((await project.run(['predict', 'p.mlp', 'odds', 'out.csv', '-o', 'predicted.csv'])).code).toBe(0);
    expect((await project.run(['plan', 'p.mlp', '--exit-code'])).code).toBe(0);
  }, 180_000);

  // What is done to one column at a time must not cost more the more columns stand beside it.
  it('is checked and predicted where it has 500, and all of them are wrong', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `n${i}`);
    const value = (row: number, i: number): number => ((row * 31 + i * 17) % 101) / 4;
    const rows = Array.from({ length: 300 }, (_, row) => [row % 3 > 0, ...names.map((_name, i) => value(row, i))].join(','));
    const source = 'source raw = csv("data.csv") {}\n';
    const project = newProject({
      'p.mlp': `${source}split parts = holdout(raw) { target: label }\nfeatures x = prepare(parts)\nmodel guess = baseline(x)`,
      'c.mlp': `${source}check sane = expect(raw) { between { ${names.map((name) => `${name}: 1..24`).join(', ')} } }`,
      'data.csv': `${[['label', ...names].join(','), ...rows].join('\n')}\n`,
    });
    expect(await project.run(['apply', 'p.mlp', '--quiet'])).toMatchObject({ code: 0 });
    expect(await project.run(['predict', 'p.mlp', 'guess', 'data.csv', '-o', 'out.csv'])).toMatchObject({ code: 0, stdout: expect.stringContaining('300 rows predicted') as string });
    const checked = await project.run(['apply', 'c.mlp']);
    expect(checked.code).toBe(3);
    expect(checked.stdout).toContain('mlp show c.mlp sane');
    expect(checked.stderr).toMatch(/between n0: \d+ of 300 rows are outside.*; 495 more/s);
    const shown = JSON.parse((await project.run(['show', 'c.mlp', 'sane.rows', '--json'])).stdout) as { rows: number };
    const outside = names.map((_name, i) => rows.filter((_row, row) => value(row, i) < 1 || value(row, i) > 24).length);
    expect(Math.min(...outside)).toBeGreaterThan(20);
    expect(shown.rows).toBe(10_000);
  }, 180_000);
});
