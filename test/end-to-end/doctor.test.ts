import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../runtime/providers/backends.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { isWheel, printLock } from '../../runtime/providers/lock.ts';
import { newProject, projectWithPackages } from './program.ts';

const USES_TREES = 'source rows = csv("rows.csv")\nsplit parts = holdout(rows) { target: y }\nfeatures x = prepare(parts)\nfor r in [1] { model trees = xgboost(x) }\n';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { readonly name: string; readonly state: string; readonly detail: string; readonly needed: boolean; readonly fix?: string; readonly bytes?: number }[];
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

  it('names the engine of networks, the backends of TensorFlow.js, and what stores and caches take', async () => {
    const project = newProject({ '.mlp/store/objects/aa/one': 'x'.repeat(1000), '.mlp/cache/a/b/two': 'x'.repeat(300), '.mlp/cache/three': 'x'.repeat(4), 'engines/x/four': 'x'.repeat(50) });
    symlinkSync(project.path('.mlp', 'store'), project.path('.mlp', 'cache', 'link'));
    const { stdout } = await project.run(['doctor', '--json'], { env: { MLP_CACHE: project.path('engines') } });
    const { findings } = JSON.parse(stdout) as Report;
    const find = (name: string) => findings.find((one) => one.name === name);
    expect(['store', 'cache', 'engines'].map((name) => find(name)?.bytes)).toEqual([1000, 304, 50]);
    expect(find('networks')?.detail).toBe('run on tensorflow 2.21.0');
    expect(find('backends')?.detail).toBe('of tensorflowjs: wasm 4.22.0 (pinned), cpu 4.22.0; not installed: `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node`');
    expect(find('backends')?.fix).toBeUndefined();
  });

  it('says which backend is not there that a lock pins, and which is faster than that', async () => {
    const pinned = (backend: string) => printLock(defaultLock().filter(({ engine }) => engine !== 'tensorflow').map((entry) => (isWheel(entry) ? entry : { ...entry, backend: backend as Backend })));
    const project = projectWithPackages({ 'mlp.lock': pinned('wasm') });
    project.write({ 'node_modules/@tensorflow/tfjs-node/package.json': '{ "name": "@tensorflow/tfjs-node", "version": "4.22.0" }' });
    const faster = await project.run(['doctor']);
    expect(faster.stdout).toMatch(/networks +run on tensorflowjs 4\.22\.0 wasm\n.*node 4\.22\.0, wasm 4\.22\.0 \(pinned\).*\n +node is faster: write `backend = node`/);
    project.write({ 'mlp.lock': pinned('node-gpu') });
    const missing = await project.run(['doctor']);
    expect(missing.stdout).toMatch(/\? {2}tensorflowjs +4\.22\.0 on the backend node-gpu, from npm: it is not installed\n.*`npm install @tensorflow\/tfjs-node-gpu@4\.22\.0`/);
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
