import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure, newProject, outcomeOf, type Outcome } from '../end-to-end/program.ts';

const ROWS = 3_000_000;
const PIPELINE = `
source one = ndjson("one.ndjson") { schema { n: int } }
table many = sql("SELECT i, md5(i::VARCHAR) AS text, i % 3 = 0 AS third FROM (SELECT unnest(range(${ROWS})) AS i FROM one)")
split parts = holdout(many) { target: third }
features x = prepare(parts) { drop: [text] }
model guess = baseline(x)
`;

const project = newProject({ 'p.mlp': PIPELINE, 'one.ndjson': '{"n": 1}' });
const env = { TMPDIR: project.path('tmp') };

beforeAll(async () => {
  mkdirSync(project.path('tmp'));
  mkdirSync(project.path('out'));
  const applied = await project.run(['apply', 'p.mlp', '--quiet']);
  expect(applied.code, applied.output).toBe(0);
  await project.run(['export', 'p.mlp', 'many', '-o', 'many.parquet']);
});

const leftOver = (): string[] => ['tmp', 'out'].flatMap((folder) => readdirSync(project.path(folder)));

/** Stops a command as soon as it has put something into a folder. */
async function stopped(args: readonly string[], folder: string): Promise<Outcome> {
  const child = project.start(args, { env });
  const ended = outcomeOf(child);
  const watch = setInterval(() => {
    if (readdirSync(project.path(folder)).length === 0) return;
    clearInterval(watch);
    child.kill('SIGINT');
  }, 2);
  const outcome = await ended;
  clearInterval(watch);
  return outcome;
}

describe('Ctrl-C while a file is written leaves nothing', () => {
  it.each([
    ['export of a table', ['export', 'p.mlp', 'many', '-o', 'out/many.csv'], 'out'],
    ['export of a table in Arrow', ['export', 'p.mlp', 'many', '-o', 'out/many.arrow'], 'out'],
    ['export of features', ['export', 'p.mlp', 'x.train', '-o', 'out/x.csv'], 'tmp'],
    ['predict', ['predict', 'p.mlp', 'guess', 'many.parquet', '-o', 'out/guess.csv'], 'tmp'],
    ['predict to standard output', ['predict', 'p.mlp', 'guess', 'many.parquet', '-o', '-'], 'tmp'],
  ])('%s', async (_, args, folder) => {
    expectFailure(await stopped(args, folder), 130, ['cancelled: nothing was written']);
    expect(leftOver()).toEqual([]);
  });
});

/** A disk of 4 kB, where this may be made: by root, on Linux. */
function mountSmallDisk(): boolean {
  mkdirSync(project.path('disk'), { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', project.path('disk')]).status === 0;
}
const isMounted = mountSmallDisk();
afterAll(() => {
  if (isMounted) spawnSync('umount', [project.path('disk')]);
});
if (!isMounted) process.stderr.write('skipped: writing to a full disk: no small disk can be mounted here, which takes root on Linux\n');

describe.skipIf(!isMounted)('a full disk leaves nothing', () => {
  it.each([
    ...['parquet', 'csv', 'ndjson', 'arrow'].map((extension) => ['export', 'p.mlp', 'many', '-o', `disk/many.${extension}`]),
    ...['parquet', 'csv', 'ndjson', 'arrow'].map((extension) => ['predict', 'p.mlp', 'guess', 'many.parquet', '-o', `disk/guess.${extension}`]),
  ])('%s %s %s %s %s %s', async (...args) => {
    expectFailure(await project.run(args, { env }), 1, ['no space is left on the disk', 'make room']);
    expect([...leftOver(), ...readdirSync(project.path('disk'))]).toEqual([]);
  });
});
