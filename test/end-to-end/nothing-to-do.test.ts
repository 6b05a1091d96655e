import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { digestsOf, newProject, outcomeOf, statesOf, WORKER, type Outcome, type Project, type StartOptions } from './program.ts';

/** Texts with both kinds of I, times near midnight, an unread column. */
const DATA = ['id,seen,city,size,note,heavy', ...Array.from({ length: 240 }, (_, i) => `${i},2024-0${(i % 9) + 1}-01 ${i % 2 === 0 ? '23:59:59' : '00:00:01'},${['IZMIR', 'izmir', 'ığdır', 'İçel'][i % 4]},${(i * 37) % 101},note ${i},${(i * 37) % 101 > 60}`)].join('\n');

const PIPELINE = `
param least: int = 0
source rows = csv("data.csv") { schema { seen: timestamp } }
table shaped = sql("""
  SELECT id, upper(city) AS city, city ILIKE 'I%' AS with_i, date_trunc('day', seen) AS day, dayofweek(seen) AS dow, size, note, heavy
  FROM rows WHERE size >= \${least}
""")
check sane = expect(shaped) { rows: 100.. }
split parts = holdout(shaped) { target: heavy }
features x = prepare(parts) { use: [city, with_i, dow, size], encode { city: one_hot(min_count: 5) }, impute { numeric: median } }
features towns = prepare(parts) { use: [city, dow], encode { city: one_hot(min_count: 5) } }
model lines = logistic(x)
model trees = xgboost(x) { rounds: 5 }
model simple = logistic(towns)
report scores = evaluate(lines, trees, simple)
`;

/** How a project that was applied is looked at again, and where. */
type Again = (applied: Project) => Outcome | Promise<Outcome>;

const plan = ['plan', 'p.mlp', '--exit-code'];

/** The same folder's content elsewhere. */
function copyOf(applied: Project): Project {
  const other = newProject();
  rmSync(other.folder, { recursive: true });
  cpSync(applied.folder, other.folder, { recursive: true, verbatimSymlinks: true });
  return other;
}

/** The program, as a shell starts it after some commands. */
function fromShell(project: Project, commands: string, args: readonly string[]): Promise<Outcome> {
  const script = `${commands}; exec "$0" "$@"`;
  return outcomeOf(spawn('sh', ['-c', script, process.execPath, join(WORKER, '..', 'mlp.js'), ...args], { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] }));
}

const withEnvironment = (env: NonNullable<StartOptions['env']>): Again => (applied) => applied.run(plan, { env });

const edited = (edit: (text: string) => string): Again => async (applied) => {
  applied.write({ 'edited.mlp': edit(PIPELINE) });
  return applied.run(['plan', 'edited.mlp', '--exit-code']);
};

const AGAIN: Readonly<Record<string, Again>> = {
  'just again': (applied) => applied.run(plan),
  'another folder': (applied) => copyOf(applied).run(plan),
  'another folder without caches': (applied) => {
    const other = copyOf(applied);
    rmSync(other.path('.mlp/cache'), { recursive: true });
    return other.run(plan);
  },
  'a fresh clone that shares the store': (applied) => newProject({ 'data.csv': DATA, 'p.mlp': PIPELINE }).run([...plan, '--store', applied.path('.mlp/store')]),
  'a link to the folder': (applied) => {
    const link = `${applied.folder}-link`;
    symlinkSync(applied.folder, link);
    return newProject().run([...plan, '-C', link]);
  },
  'a sub-folder for the pipeline and its data': (applied) => {
    const other = copyOf(applied);
    mkdirSync(other.path('below'));
    for (const file of ['p.mlp', 'data.csv']) renameSync(other.path(file), other.path('below', file));
    return other.run(['plan', 'below/p.mlp', '--exit-code']);
  },
  'another name for the data': (applied) => {
    const other = copyOf(applied);
    renameSync(other.path('data.csv'), other.path('renamed.csv'));
    other.write({ 'p.mlp': PIPELINE.replace('data.csv', 'renamed.csv') });
    return other.run(plan);
  },
  touch: (applied) => {
    for (const file of ['data.csv', 'p.mlp']) utimesSync(applied.path(file), new Date(2001, 1, 1), new Date(2001, 1, 1));
    return applied.run(plan);
  },
  'a time zone east': withEnvironment({ TZ: 'Pacific/Kiritimati' }),
  'a time zone west': withEnvironment({ TZ: 'America/St_Johns' }),
  'a locale whose I has no dot': withEnvironment({ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }),
  'a locale with other numbers and sorting': withEnvironment({ LC_ALL: 'de_DE.UTF-8' }),
  'no locale': withEnvironment({ LC_ALL: 'C', LANG: '' }),
  'another home, no colours, a narrow terminal': withEnvironment({ HOME: '/nonexistent', NO_COLOR: '1', COLUMNS: '40' }),
  'a param that is given as it is by default': withEnvironment({ MLP_PARAM_least: '0' }),
  umask: (applied) => fromShell(applied, 'umask 077', plan),
  'other limits of the machine': async (applied) => {
    const outcome = await applied.run(['apply', 'p.mlp', '--json', '--threads', '1', '--jobs', '1', '--memory', '500MB']);
    return { ...outcome, code: Object.values(statesOf(outcome)).every((state) => state === 'cached') ? outcome.code : 2 };
  },
  'line ends of Windows': edited((text) => text.replaceAll('\n', '\r\n')),
  'a byte order mark': edited((text) => `\ufeff${text}`),
  'tabs, and blanks at the ends of lines': edited((text) => text.replaceAll('  ', '\t').replaceAll('\n', ' \t\n')),
  'no line end at the end': edited((text) => text.trimEnd()),
};

describe('there is nothing to do', () => {
  const project = newProject({ 'data.csv': DATA, 'p.mlp': PIPELINE });
  let applied: Outcome | undefined;
  beforeAll(async () => {
    applied = await project.run(['apply', 'p.mlp', '--json']);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(Object.entries(AGAIN))('after %s', async (_, again) => {
    const { code, output } = await again(project);
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('will run') as string });
  });

  it('because nothing of it is in a result: made anew elsewhere, everything is the same', async () => {
    const other = newProject({ 'data.csv': DATA, 'p.mlp': PIPELINE.replaceAll('\n', '\r\n') });
    const outcome = await other.run(['apply', 'p.mlp', '--json', '--threads', '2'], { env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' } });
    expect(outcome.code).toBe(0);
    expect(digestsOf(outcome)).toEqual(applied === undefined ? {} : digestsOf(applied));
  });
});

describe('a change', () => {
  /** Steps by what became of them, other than `cached`. */
  async function changes(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, readonly string[]>>> {
    const project = newProject({ 'data.csv': DATA, 'p.mlp': PIPELINE });
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
    project.write(files);
    const outcome = await project.run(['apply', 'p.mlp', '--json']);
    expect(outcome.code).toBe(0);
    const found: Record<string, string[]> = {};
    for (const [name, state] of Object.entries(statesOf(outcome))) if (state !== 'cached') (found[state] ??= []).push(name);
    return Object.fromEntries(Object.entries(found).map(([state, names]) => [state, names.sort()]));
  }

  const all = ['lines', 'parts', 'sane', 'scores', 'shaped', 'simple', 'towns', 'trees', 'x'];
  it.concurrent.each([
    ['of a column that no model reads runs no model', { 'data.csv': DATA.replaceAll('note ', 'Note ') }, ['rows', 'shaped'], all.filter((name) => name !== 'shaped')],
    ['of a column runs the models that read it, and not those that do not', { 'data.csv': DATA.replaceAll(/^(\d*[02468],.*),(\d+),note/gm, (_, before: string, size: string) => `${before},${Number(size) + 0.5},note`) }, ['lines', 'rows', 'scores', 'shaped', 'trees', 'x'], ['parts', 'sane', 'simple', 'towns']],
    ['that a source does not see stops there', { 'data.csv': `${DATA}\n` }, ['rows'], all],
    ['of a query that comes to the same stops there', { 'p.mlp': PIPELINE.replace("date_trunc('day', seen)", "date_trunc('day', seen + INTERVAL 0 DAY)") }, ['shaped'], all.filter((name) => name !== 'shaped')],
    ['of a split that puts every row where it was stops there', { 'p.mlp': PIPELINE.replace('{ target: heavy }', '{ target: heavy, train: 70.01%, validate: 14.99%, test: 15% }') }, ['parts'], ['lines', 'scores', 'simple', 'towns', 'trees', 'x']],
    ['of features that fit the same stops there', { 'p.mlp': PIPELINE.replace('use: [city, dow]', 'stream: 1, use: [city, dow]') }, ['towns'], ['scores', 'simple']],
    ['of a check runs the check alone', { 'p.mlp': PIPELINE.replace('rows: 100..', 'rows: 101..') }, ['sane'], []],
  ] as const)('%s', async (_, files, ran, cut) => {
    expect(await changes(files)).toEqual({ ran, ...(cut.length === 0 ? {} : { 'cut-off': [...cut] }) });
  });
});
