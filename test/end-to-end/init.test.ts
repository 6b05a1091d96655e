import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectFailure, newProject } from './program.ts';

describe('mlp init', () => {
  it('makes a project that is laid out, runs as it is, and has nothing to do then', async () => {
    const project = newProject();
    const made = await project.run(['init', 'demo']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/demo\/churn\.mlp .*\n[^]*Next\n {2}cd demo\n {2}mlp plan churn\.mlp/);
    expect(await project.run(['-C', 'demo', 'fmt', '--check'])).toMatchObject({ code: 0 });
    expect((await project.run(['-C', 'demo', 'check', 'churn.mlp'])).stdout).toBe('1 file checked\n');
    const applied = await project.run(['-C', 'demo', 'apply', 'churn.mlp']);
    expect(applied.code, applied.output).toBe(0);
    expect(await project.run(['-C', 'demo', 'plan', 'churn.mlp', '--exit-code'])).toMatchObject({ code: 0 });
  });

  it('overwrites nothing, and adds its line to .gitignore once', async () => {
    const project = newProject({ '.gitignore': 'node_modules/', 'notes.txt': 'mine' });
    expect(await project.run(['init', '--quiet'])).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(project.path('.gitignore'), 'utf8')).toBe('node_modules/\n.mlp/\n');
    project.write({ 'churn.mlp': 'mine' });
    expectFailure(await project.run(['init']), 1, ['there is already churn.mlp and data/customers.csv: nothing was written', 'mlp init demo']);
    expect(readFileSync(project.path('churn.mlp'), 'utf8')).toBe('mine');
    expectFailure(await project.run(['init', 'notes.txt']), 1, ['notes.txt is a file']);
  });

  it('does without the engine that cannot be fetched, says so, and the pipeline runs', async () => {
    const project = newProject();
    const env = { PATH: '/nowhere', MLP_CACHE: project.path('empty') };
    const made = await project.run(['init', 'demo', '--json'], { env });
    expect(JSON.parse(made.stdout)).toMatchObject({ files: ['churn.mlp', 'data/customers.csv', 'mlp.lock', '.gitignore'], diagnostics: [{ code: 'engine-no-python' }] });
    expect(readdirSync(join(project.folder, 'demo')).sort()).toEqual(['.gitignore', 'churn.mlp', 'data', 'mlp.lock']);
    expect(readFileSync(project.path('demo', 'churn.mlp'), 'utf8')).not.toContain('xgboost');
    expect(await project.run(['-C', 'demo', 'fmt', '--check'])).toMatchObject({ code: 0 });
    const applied = await project.run(['-C', 'demo', 'apply', 'churn.mlp'], { env });
    expect(applied.code, applied.output).toBe(0);
  });
});
