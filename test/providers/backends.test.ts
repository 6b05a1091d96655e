import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { engineVersions, readLock } from '../../apps/session/project-lock.ts';
import { BACKENDS, bestBackend, findBackend } from '../../runtime/providers/backends.ts';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureBackend } from '../../runtime/providers/ensure-backend.ts';
import { isWheel, parseLock, printLock } from '../../runtime/providers/lock.ts';
import { PLATFORMS, platformName } from '../../runtime/providers/platform.ts';

const folder = mkdtempSync(join(tmpdir(), 'mlp-backends-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A project with a package of the name installed, of which only its `package.json` is there. */
function projectWith(name: string, version: string): string {
  const project = mkdtempSync(join(folder, 'project-'));
  const place = join(project, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version }));
  return project;
}

const entry = { engine: 'tensorflowjs', platform: 'linux-x64', version: '4.22.0' } as const;

describe('a backend', () => {
  it('is found beside the program, and in the project', () => {
    expect(findBackend('wasm', folder)?.version).toMatch(/^4\.22\./);
    expect(findBackend('node-gpu', folder)).toBeUndefined();
    expect(findBackend('node-gpu', projectWith('@tensorflow/tfjs-node-gpu', '4.22.0'))?.version).toBe('4.22.0');
  });

  it('that is the best at hand is the fastest one that is installed', () => {
    expect(bestBackend(folder)).toBe('wasm');
    expect(bestBackend(projectWith('@tensorflow/tfjs-node', '4.22.0'))).toBe('node');
    expect(bestBackend(projectWith('@tensorflow/tfjs-node-gpu', '4.22.0'))).toBe('node-gpu');
  });

  it('that is pinned and not installed, or in another version, is an error with what to type', () => {
    const missing = ensureBackend({ ...entry, backend: 'node-gpu' }, { project: folder, step: 'net' });
    expect(missing).toMatchObject({ ok: false, diagnostic: { code: 'engine-not-installed', message: expect.stringContaining('`net` needs tensorflowjs on its backend node-gpu') as unknown, hint: expect.stringContaining('`npm install @tensorflow/tfjs-node-gpu@4.22.0`') as unknown } });
    const other = ensureBackend({ ...entry, backend: 'node-gpu' }, { project: projectWith('@tensorflow/tfjs-node-gpu', '4.21.0'), step: 'net' });
    expect(other).toMatchObject({ ok: false, diagnostic: { code: 'engine-other-version', message: expect.stringContaining('is installed as 4.21.0') as unknown } });
    expect(ensureBackend({ ...entry, version: findBackend('wasm', folder)?.version ?? '', backend: 'wasm' }, { project: folder, step: 'net' })).toMatchObject({ ok: true });
  });
});

describe('a lock', () => {
  it('that is new pins the best backend for this platform, and WASM for the others', () => {
    const { value, update } = readLock(projectWith('@tensorflow/tfjs-node-gpu', '4.22.0'));
    const pinned = value.flatMap((one) => (isWheel(one) ? [] : [[one.platform, one.backend]]));
    expect(pinned).toHaveLength(4);
    for (const [platform, backend] of pinned) expect(backend).toBe(platform === platformName() ? 'node-gpu' : 'wasm');
    expect(parseLock(update ?? '').value).toHaveLength(value.length);
  });

  it('that is there keeps its backend, whatever is installed', () => {
    const project = projectWith('@tensorflow/tfjs-node-gpu', '4.22.0');
    const text = printLock(defaultLock());
    writeFileSync(join(project, 'mlp.lock'), text);
    const lock = readLock(project);
    expect(lock.update).toBeUndefined();
    expect(lock.value).toEqual(defaultLock());
  });

  it('with TensorFlow.js alone keeps networks on it; with neither it gets both', () => {
    const project = mkdtempSync(join(folder, 'project-'));
    const place = join(project, 'mlp.lock');
    const without = (...engines: readonly string[]) => defaultLock().filter(({ engine }) => !engines.includes(engine));
    writeFileSync(place, printLock(without('tensorflow')));
    expect(readLock(project)).toMatchObject({ value: without('tensorflow') });
    expect(readLock(project).update).toBeUndefined();
    writeFileSync(place, printLock(without('tensorflow', 'tensorflowjs')));
    expect(parseLock(readLock(project).update ?? '').value).toEqual(defaultLock());
  });

  it('says by its blocks for a platform which engine is there', () => {
    const here = platformName();
    const elsewhere = defaultLock().filter(({ engine, platform }) => engine !== 'tensorflow' || platform !== here);
    expect(engineVersions(elsewhere)).toMatchObject({ tensorflowjs: '4.22.0 wasm' });
    expect(engineVersions(elsewhere)).not.toHaveProperty('tensorflow');
  });

  it('of before there were backends gets them, and nothing else changes', () => {
    const project = mkdtempSync(join(folder, 'project-'));
    const wheels = defaultLock().filter(isWheel).map((one) => ({ ...one, version: '3.4.0' }));
    writeFileSync(join(project, 'mlp.lock'), printLock(wheels));
    const { value, update } = readLock(project);
    expect(value.filter(isWheel)).toEqual(wheels);
    expect(parseLock(update ?? '').value).toHaveLength(wheels.length + PLATFORMS.length);
    expect(readFileSync(join(project, 'mlp.lock'), 'utf8')).toBe(printLock(wheels));
  });

  it.each([
    ['an unknown backend', 'version = 4.22.0\nbackend = webgl\n', 'lock-bad-value', BACKENDS.join(', ')],
    ['the key of a wheel', 'version = 4.22.0\nbackend = wasm\nsize = 3\n', 'lock-bad-key', 'backend'],
    ['no backend', 'version = 4.22.0\n', 'lock-missing-key', 'backend'],
  ])('with %s says so', (_, lines, code, said) => {
    const { diagnostics, value } = parseLock(`[tensorflowjs linux-x64]\n${lines}`);
    expect(diagnostics.map((one) => one.code)).toEqual([code]);
    expect(`${diagnostics[0]?.message} ${diagnostics[0]?.hint ?? ''}`).toContain(said);
    if (code !== 'lock-bad-key') expect(value).toEqual([]);
  });
});
