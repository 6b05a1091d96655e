import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureProvider } from '../../runtime/providers/ensure-provider.ts';
import { findPython } from '../../runtime/providers/find-python.ts';
import { findLockEntry, parseLock, pythonVersions } from '../../runtime/providers/lock.ts';
import { parsePythonPlace, pythonPlace } from '../../runtime/providers/python-place.ts';
import { PLATFORMS } from '../../runtime/providers/platform.ts';

const ALL = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'];
const before = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlp-python-'));
  process.env['PATH'] = [folder, '/usr/bin', '/bin'].join(delimiter);
  delete process.env['MLP_PYTHON'];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  process.env = { ...before };
});

/** A program that says of itself what Pythons say. */
function fake(name: string, says: string, code = 0): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "${says}"\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('every platform has wheels for the same Pythons, and the numpy of each', () => {
  for (const platform of PLATFORMS) for (const engine of ['catboost', 'numpy']) expect(pythonVersions(defaultLock(), engine, platform), `${engine} ${platform}`).toEqual(ALL);
  expect(pythonVersions(defaultLock(), 'xgboost', 'linux-x64')).toEqual([]);
  expect(findLockEntry(defaultLock(), 'numpy', 'linux-x64', '3.9')?.version).toBe('2.0.2');
});

test('the version of a Python in a lock has to be one', () => {
  const { diagnostics } = parseLock('[catboost linux-x64 three]\nversion = 1\ndistribution = a\nfile = a.whl\nsize = 1\nsha256 = ' + '0'.repeat(64));
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([['lock-bad-value', expect.stringContaining('three')]]);
});

test('the usual Python is taken where it fits, then one by its version, and MLP_PYTHON before all', async () => {
  const usual = fake('python3', 'CPython 3.12 /usual path/python3');
  expect(usual).toContain(folder);
  expect((await findPython(ALL)).python).toEqual({ version: '3.12', program: '/usual path/python3' });
  fake('python3.10', 'CPython 3.10 /ten');
  expect(await findPython(['3.9', '3.10'])).toEqual({ python: { version: '3.10', program: '/ten' }, met: [{ version: '3.12', program: '/usual path/python3' }] });
  process.env['MLP_PYTHON'] = fake('mine', 'CPython 3.9 /mine');
  expect((await findPython(ALL)).python?.program).toBe('/mine');
});

test.each([
  ['another implementation', 'PyPy 3.11 /pypy', 0],
  ['one that fails', 'CPython 3.11 /shim', 127],
  ['one without the global lock', 'CPython 3.13t /free', 0],
  ['an old one', 'CPython 3.8 /old', 0],
])('%s does not fit, and the message says what would', async (_, says, code) => {
  process.env['MLP_PYTHON'] = fake('python', says, code);
  const ensured = await ensureProvider({ lock: defaultLock(), engine: 'catboost', step: 'cat', platform: 'linux-x64' });
  const diagnostic = ensured.ok ? undefined : ensured.diagnostic;
  expect(diagnostic?.code).toBe('engine-other-python');
  expect(diagnostic?.message).toContain('`cat` needs catboost, which needs a Python');
  expect(diagnostic?.hint).toContain('MLP_PYTHON=');
});

test('a place is read as it was written', () => {
  const place = { program: '/a/python3', folders: ['/b c', '/d'] };
  expect(parsePythonPlace(pythonPlace(place))).toEqual(place);
});
