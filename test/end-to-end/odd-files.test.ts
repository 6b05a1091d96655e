import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectFailure, newProject, type Outcome } from './program.ts';

const ROWS = 'a\n1\n2\n3\n';
const rowsOf = ({ stdout }: Outcome): unknown => (JSON.parse(stdout) as { readonly rows: unknown }).rows;

describe('files of a source', () => {
  it('with spaces, quotes, newlines, globs and other alphabets in their names are read, each once', async () => {
    const names = ['a b.csv', `it's "so".csv`, 'two\nlines.csv', 'ümläut-日本.csv', '100%.csv', '$HOME.csv', 'c#d;e.csv'];
    const project = newProject({ 'p.mlp': 'source rows = csv("data/*.csv")\n' });
    mkdirSync(project.path('data'));
    for (const name of names) writeFileSync(project.path('data', name), ROWS);
    const outcome = await project.run(['apply', 'p.mlp']);
    expect(outcome.code, outcome.output).toBe(0);
    expect(rowsOf(await project.run(['show', 'p.mlp', 'rows', '--json']))).toBe(3 * names.length);
    expect((await project.run(['plan', 'p.mlp', '--exit-code'])).code).toBe(0);
  });

  it('in a folder with links to itself and to folders above are read once', async () => {
    const project = newProject({ 'p.mlp': 'source rows = csv("data/**/*.csv")\n', 'data/x/one.csv': ROWS, 'data/two.csv': ROWS });
    symlinkSync('..', project.path('data/x/above'));
    symlinkSync('.', project.path('data/here'));
    symlinkSync('self', project.path('data/self.csv'));
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
    expect(rowsOf(await project.run(['show', 'p.mlp', 'rows', '--json']))).toBe(6);
  });

  it('that are links to nothing are told', async () => {
    const project = newProject({ 'p.mlp': 'source rows = csv("loop.csv")\n', 'q.mlp': 'source rows = csv("gone.csv")\n' });
    symlinkSync('loop.csv', project.path('loop.csv'));
    symlinkSync('nowhere.csv', project.path('gone.csv'));
    for (const file of ['p.mlp', 'q.mlp']) expectFailure(await project.run(['check', file]), 1, ['is a link to nothing', 'leads to itself, or to a file that is not there']);
  });
});

describe('a store', () => {
  it('without its records is told as that, and what runs were told of is named as the plan names it', async () => {
    const project = newProject({ 'd/a.csv': 'id\n1\n', 'p.mlp': 'source s = csv("d/a.csv")\ntable t = sql("SELECT id + 1 AS n FROM s")\n' });
    await project.run(['apply', 'p.mlp']);
    project.write({ 'd/a.csv': 'id\n2\n' });
    await project.run(['apply', 'p.mlp']);
    expect((await project.run(['diff', 'p.mlp'])).stdout).toMatch(/~ s csv +d\/a\.csv changed/);
    rmSync(project.path('.mlp/store/actions'), { recursive: true });
    const { stdout } = await project.run(['plan', 'p.mlp']);
    expect(stdout).toMatch(/s +csv +run: its result is missing/);
    expect(stdout).toMatch(/t +sql +(may )?run: waits for s/);
    expect((await project.run(['apply', 'p.mlp'])).code).toBe(0);
  });

  it('of a newer version is left alone by every command', async () => {
    const project = newProject({ 'p.mlp': 'source rows = csv("rows.csv")\n', 'rows.csv': ROWS, '.mlp/store/store.json': '{"version":7}\n' });
    for (const args of [['apply', 'p.mlp'], ['plan', 'p.mlp'], ['show', 'p.mlp', 'rows'], ['runs', 'p.mlp'], ['store', 'fsck', '--mend'], ['store', 'gc', '--delete'], ['store', 'du']]) {
      expectFailure(await project.run(args), 5, ['store-newer', 'version 7', 'update mlp']);
    }
  });
});
