import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newProject } from './program.ts';

const USES_TREES = 'source rows = csv("rows.csv")\nsplit parts = holdout(rows) { target: y }\nfeatures x = prepare(parts)\nfor r in [1] { model trees = xgboost(x) }\n';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly name: string; readonly state: string; readonly detail: string; readonly needed: boolean; readonly fix?: string }[];
}

describe('mlp doctor', () => {
  it('loads each engine that is there, in a process of its own', async () => {
    const project = newProject({ 'p.mlp': USES_TREES });
    const outcome = await project.run(['doctor', '--json']);
    const { ok, findings } = JSON.parse(outcome.stdout) as Report;
    const stateOf = (name: string): string | undefined => findings.find((one) => one.name === name)?.state;
    expect([stateOf('duckdb'), stateOf('xgboost'), stateOf('store'), stateOf('tensorflowjs')]).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(ok).toBe(true);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('fails where a pipeline needs an engine that is not there, and only then', async () => {
    const project = newProject({ 'p.mlp': USES_TREES });
    const env = { MLP_CACHE: project.path('empty'), PATH: '/nowhere' };
    const outcome = await project.run(['doctor'], { env });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/\? {2}xgboost +3\.4\.1, pinned in mlp\.lock: not fetched yet\n.*fetches 5\.8 MB/);
    expect(outcome.stdout).toMatch(/\? {2}pip +there is no Python 3/);
    rmSync(project.path('p.mlp'));
    expect(await project.run(['doctor', '--quiet'], { env })).toMatchObject({ code: 0 });
  });

  it('says what is wrong with a lock or a store', async () => {
    const project = newProject({ 'mlp.lock': 'nonsense\n' });
    writeFileSync(project.path('file'), '');
    const outcome = await project.run(['doctor', '--store', 'file/store']);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/✗ {2}mlp\.lock +`nonsense` means nothing in a lock/);
    expect(outcome.stdout).toMatch(/✗ {2}store /);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/\n\s+at /);
  });
});
