import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeptCompilations, type KeptRequest, type Supply } from '../../apps/session/kept-compilations.ts';
import type { Compilation } from '../../compiler/compile.ts';
import type { Groundwork } from '../../compiler/incremental/groundwork.ts';
import type { Answer, Need } from '../../compiler/needs.ts';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'mlp-kept-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request: KeptRequest = { build: 'b1', file: 'p.mlp', text: 'source rows = csv("rows.csv")', machine: { platform: 'linux-x64', processor: 'p', arithmetic: 'a' }, engines: { duckdb: '1' }, params: {}, targets: [] };
const sound: Compilation = { value: { plan: { version: 1, pipeline: 'p', file: 'p.mlp', steps: [] }, tests: [] }, diagnostics: [] };

const asked: readonly Need[] = [
  { need: 'source', path: './base.mlp', from: 'p.mlp' },
  { need: 'environment', name: 'LIMIT' },
  { need: 'package', name: 'kinds' },
  { need: 'files', pattern: 'rows.csv', from: 'p.mlp' },
  { need: 'references', text: 'SELECT 1 AS a' },
];

/** What the world says; `more` says something else of some needs. */
function world(more: Partial<Record<Need['need'], unknown>> = {}): Supply & { readonly heard: string[] } {
  const says: Record<string, unknown> = {
    source: { ok: true, file: 'base.mlp', text: 'param n: int = 1' },
    environment: { value: '10' },
    package: { ok: true, kinds: [() => 1], digest: 'd1' },
    files: { ok: true, files: [{ path: 'rows.csv', digest: 'f1', bytes: 10 }] },
    references: { ok: true, tables: [] },
    ...more,
  };
  const heard: string[] = [];
  const supply: Supply = (needs) => {
    heard.push(...needs.map(({ need }) => need));
    return Promise.resolve(needs.map(({ need }) => says[need] as Answer));
  };
  return Object.assign(supply, { heard });
}

async function keep(name: string, compilation = sound): Promise<string> {
  const path = join(folder, name);
  const kept = openKeptCompilations(path);
  await kept.record(request, world(), async (supply) => {
    await supply(asked.slice(0, 2));
    await supply(asked.slice(2));
    return compilation;
  });
  await kept.save();
  return path;
}

describe('a compilation that is kept', () => {
  it('is found while the world says the same, which is asked of nothing that follows from itself', async () => {
    const supply = world();
    expect(await openKeptCompilations(await keep('same')).find(request, supply)).toEqual(sound);
    expect(supply.heard).toEqual(['source', 'environment', 'package', 'files']);
  });

  it.each<[string, Partial<Record<Need['need'], unknown>>]>([
    ['an imported file', { source: { ok: true, file: 'base.mlp', text: 'param n: int = 2' } }],
    ['an imported file that is gone', { source: { ok: false, message: 'there is no such file' } }],
    ['a variable', { environment: { value: '11' } }],
    ['a variable that is not set any more', { environment: {} }],
    ['the code of a package', { package: { ok: true, kinds: [() => 1], digest: 'd2' } }],
    ['the content of a file', { files: { ok: true, files: [{ path: 'rows.csv', digest: 'f2', bytes: 10 }] } }],
    ['a file more', { files: { ok: true, files: [{ path: 'rows.csv', digest: 'f1', bytes: 10 }, { path: 'rows2.csv', digest: 'f1', bytes: 10 }] } }],
    ['the place of a file', { files: { ok: true, files: [{ path: 'other.csv', digest: 'f1', bytes: 10 }] } }],
  ])('is not found when %s is another', async (name, more) => {
    expect(await openKeptCompilations(await keep(name)).find(request, world(more))).toBeUndefined();
  });

  it.each<[string, Partial<KeptRequest>]>([
    ['the text', { text: `${request.text} ` }],
    ['the program', { build: 'b2' }],
    ['a param', { params: { n: '1' } }],
    ['a target', { targets: ['rows'] }],
    ['an engine', { engines: { duckdb: '2' } }],
    ['the machine', { machine: { ...request.machine, platform: 'darwin-arm64' } }],
  ])('is not found when %s is another', async (name, more) => {
    expect(await openKeptCompilations(await keep(`request ${name}`)).find({ ...request, ...more }, world())).toBeUndefined();
  });

  it('is as good as none when it is damaged', async () => {
    const path = await keep('damaged');
    const [name = ''] = readdirSync(join(path, 'plans'));
    const file = join(path, 'plans', name);
    const whole = readFileSync(file, 'utf8');
    for (const damaged of ['', whole.slice(0, -1), whole.replace('"steps":[]', '"steps":[1]'), whole.replace('rows.csv', 'rowz.csv'), whole.replace(/^./, (first) => (first === '0' ? '1' : '0'))]) {
      expect(damaged).not.toBe(whole);
      writeFileSync(file, damaged);
      expect(await openKeptCompilations(path).find(request, world())).toBeUndefined();
    }
    writeFileSync(file, whole);
    expect(await openKeptCompilations(path).find(request, world())).toEqual(sound);
  });

  it('is not one with errors', async () => {
    expect(() => readdirSync(join(folder, 'errors'))).toThrow('ENOENT');
    const path = await keep('errors', { value: undefined, diagnostics: [] });
    expect(await openKeptCompilations(path).find(request, world())).toBeUndefined();
  });

  it('makes room for others, and does without a folder', async () => {
    const kept = openKeptCompilations(join(folder, 'many'));
    for (let index = 0; index < 20; index++) {
      const one = { ...request, file: `${index}.mlp` };
      await kept.record(one, world(), () => Promise.resolve(sound));
      await kept.save();
    }
    expect(readdirSync(join(folder, 'many', 'plans'))).toHaveLength(12);
    writeFileSync(join(folder, 'file'), '');
    const nowhere = openKeptCompilations(join(folder, 'file'));
    await nowhere.record(request, world(), () => Promise.resolve(sound));
    await nowhere.save();
    expect(await nowhere.find(request, world())).toBeUndefined();
  });
});

describe('the groundwork of a large file', () => {
  const groundwork: Groundwork = { text: request.text, units: Array.from({ length: 50 }, (_, index) => ({ kind: 'declaration', start: index, end: index + 1, names: [`t${index}`], declarations: [] })) };
  const large: Compilation = { ...sound, value: { plan: { version: 1, pipeline: 'p', file: 'p.mlp', steps: [] }, tests: [], groundwork } };
  const edited = { ...request, text: `${request.text} { }` };

  async function lay(name: string, compilation = large): Promise<string> {
    const path = join(folder, `ground ${name}`);
    const kept = openKeptCompilations(path);
    const returned = await kept.record(request, world(), async (supply) => {
      await supply(asked);
      return compilation;
    });
    expect(returned).toEqual(sound);
    await kept.save();
    return path;
  }

  async function given(path: string, wanted: KeptRequest, supply = world()): Promise<Groundwork | undefined> {
    let found: Groundwork | undefined;
    await openKeptCompilations(path).record(wanted, supply, (_, before) => {
      found = before;
      return Promise.resolve(sound);
    });
    return found;
  }

  it('is given to the compilation of its next text, and is no part of the one that is kept', async () => {
    const path = await lay('next');
    expect(await given(path, edited)).toEqual(groundwork);
    expect(await openKeptCompilations(path).find(request, world())).toEqual(sound);
    expect(await openKeptCompilations(path).find(edited, world())).toBeUndefined();
  });

  it.each<[string, Partial<KeptRequest>]>([
    ['the program', { build: 'b2' }],
    ['an engine', { engines: { duckdb: '2' } }],
    ['the machine', { machine: { ...request.machine, platform: 'darwin-arm64' } }],
    ['a param', { params: { n: '1' } }],
    ['a target', { targets: ['rows'] }],
  ])('is not given when %s is another', async (name, more) => {
    expect(await given(await lay(name), { ...edited, ...more })).toBeUndefined();
  });

  it('is not given when the world says something else', async () => {
    expect(await given(await lay('world'), edited, world({ files: { ok: true, files: [{ path: 'rows.csv', digest: 'f2', bytes: 10 }] } }))).toBeUndefined();
  });

  it('is not kept of a small file', async () => {
    const { value, ...rest } = large;
    const path = await lay('small', { ...rest, value: value && { ...value, groundwork: { ...groundwork, units: groundwork.units.slice(1) } } });
    expect(await given(path, edited)).toBeUndefined();
  });

  it('hands on what the world said to it', async () => {
    const path = await lay('handed on');
    const kept = openKeptCompilations(path);
    await kept.record(edited, world(), () => Promise.resolve(large));
    await kept.save();
    expect(await openKeptCompilations(path).find(edited, world())).toEqual(sound);
    for (const more of [{ files: { ok: true, files: [] } }, { environment: { value: '11' } }]) {
      expect(await openKeptCompilations(path).find(edited, world(more))).toBeUndefined();
      expect(await given(path, request, world(more))).toBeUndefined();
    }
    // In the process that compiled it, too.
    expect(await kept.find(edited, world({ environment: { value: '11' } }))).toBeUndefined();
  });
});
