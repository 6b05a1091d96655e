import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFiles, type FileWatcher, type OpenHints } from '../../apps/watch/watch-files.ts';

let folder = '';
let watcher: FileWatcher | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlp-watch-'));
});
afterEach(async () => {
  await watcher?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Watches files of the folder; `next` resolves with the names that the next call brings. */
async function open(names: readonly string[], options: { readonly hints?: OpenHints; readonly since?: number } = {}) {
  const waiting: ((names: string[]) => void)[] = [];
  const told: string[][] = [];
  const opened = await watchFiles((paths) => {
    const short = paths.map((path) => path.slice(folder.length + 1)).sort();
    const next = waiting.shift();
    if (next === undefined) told.push(short);
    else next(short);
  }, options.hints);
  watcher = opened;
  await opened.watch(new Set(names.map((name) => join(folder, name))), options.since ?? Infinity);
  const next = (): Promise<string[]> => {
    const early = told.shift();
    return early === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(early);
  };
  return { next, told };
}

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

describe('watched files', () => {
  it('are told of when they are written, renamed over, deleted and made again', async () => {
    write('a.mlp', 'one');
    const { next } = await open(['a.mlp']);
    write('a.mlp', 'two!');
    expect(await next()).toEqual(['a.mlp']);
    write('a.mlp~', 'three');
    renameSync(join(folder, 'a.mlp~'), join(folder, 'a.mlp'));
    expect(await next()).toEqual(['a.mlp']);
    rmSync(join(folder, 'a.mlp'));
    expect(await next()).toEqual(['a.mlp']);
    write('a.mlp', 'four');
    expect(await next()).toEqual(['a.mlp']);
    appendFileSync(join(folder, 'a.mlp'), '!');
    expect(await next()).toEqual(['a.mlp']);
  });

  it('are told of once for two saves that follow each other', async () => {
    write('a.mlp', 'one');
    const { next, told } = await open(['a.mlp']);
    write('a.mlp', '');
    write('a.mlp', 'two');
    expect(await next()).toEqual(['a.mlp']);
    write('a.mlp', 'three');
    expect(await next()).toEqual(['a.mlp']);
    expect(told).toEqual([]);
  });

  it('come back with a folder that was removed', async () => {
    mkdirSync(join(folder, 'data'));
    write('data/rows.csv', 'a\n1\n');
    const { next } = await open(['data/rows.csv']);
    rmSync(join(folder, 'data'), { recursive: true });
    expect(await next()).toEqual(['data/rows.csv']);
    mkdirSync(join(folder, 'data'));
    write('data/rows.csv', 'a\n2\n');
    expect(await next()).toEqual(['data/rows.csv']);
    write('data/rows.csv', 'a\n33\n');
    expect(await next()).toEqual(['data/rows.csv']);
  });

  it('are folders too: by the names of what they hold, hidden files left out', async () => {
    mkdirSync(join(folder, 'data'));
    write('data/1.csv', 'a\n');
    const { next } = await open(['data', 'data/1.csv', 'other']);
    write('data/.hidden', 'x');
    write('data/2.csv', 'a\n');
    expect(await next()).toEqual(['data']);
    write('other', 'x');
    expect(await next()).toEqual(['other']);
  });

  it('are found changed without any hint of the system', async () => {
    write('a.mlp', 'one');
    const { next } = await open(['a.mlp'], { hints: () => Promise.resolve({ near: () => undefined, close: () => Promise.resolve() }) });
    write('a.mlp', 'two!');
    expect(await next()).toEqual(['a.mlp']);
  });

  it('that are new to it and were written while they were read are told of at once', async () => {
    mkdirSync(join(folder, 'data'));
    mkdirSync(join(folder, 'more'));
    for (const name of ['old', 'data/old', 'more/old', 'moved~']) write(name, 'x');
    utimesSync(join(folder, 'moved~'), 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const since = Date.now();
    write('new', 'x');
    write('data/new', 'x');
    // Renamed into its place, it keeps the time at which it was written.
    renameSync(join(folder, 'moved~'), join(folder, 'moved'));
    const { next, told } = await open(['old', 'new', 'moved', 'gone', 'data', 'more'], { since });
    expect(await next()).toEqual(['data', 'moved', 'new']);
    expect(told).toEqual([]);
  });
});
