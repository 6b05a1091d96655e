import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../apps/cli/render/text.ts';
import { expectFailure, newProject, outcomeOf, type Outcome, type Says } from './program.ts';
import { expectShape } from './schemas.ts';

const DATA = 'id,a,b,y\n' + Array.from({ length: 200 }, (_, i) => `${i},${i % 7},${'pqr'[i % 3]},${i % 7 > 3}`).join('\n') + '\n';

const SOURCE = 'source rows = csv("data.csv") { limit: most }\n';
const GOOD = `param most: int(1..1000) = 200
${SOURCE}table t = sql("SELECT * FROM rows")
split parts = holdout(t) { target: y }
features x = prepare(parts)
model m = logistic(x)
report r = evaluate(m)
choice c = select(r.validate) { maximize: auc }
`;

const query = (sql: string): string => GOOD.replace('"SELECT * FROM rows"', `"""${sql}"""`);
const change = (from: string, to: string): string => {
  if (!GOOD.includes(from)) throw new Error(`the pipeline has no ${from}`);
  return GOOD.replace(from, to);
};

/** What is wrong, the file, the code of the first diagnostic, and what the message says: the way out above all. */
const TEXTS: readonly (readonly [what: string, text: string, code: string, says: Says])[] = [
  ['nothing in it', '', 'no-declarations', ['source rows = csv("data.csv")']],
  ['comments only', '// nothing\n', 'no-declarations', []],
  ['a pipeline block only', 'pipeline p { seed: 1 }\n', 'no-declarations', []],
  ['a brace that is not closed', change('{ target: y }', '{ target: y'), 'unclosed-bracket', ['4:26']],
  ['a string that is not closed', change('"data.csv"', '"data.csv'), 'unterminated-string', []],
  ['an unknown keyword', change('model m', 'modle m'), 'unknown-keyword', ['did you mean `model`?']],
  ['an unknown kind', change('logistic', 'logisitc'), 'unknown-kind', ['did you mean `logistic`?']],
  ['a kind of another keyword', change('logistic(x)', 'holdout(t)'), 'wrong-keyword', ['write `split` here']],
  ['an unknown key', change('maximize', 'maximise'), 'unknown-key', ['did you mean `maximize`?']],
  ['an unknown name', change('holdout(t)', 'holdout(tt)'), 'unknown-name', ['did you mean `t`?']],
  ['an unknown part', change('r.validate', 'r.valid'), 'unknown-part', ['`validate`, `test`']],
  ['an unknown column', change('target: y', 'target: yy'), 'unknown-column', ['did you mean `y`?']],
  ['an unknown column to drop', change('prepare(parts)', 'prepare(parts) { drop: [ida] }'), 'unknown-column', ['did you mean `id`?']],
  ['an unknown metric', change('maximize: auc', 'maximize: acu'), 'unknown-word', ['did you mean `auc`?']],
  ['a metric of another task', change('maximize: auc', 'maximize: rmse'), 'metric-not-in-report', ['it holds `accuracy`']],
  ['names that differ in case', change('model m', 'model X'), 'duplicate-name', ['`x` is declared here first']],
  ['shares that are too much', change('target: y', 'target: y, train: 70%, validate: 20%, test: 20%'), 'shares-of-split', ['110%']],
  ['a choice by test scores', change('r.validate', 'r.test'), 'chosen-by-test', ['choose by `r.validate`']],
  ['a cycle', 'table a = sql("SELECT * FROM b")\ntable b = sql("SELECT * FROM a")\n', 'cycle', ['a → b → a']],
  ['a param of the wrong type', change('int(1..1000) = 200', 'int = "many"'), 'wrong-value', ['a whole number']],
  ['SQL that does not parse', query('SELECT FROM WHERE rows'), 'sql-syntax', ['`WHERE`']],
  ['SQL without a query', query(''), 'sql-not-a-query', []],
  ['SQL that reads a file by its name', query("SELECT * FROM 'data.csv'"), 'sql-forbidden-table', ['declare a `source`']],
  ['SQL that reads a file by a function', query("SELECT * FROM read_csv('data.csv')"), 'sql-forbidden-function', ['declare a `source`']],
  ['SQL that writes', query("COPY rows TO 'out.csv'"), 'sql-not-a-query', ['`COPY`']],
  ['SQL that makes a table', query('CREATE TABLE z AS SELECT * FROM rows'), 'sql-not-a-query', ['`CREATE`']],
  ['SQL of two statements', query('SELECT * FROM rows; DROP TABLE rows'), 'sql-not-a-query', ['`DROP` is not a query']],
  ['SQL that changes settings', query('PRAGMA version'), 'sql-not-a-query', ['`PRAGMA`']],
  ['SQL with random numbers', query('SELECT *, random() AS z FROM rows'), 'sql-forbidden-function', ['another value each time', 'hash(key)']],
  ['SQL that reads the clock', query('SELECT *, now() AS z FROM rows'), 'sql-forbidden-function', ['declare a `param`']],
  ['SQL with the date of today', query('SELECT *, current_date AS z FROM rows'), 'sql-forbidden-function', ['declare a `param`']],
  ['SQL that reads the environment', query("SELECT *, getenv('HOME') AS z FROM rows"), 'sql-forbidden-function', []],
  ['SQL with an unknown function', query('SELECT *, uper(b) AS z FROM rows'), 'sql-binding', ['no function `uper`', 'did you mean `upper`?']],
  ['SQL with arguments of the wrong type', query('SELECT *, sum(b) AS z FROM rows'), 'sql-binding', ['`sum` does not take (VARCHAR)', 'CAST']],
  ['SQL with an unknown column', query('SELECT idd, a, y FROM rows'), 'unknown-column', ['did you mean `id`?', 'declared here with: id, a, b, y']],
  ['SQL with an unknown table', query('SELECT * FROM row'), 'unknown-table', ['did you mean `rows`?']],
  ['SQL with a column that has no name', query('SELECT a + 1, y FROM rows'), 'sql-no-name', ['AS name']],
  ['SQL that depends on the order of rows', query('SELECT a, first(b) AS z FROM rows GROUP BY a'), 'sql-order-dependent', ['ORDER BY']],
];

/** A platform that is not this one. */
const elsewhere = process.platform === 'darwin' ? 'linux-x64' : 'darwin-arm64';
const lockFor = (platform: string): string => `[xgboost ${platform}]\nversion = 1.0\ndistribution = x\nfile = x.whl\nsize = 1\nsha256 = ${'0'.repeat(64)}\n`;

/** A command line that is wrong, or a project: the files besides, the arguments, the code of the diagnostic. */
const COMMANDS: readonly (readonly [what: string, files: Readonly<Record<string, string | Uint8Array>>, args: readonly string[], code: string, says: Says])[] = [
  ['an unknown command', {}, ['aply', 'p.mlp'], 'usage', ['did you mean `apply`?']],
  ['an unknown flag', {}, ['apply', 'p.mlp', '--job', '2'], 'usage', ['did you mean `--jobs`?']],
  ['a flag without its value', {}, ['plan', 'p.mlp', '--store'], 'usage', ['--store']],
  ['a number that is none', {}, ['apply', 'p.mlp', '--threads', 'two'], 'usage', ['a whole number from 1']],
  ['a size that is none', {}, ['apply', 'p.mlp', '--memory', 'lots'], 'usage', ['4GB']],
  ['too little memory', {}, ['apply', 'p.mlp', '--memory', '1kB'], 'usage', ['at least 128 MB']],
  ['a folder that is not there', {}, ['plan', 'p.mlp', '-C', 'nowhere'], 'usage', ['there is no `nowhere`']],
  ['a file for a folder', {}, ['-C', 'data.csv', 'plan', 'p.mlp'], 'usage', ['`data.csv` is a file']],
  ['arguments the other way round', {}, ['show', 'rows', 'p.mlp'], 'usage', ['`mlp show p.mlp rows`']],
  ['help on what is no command', {}, ['help', 'shwo'], 'usage', ['did you mean `show`?']],
  ['flags without a command', {}, ['--quiet'], 'usage', ['no command is given']],
  ['an option of another command', {}, ['plan', 'p.mlp', '--jobs', '2'], 'usage', ['an option of `mlp apply`']],
  ['no file', {}, ['plan'], 'usage', ['`mlp plan` needs FILE', 'mlp plan pipelines/']],
  ['two files', {}, ['plan', 'p.mlp', 'q.mlp'], 'usage', ['takes FILE|PLAN, and no more']],
  ['a file that is not there', {}, ['check', 'nothing.mlp'], 'pipeline-unreadable', ['there is no such file', '`p.mlp`']],
  ['a file that is not UTF-8', { 'bad.mlp': Uint8Array.of(0x73, 0xff, 0xfe, 0x0a) }, ['check', 'bad.mlp'], 'pipeline-unreadable', ['it is not UTF-8 text']],
  ['a file that is almost there', {}, ['check', 'pp.mlp'], 'pipeline-unreadable', ['did you mean `p.mlp`?']],
  ['a file without its extension', {}, ['plan', 'p'], 'pipeline-unreadable', ['did you mean `p.mlp`?']],
  ['data for a pipeline', {}, ['plan', 'data.csv'], 'pipeline-unreadable', ['it holds data', 'source rows = csv("data.csv")']],
  ['a folder to lay out', { 'folder/x': '' }, ['fmt', 'folder'], 'pipeline-unreadable', ['it is a folder']],
  ['a folder for a file', { 'folder/x': '' }, ['check', 'folder'], 'pipeline-unreadable', ['it is a folder']],
  ['a param without a value', {}, ['plan', 'p.mlp', '--param', 'most'], 'usage', ['NAME=VALUE']],
  ['an unknown param', {}, ['plan', 'p.mlp', '--param', 'mots=4'], 'unknown-param', ['did you mean `most`?']],
  ['a param of the wrong type', {}, ['plan', 'p.mlp', '--param', 'most=many'], 'param-value', ['a whole number in 1..1000', '`many`']],
  ['a param out of bounds', {}, ['plan', 'p.mlp', '--param', 'most=1001'], 'param-value', ['`1001`']],
  ['an unknown target', {}, ['plan', 'p.mlp', '--target', 'parst'], 'unknown-target', ['did you mean `parts`?']],
  ['an unknown step to show', {}, ['show', 'p.mlp', 'mm'], 'unknown-target', ['did you mean `m`?']],
  ['a step that has not been made to show', {}, ['show', 'p.mlp', 'm'], 'not-made', ['mlp apply p.mlp --target m']],
  ['a step that has not been made to export', {}, ['export', 'p.mlp', 'm', '-o', 'm.json'], 'not-made', ['mlp apply p.mlp --target m']],
  ['an export to nowhere', {}, ['export', 'p.mlp', 'm'], 'usage', ['-o m.']],
  ['a store in a file', {}, ['apply', 'p.mlp', '--store', 'data.csv'], 'store-not-folder', ['/data.csv: ', '--store DIR']],
  ['a store below a file', {}, ['apply', 'p.mlp', '--store', 'data.csv/store'], 'store-not-folder', ['--store DIR']],
  ['a store in a folder of other things', { 'folder/x': '' }, ['apply', 'p.mlp', '--store', 'folder'], 'store-foreign', ['--store DIR']],
  ['a lock that is none', { 'mlp.lock': 'hello\n' }, ['plan', 'p.mlp'], 'lock-bad-line', ['mlp.lock:1:1', 'written anew']],
  ['a lock with an unfinished merge', { 'mlp.lock': '<<<<<<< ours\n' }, ['plan', 'p.mlp'], 'lock-merge-conflict', ['mlp.lock:1:1']],
  ['a lock that is a folder', { 'mlp.lock/x': '' }, ['plan', 'p.mlp'], 'lock-unreadable', ['it is a folder', 'written anew']],
  ['a lock for an unknown platform', { 'mlp.lock': lockFor('sparc') }, ['plan', 'p.mlp'], 'lock-bad-platform', ['linux-x64']],
  ['a lock without the engine for this platform', { 'mlp.lock': lockFor(elsewhere), 'p.mlp': GOOD.replace('logistic(x)', 'xgboost(x)') }, ['apply', 'p.mlp'], 'engine-unsupported', ['xgboost', '`m` needs', elsewhere]],
];

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly file?: string;
  readonly start?: { readonly line: number; readonly column: number };
  readonly hint?: string;
  readonly related?: readonly { readonly message: string }[];
}

/** A diagnostic as one text to look into. */
function textOf({ message, start, hint = '', related = [] }: Found): string {
  return [message, start === undefined ? '' : `${start.line}:${start.column}`, hint, ...related.map((one) => one.message)].join('\n');
}

describe('a pipeline with', () => {
  const files = TEXTS.map((_, index) => `case-${index}.mlp`);
  const found: Found[] = [];

  beforeAll(async () => {
    const project = newProject({ 'data.csv': DATA, ...Object.fromEntries(TEXTS.map(([, text], index) => [`case-${index}.mlp`, text])) });
    const [forPrograms, forPeople] = await Promise.all([project.run(['check', ...files, '--json']), project.run(['check', ...files])]);
    expectFailure(forPrograms, 1, []);
    expectFailure(forPeople, 1, []);
    expectShape('check', forPrograms.stdout);
    found.push(...(JSON.parse(forPrograms.stdout) as { diagnostics: Found[] }).diagnostics);
  });

  it.each(TEXTS.map((one, index) => [...one, index] as const))('%s is explained', (_what, _text, code, says, index) => {
    const errors = found.filter(({ file, severity }) => file === files[index] && severity === 'error');
    expect(errors[0]?.code).toBe(code);
    for (const said of says) expect(errors.map(textOf).join('\n')).toContain(said);
    expect(errors.length, 'one mistake is reported about once').toBeLessThanOrEqual(2);
  });
});

describe('a command line with', () => {
  it.concurrent.each(COMMANDS)('%s is explained', async (_what, files, args, code, says) => {
    const project = newProject({ 'data.csv': DATA, 'p.mlp': GOOD, ...files });
    expectFailure(await project.run(args), 1, [`error[${code}]`, ...says]);
  });

  it.concurrent.each([['plan', 'q.mlp'], ['plan', 'p.mlp', '--target', 'parst'], ['show', 'p.mlp', 'm'], ['aply']])('%s %s and `--json` fails in JSON', async (...args) => {
    const project = newProject({ 'data.csv': DATA, 'p.mlp': GOOD });
    const { code, stdout, stderr } = await project.run([...args, '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expectShape('check', stdout);
  });

  it('a reader that has had enough ends quietly, with the code of what was done', async () => {
    const project = newProject({ 'data.csv': DATA, 'p.mlp': GOOD });
    await project.run(['apply', 'p.mlp']);
    const unread = async (...args: readonly string[]): Promise<Pick<Outcome, 'code' | 'stderr'>> => {
      const child = project.start(args);
      child.stdout?.destroy();
      const { code, stderr } = await outcomeOf(child);
      return { code, stderr };
    };
    const quiet = { code: 0, stderr: '' };
    for (const args of [['show', 'p.mlp', 't', '--json'], ['--version'], ['predict', 'p.mlp', 'm', 'data.csv', '-o', '-'], ['plan', 'p.mlp', '-o', 'saved.json'], ['plan', 'p.mlp', '--exit-code']]) {
      expect(await unread(...args), args.join(' ')).toEqual(quiet);
    }
    expect(existsSync(project.path('saved.json'))).toBe(true);
    project.write({ 'p.mlp': change('logistic(x)', 'logistic(x) { C: 3 }') });
    expect(await unread('plan', 'p.mlp', '--exit-code')).toEqual({ code: 2, stderr: '' });
    // Work that nobody waits for any more is as good as cancelled, and says so.
    expect(await unread('apply', 'p.mlp')).toMatchObject({ code: 130, stderr: expect.stringContaining('what is finished is kept') as string });
    expect(await unread('watch', 'p.mlp')).toMatchObject({ code: expect.toSatisfy((code) => code === 0 || code === 130) as number });
    expectFailure(await project.run(['apply', 'p.mlp']), 0, []);
  });

  it('a terminal of 40 columns has no line broken by it', async () => {
    const text = GOOD.replace('source rows', '/// The rows that everything here is made of, from a file with a long documentation.\nsource rows').replace('report r', 'check rows_are_sane = expect(t) { rows: 1.., not_null: [a, b] }\nreport r');
    const project = newProject({ 'data.csv': DATA, 'p.mlp': text });
    // Digests and paths, which are copied, and commands that are typed.
    const mayBreak = /^Key [0-9a-f]{64}$|^ *mlp |^\/\S+$/;
    const narrow = async (...args: readonly string[]): Promise<void> => {
      const { stdout } = await project.run(args, { env: { COLUMNS: '40' } });
      expect(stdout, args.join(' ')).toMatch(/\S/);
      expect(stdout.split('\n').filter((line) => displayWidth(line) > 40 && !mayBreak.test(line)), args.join(' ')).toEqual([]);
    };
    for (const command of ['plan', 'apply', 'apply']) await narrow(command, 'p.mlp');
    const { runs } = JSON.parse((await project.run(['runs', 'p.mlp', '--json'])).stdout) as { runs: { run: string }[] };
    await Promise.all([
      ...['rows', 't', 'rows_are_sane', 'parts', 'x', 'x.train', 'm', 'r', 'r.test', 'c'].map((name) => narrow('show', 'p.mlp', name)),
      ...[['show', 'p.mlp'], ['plan', 'p.mlp'], ['why', 'p.mlp', 'm'], ['check', 'p.mlp'], ['runs', 'p.mlp'], ['diff', 'p.mlp', runs[0]?.run ?? '', runs[1]?.run ?? ''], ['verify', 'p.mlp']].map((args) => narrow(...args)),
      ...[['store', 'du'], ['store', 'gc'], ['store', 'fsck'], ['kinds'], ['help'], ['help', 'watch']].map((args) => narrow(...args)),
    ]);
  }, 180_000);

  it('an extension that does not fit what is exported is explained', async () => {
    const project = newProject({ 'data.csv': DATA, 'p.mlp': GOOD });
    await project.run(['apply', 'p.mlp', '--target', 'm']);
    expectFailure(await project.run(['export', 'p.mlp', 'm', '-o', 'm.parquet']), 1, ['error[not-exportable]', '`.json`']);
    expectFailure(await project.run(['export', 'p.mlp', 't', '-o', 't.xlsx']), 1, ['error[not-exportable]', '`.parquet`', '`.csv`']);
    expectFailure(await project.run(['export', 'p.mlp', 't', '-o', 'nowhere/t.csv']), 1, ['error[output-folder]', 'nowhere']);
    expectFailure(await project.run(['show', 'p.mlp', 'r']), 1, ['error[not-made]', 'mlp apply p.mlp --target r']);
  });
});
