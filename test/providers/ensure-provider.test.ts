import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultLock } from '../../runtime/providers/default-lock.ts';
import { ensureProvider, type EnsureRequest } from '../../runtime/providers/ensure-provider.ts';
import { providerState } from '../../runtime/providers/provider-state.ts';
import type { Lock } from '../../runtime/providers/lock.ts';
import type { PipOutcome, RunPip } from '../../runtime/providers/run-pip.ts';
import { nodeFiles } from '../../runtime/store/files.ts';
import { makeZip } from './make-zip.ts';

const FILE = 'xgboost_cpu-9.9-py3-none-manylinux_2_28_x86_64.whl';
const wheel = makeZip([
  { name: 'xgboost/lib/libxgboost.so', data: 'the library' },
  { name: 'xgboost_cpu.libs/libgomp.so.1', data: 'its runtime' },
  { name: 'xgboost/core.py', data: 'not needed' },
]);
const platform = 'linux-x64';

let cacheFolder: string;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'mlp-cache-'));
});
afterEach(async () => {
  await chmod(cacheFolder, 0o755);
  await rm(cacheFolder, { recursive: true });
});

function lockOf(bytes: Uint8Array): Lock {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const pin = { version: '9.9', distribution: 'xgboost-cpu', file: FILE, size: bytes.length, sha256 };
  return [{ engine: 'xgboost', platform, ...pin }];
}

/** A pip that brings these bytes. */
function bringing(bytes: Uint8Array): RunPip {
  return async (args) => {
    await writeFile(join(args[args.indexOf('--dest') + 1] ?? '', FILE), bytes);
    return { kind: 'ran', exitCode: 0, output: '' };
  };
}

function answering(outcome: PipOutcome): RunPip {
  return async () => outcome;
}

const noPip: RunPip = () => {
  throw new Error('pip was called');
};

function ensure(request: Partial<EnsureRequest>) {
  return ensureProvider({ lock: lockOf(wheel), engine: 'xgboost', cacheFolder, platform, step: 'gbm', ...request });
}

async function library(request: Partial<EnsureRequest>): Promise<string> {
  const ensured = await ensure(request);
  if (!ensured.ok) throw new Error(ensured.diagnostic.message);
  return ensured.library;
}

test('what is unpacked is on the disk before it has its place: its size alone tells later that it is whole', async () => {
  const synced: string[] = [];
  const sync = vi.spyOn(nodeFiles, 'sync').mockImplementation(async (path) => {
    expect(await readdir(join(cacheFolder, 'engines')).catch(() => [])).toEqual([]);
    synced.push(path.slice(path.lastIndexOf('/engine') + 1));
  });
  try {
    await library({ runPip: bringing(wheel) });
  } finally {
    sync.mockRestore();
  }
  expect(synced).toEqual(expect.arrayContaining(['engine/xgboost/lib/libxgboost.so', 'engine/xgboost_cpu.libs/libgomp.so.1', 'engine/xgboost/lib', 'engine']));
  expect(synced.some((path) => path.endsWith('engine.json'))).toBe(true);
});

async function diagnostic(request: Partial<EnsureRequest>) {
  const ensured = await ensure(request);
  if (ensured.ok) throw new Error('it succeeded');
  return ensured.diagnostic;
}

test('fetches once, then needs neither pip nor network', async () => {
  const phases: string[] = [];
  const runPip = vi.fn(bringing(wheel));
  const path = await library({ runPip, onProgress: ({ phase }) => phases.push(phase) });
  expect(await readFile(path, 'utf8')).toBe('the library');
  expect(phases).toEqual(['downloading', 'unpacking']);
  expect(runPip.mock.calls[0]?.[0].join(' ')).toMatch(
    /^download --no-deps --only-binary=:all: --platform manylinux_2_28_x86_64 --python-version 3\.13 xgboost-cpu==9\.9 /,
  );
  expect(await library({ runPip: noPip })).toBe(path);
  expect(await readdir(join(cacheFolder, 'tmp'))).toEqual([]);
  expect(await readdir(join(path, '../..'))).toEqual(['lib']);
});

test('says what it has without fetching', async () => {
  const query = { lock: lockOf(wheel), engine: 'xgboost', cacheFolder, platform };
  expect(await providerState(query)).toMatchObject({ state: 'absent', entry: { version: '9.9' } });
  const path = await library({ runPip: bringing(wheel) });
  expect(await providerState(query)).toMatchObject({ state: 'present', library: path });
  await appendFile(path, '!');
  expect(await providerState(query)).toMatchObject({ state: 'damaged' });
  await writeFile(path, 'The library');
  expect(await providerState(query)).toMatchObject({ state: 'present' });
  expect(await providerState({ ...query, digests: true })).toMatchObject({ state: 'damaged' });
  expect(await providerState({ ...query, platform: 'linux-riscv64' })).toEqual({ state: 'unsupported', platform: 'linux-riscv64' });
});

describe('a damaged cache is fetched again', () => {
  test.each<[string, (path: string) => Promise<void>]>([
    ['a library that was cut off', (path) => truncate(path, 3)],
    ['a library that is gone', (path) => rm(path)],
    ['no marker', (path) => rm(join(path, '../../../engine.json'))],
    ['a marker that is no JSON', (path) => writeFile(join(path, '../../../engine.json'), '{')],
    ['a marker of something else', (path) => writeFile(join(path, '../../../engine.json'), 'null')],
  ])('%s', async (_, damage) => {
    const path = await library({ runPip: bringing(wheel) });
    await damage(path);
    expect(await library({ runPip: bringing(wheel) })).toBe(path);
    expect(await readFile(path, 'utf8')).toBe('the library');
    expect(await readdir(join(cacheFolder, 'tmp'))).toEqual([]);
  });
});

test('many may fetch at once', async () => {
  const paths = await Promise.all(Array.from({ length: 8 }, () => library({ runPip: bringing(wheel) })));
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(paths[0] ?? '', 'utf8')).toBe('the library');
  expect(await readdir(join(cacheFolder, 'engines'))).toHaveLength(1);
  expect(await readdir(join(cacheFolder, 'tmp'))).toEqual([]);
});

test('a wheel that was put into the cache by hand is taken', async () => {
  await mkdir(join(cacheFolder, 'wheels'));
  await writeFile(join(cacheFolder, 'wheels', FILE), wheel);
  expect(await readFile(await library({ runPip: noPip }), 'utf8')).toBe('the library');
});

test('what killed processes left behind is removed after a day', async () => {
  for (const name of ['old', 'young']) await mkdir(join(cacheFolder, 'tmp', name), { recursive: true });
  await utimes(join(cacheFolder, 'tmp/old'), new Date(0), new Date(0));
  await library({ runPip: bringing(wheel) });
  expect(await readdir(join(cacheFolder, 'tmp'))).toEqual(['young']);
});

describe('failures name the engine, the step and the way out', () => {
  const ran = (output: string): PipOutcome => ({ kind: 'ran', exitCode: 1, output });
  const none = 'ERROR: No matching distribution found for xgboost-cpu==9.9\n';
  const notWheel = Buffer.from('<html>Blocked by proxy</html>');
  const empty = makeZip([{ name: 'xgboost/core.py', data: '' }]);
  const command = /python3 -m pip download --no-deps .* xgboost-cpu==9\.9 --dest \S+wheels/;
  test.each<[string, Partial<EnsureRequest>, string, RegExp, RegExp]>([
    ['no Python', { runPip: answering({ kind: 'no-python' }) }, 'engine-no-python', /no Python 3/, /https:\/\/pypi\.org\/project\/xgboost-cpu\/9\.9/],
    ['no pip', { runPip: answering({ kind: 'no-pip', python: 'python3' }) }, 'engine-no-pip', /python3 does not have/, /type `.*`/],
    ['no network', { runPip: answering(ran(`WARNING: Retrying after connection broken by 'NewConnectionError'\n${none}`)) }, 'engine-no-network', /cannot reach/, command],
    ['no such wheel', { runPip: answering(ran(none)) }, 'engine-no-wheel', /has no xgboost_cpu-9\.9/, command],
    ['any other failure', { runPip: answering(ran('x\nERROR: Invalid requirement\n')) }, 'engine-fetch-failed', /Invalid requirement/, command],
    ['another file', { runPip: answering({ kind: 'ran', exitCode: 0, output: '' }) }, 'engine-fetch-failed', /something else/, command],
    ['a full disk', { runPip: answering(ran('ERROR: Could not install: [Errno 28] No space left on device')) }, 'engine-cache', /no space/, /MLP_CACHE=DIR/],
    ['another digest', { runPip: bringing(notWheel) }, 'engine-digest', /not the file that mlp\.lock pins/, /SHA-256/],
    ['a corrupt wheel', { lock: lockOf(notWheel), runPip: bringing(notWheel) }, 'engine-corrupt-wheel', /cannot be unpacked/, /restore mlp\.lock/],
    ['a wheel without the library', { lock: lockOf(empty), runPip: bringing(empty) }, 'engine-corrupt-wheel', /no xgboost\/lib\/libxgboost\.so/, /mlp\.lock/],
    ['an unknown platform', { platform: 'linux-riscv64' }, 'engine-unsupported', /none for linux-riscv64/, /linux-x64/],
    ['an unknown engine', { engine: 'lightgbm' }, 'engine-unsupported', /lightgbm/, /^take mlp\.lock out of the way/],
  ])('%s', async (_, request, code, message, hint) => {
    const found = await diagnostic(request);
    expect(found.code).toBe(code);
    expect(found.message).toMatch(/^the engine (xgboost|lightgbm).*, which `gbm` needs, cannot be fetched: /);
    expect(found.message).toMatch(message);
    expect(found.hint ?? '').toMatch(hint);
    expect(await readdir(join(cacheFolder, 'tmp')).catch(() => [])).toEqual([]);
  });

  test('a cache that is a file', async () => {
    const file = join(cacheFolder, 'file');
    await writeFile(file, '');
    expect(await diagnostic({ cacheFolder: join(file, 'cache') })).toMatchObject({ code: 'engine-cache' });
  });

  test('a PATH without Python', async () => {
    vi.stubEnv('PATH', cacheFolder);
    expect(await diagnostic({})).toMatchObject({ code: 'engine-no-python' });
    vi.unstubAllEnvs();
  });

  test('cancelling stops pip', async () => {
    const cancelled = ensure({ signal: AbortSignal.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an engine whose wheel brings no OpenMP runtime', () => {
  const borrower = 'lightgbm-9.9-py3-none-manylinux_2_28_x86_64.whl';
  const wheels: Readonly<Record<string, Uint8Array>> = {
    [borrower]: makeZip([{ name: 'lightgbm/lib/lib_lightgbm.so', data: 'the borrower' }]),
    [FILE]: makeZip([
      { name: 'xgboost/lib/libxgboost.so', data: 'the lender' },
      { name: 'xgboost_cpu.libs/libgomp-e985bcbb.so.1.0.0', data: 'ELF\0libc.so.6\0libgomp-e985bcbb.so.1.0.0\0GOMP_4.0\0' },
    ]),
  };
  const lock: Lock = Object.entries(wheels).map(([file, bytes]) => ({
    ...{ engine: file === FILE ? 'xgboost' : 'lightgbm', platform, version: '9.9', distribution: file.split('-')[0] ?? '', file },
    ...{ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
  }));
  /** A pip that brings whichever wheel is asked for. */
  const runPip: RunPip = async (args) => {
    const file = args.some((arg) => arg.startsWith('lightgbm')) ? borrower : FILE;
    await writeFile(join(args[args.indexOf('--dest') + 1] ?? '', file), wheels[file] ?? '');
    return { kind: 'ran', exitCode: 0, output: '' };
  };
  const request = { lock, engine: 'lightgbm', runPip };

  test('gets that of another, under the name by which it asks for it', async () => {
    const path = await library({ ...request, systemHasOpenMp: () => false });
    const runtime = await readFile(join(path, '../libgomp.so.1'), 'latin1');
    expect(runtime).toBe(`ELF\0libc.so.6\0libgomp.so.1${'\0'.repeat(14)}GOMP_4.0\0`);
    // Once is enough: neither is fetched or looked for again.
    const again = { ...request, runPip: noPip, systemHasOpenMp: () => expect.fail('it was looked for') };
    expect(await library(again)).toBe(path);
  });

  test('goes without where the system has one', async () => {
    const path = await library({ ...request, systemHasOpenMp: () => true });
    expect(await readdir(join(path, '..'))).toEqual(['lib_lightgbm.so']);
  });

  test('says so when the other cannot be had', async () => {
    expect(await diagnostic({ ...request, lock: lock.filter(({ engine }) => engine === 'lightgbm'), systemHasOpenMp: () => false })).toMatchObject({ code: 'engine-unsupported' });
  });
});

test('the pinned XGBoost is fetched for real, into the cache of whoever runs the tests', { timeout: 300_000 }, async () => {
  const ensured = await ensureProvider({ lock: defaultLock(), engine: 'xgboost', step: 'gbm' });
  expect(ensured.ok ? 'present' : ensured.diagnostic).toBe('present');
  const state = await providerState({ lock: defaultLock(), engine: 'xgboost', digests: true });
  expect(state).toMatchObject({ state: 'present', library: ensured.ok ? ensured.library : '' });
});
