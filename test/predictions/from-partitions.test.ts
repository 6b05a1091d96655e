import { beforeAll, describe, expect, it } from 'vitest';
import { newProject } from '../end-to-end/program.ts';
import { parquetRows } from './support.ts';

const PIPELINE = `
source sales = csv("data/**/*.csv") {
  schema { size: float, sold: int }
  partitions { region: string, year: int }
  filename: true
}
table priced = sql("SELECT size, region || '!' AS region, year - 2000 AS age, filename = 'b.csv' AS late, sold FROM sales")
split parts = holdout(priced) { target: sold }
features x = prepare(parts) { encode { region: one_hot } }
model trees = xgboost(x) { rounds: 10, max_depth: 3 }
`;

/** In the order in which the source reads them. */
const FILES = ['data/region=eu/year=2001/a.csv', 'data/region=eu/year=2003/b.csv', 'data/region=a%20b/year=2002/c.csv'].sort();

const rowsOfFile = (file: number): string => 'size,sold\n' + Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${file * 100 + ((i * 7) % 11) * (file + 1)}\n`).join('');

const project = newProject({ 'p.mlp': PIPELINE, ...Object.fromEntries(FILES.map((file, i) => [file, rowsOfFile(i)])) });
const predict = (input: string, out: string) => project.run(['predict', 'p.mlp', 'trees', input, '--from', 'sales', '-o', out]);

beforeAll(async () => {
  const applied = await project.run(['apply', 'p.mlp', '--quiet']);
  expect(applied.code, applied.output).toBe(0);
});

describe('predict --from a source whose folders tell columns', () => {
  it('has them from the path of the rows: files give what the rows of the table give', async () => {
    await project.run(['export', 'p.mlp', 'priced', '-o', 'priced.parquet']);
    await project.run(['predict', 'p.mlp', 'trees', 'priced.parquet', '-o', 'table.parquet']);
    const table = await parquetRows(project.path('table.parquet'));
    const given = [];
    for (const file of FILES) {
      const done = await predict(file, 'one.parquet');
      expect(done.code, done.output).toBe(0);
      given.push(await parquetRows(project.path('one.parquet')));
    }
    expect(given.map(({ length }) => length)).toEqual([40, 40, 40]);
    expect(given.flat()).toEqual(table);
    expect(given[0]).not.toEqual(given[1]);
  });

  it('takes them from the file where it has them, in whatever folder it lies', async () => {
    await predict('data/region=eu/year=2003/b.csv', 'folder.parquet');
    const [header = '', ...lines] = rowsOfFile(FILES.indexOf('data/region=eu/year=2003/b.csv')).trimEnd().split('\n');
    project.write({ 'region=none/b.csv': [`${header},region,year`, ...lines.map((line) => `${line},eu,2003`)].join('\n') });
    const done = await predict('region=none/b.csv', 'columns.parquet');
    expect(done.code, done.output).toBe(0);
    expect(await parquetRows(project.path('columns.parquet'))).toEqual(await parquetRows(project.path('folder.parquet')));
  });

  it('says what is missing where neither does, and which value is not of its type', async () => {
    project.write({ 'flat.csv': rowsOfFile(0), 'region=eu/year=soon/a.csv': rowsOfFile(0) });
    const flat = await predict('flat.csv', 'flat.parquet');
    expect(flat.code).toBe(1);
    expect(flat.output.replaceAll(/\n\s+/g, ' ')).toMatch(/`flat\.csv` has no columns `region`, `year`.*in a folder `region=…`, or rows with a column `region`/);
    const soon = await predict('region=eu/year=soon/a.csv', 'soon.csv');
    expect(soon.output.replaceAll(/\n\s+/g, ' ')).toContain('40 rows are not as `sales` declares, and have no prediction: `year` is not int: `soon` (40)');
  });
});
