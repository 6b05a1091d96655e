import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheFolder, platformName } from '../../runtime/providers/platform.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { isWheel } from '../../runtime/providers/lock.ts';
import { digestsOf, expectFailure, newProject, statesOf, type Outcome, type Project } from './program.ts';
import { faultsOf, filesBelow } from './store-health.ts';

const DATA = 'id,a,b,y\n' + Array.from({ length: 200 }, (_, i) => `${i},${i % 7},${'pqr'[i % 3]},${i % 7 > 3}`).join('\n') + '\n';
const PIPELINE = `source rows = csv("data.csv")
split parts = holdout(rows) { target: y }
features x = prepare(parts)
model m = logistic(x)
report r = evaluate(m)
`;
const BOOSTED = PIPELINE.replace('logistic(x)', 'xgboost(x) { rounds: 3 }');
const FILES = { 'data.csv': DATA, 'p.mlp': PIPELINE, 'boosted.mlp': BOOSTED };

describe('a store that is damaged', () => {
  const original = newProject(FILES);
  const whole: { applied?: Outcome } = {};
  beforeAll(async () => {
    whole.applied = await original.run(['apply', 'p.mlp', '--json']);
    expect(whole.applied.code).toBe(0);
  });

  function flip(path: string): void {
    const bytes = readFileSync(path);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  }

  const remove = (path: string): void => rmSync(path);

  it.concurrent.each([
    ['a flipped bit in every object', 'objects', flip],
    ['objects that are gone', 'objects', remove],
    ['a flipped bit in every record', 'actions', flip],
  ] as const)('by %s is mended by applying again', async (what, folder, damage) => {
    const project = newProject(FILES);
    cpSync(original.path('.mlp/store'), project.path('.mlp/store'), { recursive: true });
    for (const path of filesBelow(project.path('.mlp/store', folder))) damage(path);
    // A changed model has to read what is there.
    project.write({ 'p.mlp': PIPELINE.replace('logistic(x)', 'logistic(x) { C: 2 }') });
    const outcomes: Outcome[] = [];
    do outcomes.push(await project.run(['apply', 'p.mlp']));
    while (outcomes.at(-1)?.code === 5 && outcomes.length < 4);
    for (const outcome of outcomes.slice(0, -1)) expectFailure(outcome, 5, ['store-damaged', project.path('.mlp/store'), 'run `mlp apply` again']);
    expect(outcomes.at(-1)?.code, what).toBe(0);
    if (folder === 'actions') expect(outcomes[0]?.stderr).toContain('warning[store-mended]');
    project.write({ 'p.mlp': PIPELINE });
    const again = await project.run(['apply', 'p.mlp', '--json']);
    expect(again.code).toBe(0);
    expect(digestsOf(again)).toEqual(whole.applied === undefined ? {} : digestsOf(whole.applied));
  });

  it('is not read: `show` and `plan` name what is wrong', async () => {
    const project = newProject(FILES);
    cpSync(original.path('.mlp/store'), project.path('.mlp/store'), { recursive: true });
    for (const path of filesBelow(project.path('.mlp/store/actions'))) flip(path);
    const before = filesBelow(project.path('.mlp/store'));
    for (const args of [['plan', 'p.mlp'], ['show', 'p.mlp', 'rows']]) expectFailure(await project.run(args), 5, ['error[store-damaged]', project.path('.mlp/store/actions'), 'mlp apply']);
    expect(filesBelow(project.path('.mlp/store'))).toEqual(before);
  });

  it('in a table gives no rows of it', async () => {
    const project = newProject(FILES);
    cpSync(original.path('.mlp/store'), project.path('.mlp/store'), { recursive: true });
    for (const path of filesBelow(project.path('.mlp/store/objects'))) flip(path);
    for (const args of [['show', 'p.mlp', 'rows'], ['export', 'p.mlp', 'rows', '-o', 'rows.csv'], ['export', 'p.mlp', 'm', '-o', 'm.json']]) expectFailure(await project.run(args), 5, ['error[store-damaged]', 'mlp apply']);
    expect(existsSync(project.path('rows.csv'))).toBe(false);
  });
});

/** Mounts a folder for the tests below; they are left out where that may not be done. */
function mount(folder: string, ...options: readonly string[]): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', [...options, folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a disk', () => {
  const mounted: string[] = [];
  const mounts = (project: Project, ...options: readonly string[]): boolean => {
    const folder = project.path('disk');
    if (!mount(folder, ...options)) return false;
    mounted.push(folder);
    return true;
  };
  afterAll(() => {
    for (const folder of mounted) execFileSync('umount', [folder]);
  });

  it('without room ends the run with the reason, and the next one finishes', async ({ skip }) => {
    const project = newProject({ 'p.mlp': 'source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") { limit: 200_000 }\n' });
    if (!mounts(project, '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs')) skip('a small disk cannot be mounted here');
    const args = ['apply', 'p.mlp', '--store', 'disk/store'];
    const outcome = await project.run(args);
    expectFailure(outcome, 3, [/no (?:room|space) is left on the disk/, 'room']);
    expect(faultsOf(project.path('disk/store'))).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=64m', project.path('disk')]);
    expect((await project.run(args)).code).toBe(0);
    expect(faultsOf(project.path('disk/store'))).toEqual([]);
  });

  it('that is read-only is named before anything runs; what is there can be looked at', async ({ skip }) => {
    const project = newProject(FILES);
    if (!mounts(project, '-t', 'tmpfs', 'tmpfs')) skip('a disk cannot be mounted here');
    expect((await project.run(['apply', 'p.mlp', '--store', 'disk/store', '--target', 'rows'])).code).toBe(0);
    execFileSync('mount', ['-o', 'remount,ro', project.path('disk')]);
    expectFailure(await project.run(['apply', 'p.mlp', '--store', 'disk/store']), 1, ['error[file-denied]', 'its disk is read-only', '--store DIR']);
    expect((await project.run(['plan', 'p.mlp', '--store', 'disk/store'])).code).toBe(0);
    expect((await project.run(['show', 'p.mlp', 'rows', '--store', 'disk/store'])).code).toBe(0);
  });

  it('on which nothing can be made is named', async ({ skip }) => {
    if (process.platform !== 'linux') skip('there is no /proc');
    const project = newProject(FILES);
    expectFailure(await project.run(['apply', 'p.mlp', '--store', '/proc/store']), 1, ['/proc/store']);
  });
});

describe('an engine', () => {
  const entry = defaultLock().filter(isWheel).find((one) => one.engine === 'xgboost' && one.platform === platformName());
  const nowhere = { PATH: '/nonexistent', PIP_NO_INDEX: '1', HOME: homedir() };

  it('that cannot be fetched without Python is named, with its step and what to type; the rest runs', async () => {
    const project = newProject(FILES);
    const env = { ...nowhere, MLP_CACHE: project.path('engines') };
    const outcome = await project.run(['apply', 'boosted.mlp'], { env });
    expectFailure(outcome, 1, ['error[engine-no-python]', /the engine xgboost.*, which `m` needs/, 'type `', entry?.file ?? 'a wheel']);
    expect(existsSync(project.path('.mlp/store/actions'))).toBe(false);
    expect((await project.run(['apply', 'p.mlp'], { env })).code).toBe(0);
    expect((await project.run(['apply', 'boosted.mlp', '--target', 'x'], { env })).code).toBe(0);
  });

  it('whose wheel was put there and is not the pinned one is refused', async () => {
    const project = newProject(FILES);
    const env = { ...nowhere, MLP_CACHE: project.path('engines') };
    const missing = await project.run(['apply', 'boosted.mlp'], { env });
    const folder = /into (\/\S+)/.exec(missing.stderr)?.[1] ?? '';
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, entry?.file ?? ''), 'this is no wheel');
    const digest = createHash('sha256').update('this is no wheel').digest('hex');
    expectFailure(await project.run(['apply', 'boosted.mlp'], { env }), 1, ['error[engine-digest]', '`m` needs', digest, entry?.sha256 ?? '']);
  });

  it('whose files in the cache were damaged is not loaded', async () => {
    const project = newProject(FILES);
    cpSync(join(defaultCacheFolder(), 'engines'), project.path('engines/engines'), { recursive: true });
    const library = filesBelow(project.path('engines')).find((path) => /xgboost\.(?:so|dylib|dll)$/.test(path));
    if (library === undefined) throw new Error('no library was copied');
    chmodSync(library, 0o644);
    writeFileSync(library, readFileSync(library).subarray(0, 1000));
    expectFailure(await project.run(['apply', 'boosted.mlp'], { env: { ...nowhere, MLP_CACHE: project.path('engines') } }), 1, ['error[engine-no-python]', 'xgboost']);
  });

  it('in a cache that cannot be used is named', async () => {
    const project = newProject({ ...FILES, engines: 'a file' });
    expectFailure(await project.run(['apply', 'boosted.mlp'], { env: { ...nowhere, MLP_CACHE: project.path('engines') } }), 1, ['error[engine-cache]', 'MLP_CACHE']);
  });

  it('that is there needs neither network nor Python', async () => {
    const project = newProject(FILES);
    mkdirSync(project.path('cache'));
    symlinkSync(join(defaultCacheFolder(), 'engines'), project.path('cache/engines'));
    const outcome = await project.run(['apply', 'boosted.mlp', '--json'], { env: { ...nowhere, MLP_CACHE: project.path('cache') } });
    expect(statesOf(outcome)).toMatchObject({ m: 'ran', r: 'ran' });
  });
});
