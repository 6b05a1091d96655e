import { beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, newProject, type Says } from './program.ts';
import { expectShape } from './schemas.ts';
import { faultsOf } from './store-health.ts';

const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n') + '\n';
const GOOD = 'id,a,b,y\n' + lines(200, (i) => `${i},${i % 7},${'pqr'[i % 3]},${i % 7 > 3}`);
/** The same with other values of `a`. */
const withA = (a: (i: number) => string): string => 'id,a,b,y\n' + lines(200, (i) => `${i},${a(i)},${'pqr'[i % 3]},${i % 7 > 3}`);

interface Parts {
  readonly source?: string;
  readonly target?: string;
  readonly split?: string;
  readonly features?: string;
  readonly model?: string;
}

function pipeline({ source = 'csv("data.csv")', target = 'y', split = '', features = '', model = 'logistic(x)' }: Parts = {}): string {
  return `source rows = ${source}
split parts = holdout(rows) { target: ${target}${split} }
features x = prepare(parts)${features}
model m = ${model}
report r = evaluate(m)
`;
}

/** What is wrong, the data (none: there is no file), the pipeline, the exit code, and what the message says. */
type Case = readonly [what: string, data: string | Uint8Array | undefined, pipeline: string, code: number, says: Says];

const floats = { source: 'csv("data.csv") { schema { a: float } }' };

const CASES: readonly Case[] = [
  ['no file', undefined, pipeline(), 1, ['unreadable-files', '`data.csv` does not exist', 'p.mlp:1:19']],
  ['a file that is spelled otherwise', GOOD, pipeline({ source: 'csv("dta.csv")' }), 1, ['did you mean `data.csv`?']],
  ['a glob of nothing', GOOD, pipeline({ source: 'csv("*.tsv")' }), 1, ['no file matches `*.tsv`']],
  ['a package that is not installed', GOOD, pipeline({ source: 'csv("npm:no-such-package/data.csv")' }), 1, ['`npm install no-such-package`']],
  ['a file that a package lacks', GOOD, pipeline({ source: 'json("npm:vega-datasets/data/penguin.json")' }), 1, ['did you mean `npm:vega-datasets/data/penguins.json`?']],
  ['a folder', GOOD, pipeline({ source: 'csv("folder")' }), 1, ['`folder` is a folder', '"folder/*"']],
  ['an empty CSV file', '', pipeline(), 1, ['`data.csv` is empty']],
  ['an empty Parquet file', '', pipeline({ source: 'parquet("data.csv")' }), 1, ['`data.csv` is empty']],
  ['a Parquet file that was cut off', 'PAR1' + 'x'.repeat(100), pipeline({ source: 'parquet("data.csv")' }), 1, ['is cut off', 'copy or download it again']],
  ['JSON that was cut off', '[{"a":1,"y":true},{"a":2,', pipeline({ source: 'json("data.csv")' }), 1, ['is not JSON', 'cut off']],
  ['a binary file', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + 13 * i * i) % 256), pipeline(), 1, ['is not CSV but a binary file']],
  ['text that is not UTF-8', Buffer.from(GOOD + '201,1,\xe9,true\n', 'latin1'), pipeline(), 1, ['is not UTF-8', 'latin-1']],
  ['a line that is too short', 'id,a,b,y\n1,2,3,true\n2,2\n', pipeline(), 1, [/line 3 of `data.csv` has 2 values where the first line has 4/]],
  ['a line that is too long', 'id,a,b,y\n1,2,3,true\n2,$1,000,4,true\n', pipeline(), 1, [/line 3 of `data.csv` has 5 values where the first line has 4/, 'put quotes around']],
  ['a column that is not there', GOOD, pipeline({ source: 'csv("data.csv") { schema { aa: int } }' }), 1, ['column-not-in-files', '`aa`', 'did you mean `a`?']],
  ['a value of another type', GOOD.replace('\n5,5', '\n5,five'), pipeline({ source: 'csv("data.csv") { schema { a: int } }' }), 3, ['`a` is not int: `five`', 'row 6', 'invalid: quarantine']],
  ['a header and no rows', 'id,a,b,y\n', pipeline(), 3, ['`parts` failed: the table has no rows']],
  ['one row', 'id,a,b,y\n1,1,p,true\n', pipeline(), 3, ['every row has the same `y`']],
  ['a target with one class', GOOD.replace(/(true|false)$/gm, 'true'), pipeline(), 3, ['every row has the same `y`, "true"', 'choose another target']],
  ['a target with a null', GOOD.replace(/(true|false)$/m, ''), pipeline(), 3, ['row 1 has no `y`', 'WHERE y IS NOT NULL']],
  ['a target that does not exist', GOOD, pipeline({ target: 'why' }), 1, ['unknown-column', '`rows` has no column `why`', '`rows` has `id`, `a`, `b`, `y`']],
  ['a target of text with a typo in one row', 'a,y\n' + lines(200, (i) => `${i % 7},${i % 3 > 0 ? 'yes' : 'no'}`) + '1,yse\n', pipeline(), 3, ['the class "yse" of `y` has 1 row', 'is it a misspelling of "yes"?']],
  ['a target that is "yes" and "no"', 'a,y\n' + lines(200, (i) => `${i % 7},${i % 3 > 0 ? 'yes' : 'no'}`), pipeline(), 3, ['nothing says which is the positive one', 'add `positive: "yes"` to the split']],
  ['a column of decimals with commas', 'id;a;y\n' + lines(200, (i) => `${i};${i},${(i % 90) + 10};${i % 3 > 0}`), pipeline(), 0, ['`a` has 140 different values in 140 training rows']],
  ['too few rows to stratify', 'id,a,b,y\n1,1,p,true\n2,2,q,false\n', pipeline(), 3, ['too few for one in each part', 'stratify: false']],
  ['infinities', withA((i) => (i % 13 === 0 ? 'inf' : String(i * 0.5))), pipeline(floats), 3, ['`a` is infinite in row 1', 'isfinite("a")']],
  ['nothing to take a median of', withA(() => ''), pipeline({ source: 'csv("data.csv") { schema { a: float? } }', features: ' { impute { numeric: median } }' }), 3, ['`a` has no value in the training rows', 'constant']],
  ['NaN', withA((i) => (i % 11 === 0 ? 'NaN' : String(i * 0.5))), pipeline({ ...floats, model: 'xgboost(x) { rounds: 3 }' }), 0, []],
  ['a column of nulls', withA(() => ''), pipeline(), 0, []],
  ['a column that is constant', withA(() => '3'), pipeline({ features: ' { scale { numeric: standard } }' }), 0, []],
];

const dataOf = (data: string | Uint8Array | undefined): Record<string, string | Uint8Array> => (data === undefined ? {} : { 'data.csv': data });

describe('data that no plan can be made with:', () => {
  const cases = CASES.filter(([, , , code]) => code === 1);
  const said: string[] = [];

  beforeAll(async () => {
    const project = newProject();
    cases.forEach(([, data, text], index) => {
      for (const [name, content] of Object.entries({ 'p.mlp': text, 'folder/one': '', ...dataOf(data) })) project.write({ [`case-${index}/${name}`]: content });
    });
    const outcome = await project.run(['check', ...cases.map((_, index) => `case-${index}/p.mlp`)]);
    expectFailure(outcome, 1, []);
    // Each message names its file.
    for (const block of outcome.stderr.split(/\n(?=error\[)/)) {
      const index = Number(/case-(\d+)\/p\.mlp:\d+:\d+/.exec(block)?.[1]);
      said[index] = `${said[index] ?? ''}${block}\n`;
    }
  });

  it.each(cases.map(([what, , , , says], index) => ({ what, says, index })))('$what', ({ says, index }) => {
    for (const text of says) expect(said[index])[typeof text === 'string' ? 'toContain' : 'toMatch'](text as string & RegExp);
  });
});

describe('data that a step meets:', () => {
  it.concurrent.each(CASES.filter(([, , , code]) => code !== 1))('%s', async (_, data, text, code, says) => {
    const project = newProject({ 'p.mlp': text, ...dataOf(data) });
    expectFailure(await project.run(['apply', 'p.mlp']), code, says);
    expect(faultsOf(project.path('.mlp/store'))).toEqual([]);
  });

  it('a check that fails holds what waits for it, and plan and why say so, also of what is cached', async () => {
    const checked = (rows: string): string => pipeline().replace('split', `check sane = expect(rows) { rows: ${rows} }\nsplit`);
    const project = newProject({ 'p.mlp': checked('1000..'), 'data.csv': GOOD });
    const planned = async (): Promise<Record<string, unknown>> => {
      const outcome = await project.run(['plan', 'p.mlp', '--json']);
      expectShape('plan', outcome.stdout);
      const { steps } = JSON.parse(outcome.stdout) as { readonly steps: readonly { readonly name: string; readonly state: string; readonly failed?: true; readonly heldBy?: string }[] };
      return Object.fromEntries(steps.map(({ name, state, failed, heldBy }) => [name, { state, failed, heldBy }]));
    };
    const held = (state: string): Record<string, unknown> => ({ rows: { state: 'cached' }, sane: { state: 'cached', failed: true }, ...Object.fromEntries(['parts', 'x', 'm', 'r'].map((name) => [name, { state, heldBy: 'sane' }])) });
    expectFailure(await project.run(['apply', 'p.mlp']), 3, ['rows: 200 (expected 1000..)']);
    expect(await planned()).toEqual(held('run'));
    expect((await project.run(['why', 'p.mlp', 'm'])).stdout).toContain('skipped as long as the check sane fails; once it passes: it will run');
    project.write({ 'p.mlp': checked('1..') });
    expectFailure(await project.run(['apply', 'p.mlp']), 0, []);
    project.write({ 'p.mlp': checked('1000..') });
    expectFailure(await project.run(['apply', 'p.mlp']), 3, []);
    expect(await planned()).toEqual(held('cached'));
    expectFailure(await project.run(['plan', 'p.mlp', '-o', 'saved.json']), 0, ['sane fails: 4 steps skipped · 2 cached']);
    expectFailure(await project.run(['plan', 'saved.json']), 0, ['sane fails: 4 steps skipped · 2 cached']);
    expectFailure(await project.run(['apply', 'saved.json']), 3, ['rows: 200 (expected 1000..)']);
  });

  it('once it was mended, the next apply finishes', async () => {
    const project = newProject({ 'p.mlp': pipeline(), 'data.csv': 'id,a,b,y\n' });
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(3);
    project.write({ 'data.csv': GOOD });
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
  });
});

describe('odd names and shapes', () => {
  const NAMES = ['has space', 'quo"te', "apostrophe's", 'größe', '列', 'select', 'table', 'Ünï codé', 'a.b', '$x', '-', '😀', 'x,y', '__proto__', 'toString', 'constructor'];
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

  it('of columns go all the way through', async () => {
    const data = `${[...NAMES, 'the target'].map(quoted).join(',')}\n${lines(150, (i) => [...NAMES.map((_, k) => (i * (k + 3)) % 17), i % 2 === 0 ? 'yes "so"' : 'no, not'].map((value) => quoted(String(value))).join(','))}`;
    const select = NAMES.map((name) => quoted(name)).join(', ');
    const project = newProject({
      'data.csv': data,
      'p.mlp': `source rows = csv("data.csv")\ntable t = sql("""SELECT ${select}, "the target" FROM rows""")\nsplit parts = holdout(t) { target: "the target", positive: "yes \\"so\\"" }\nfeatures x = prepare(parts)\nmodel lines = logistic(x)\nmodel trees = xgboost(x) { rounds: 3 }\nreport r = evaluate(lines, trees)\n`,
    });
    const applied = await project.run(['apply', 'p.mlp']);
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['t', 'parts', 'x', 'x.train', 'lines', 'trees', 'r']) expect((await project.run(['show', 'p.mlp', name])).code, name).toBe(0);
    expect((await project.run(['export', 'p.mlp', 'x.train', '-o', 'out.csv'])).code).toBe(0);
    expect((await project.run(['plan', 'p.mlp', '--exit-code'])).code).toBe(0);
  });

  it('of steps are those that JavaScript has for everything', async () => {
    const project = newProject({
      'data.csv': GOOD,
      'p.mlp': 'source __proto__ = csv("data.csv")\nsplit toString = holdout(__proto__) { target: y }\nfeatures x = prepare(toString)\nmodel constructor = logistic(x)\nreport valueOf = evaluate(constructor)\nchoice c = select(valueOf.validate) { maximize: auc }\n',
    });
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
    const [planned, shown] = await Promise.all([project.run(['plan', 'p.mlp', '--json', '--exit-code']), project.run(['show', 'p.mlp', 'valueOf', '--json'])]);
    expect([planned.code, shown.code]).toEqual([0, 0]);
    expect(Object.keys((JSON.parse(shown.stdout) as { models: object }).models)).toEqual(['constructor']);
  });

  it('as three hundred columns are nothing special', async () => {
    const names = Array.from({ length: 300 }, (_, k) => `c${k}`);
    const data = `${names.join(',')},y\n${lines(120, (i) => [...names.map((_, k) => (i * (k + 1)) % 23), i % 3].join(','))}`;
    const project = newProject({ 'data.csv': data, 'p.mlp': pipeline({ model: 'xgboost(x) { rounds: 3 }' }).replace('target: y', 'target: y, task: multiclass') });
    const applied = await project.run(['apply', 'p.mlp']);
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    expect((await project.run(['show', 'p.mlp', 'rows'])).code).toBe(0);
  });
});
