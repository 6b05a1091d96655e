import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAnswerCache } from '../../runtime/answer-cache.ts';
import { digestOf } from '../../runtime/store/digest.ts';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { openKeptFiles } from '../../runtime/store/kept-files.ts';
import { faultyFiles, Killed } from './faulty-files.ts';
import { newPlace } from './small-run.ts';

/** A cache in a folder: what a program does with it, and what the next finds, by name; only what was put there is right. */
interface CacheCase {
  readonly work: (folder: string, files: Files) => void | Promise<void>;
  readonly find: (folder: string) => Readonly<Record<string, unknown>>;
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const valueOf = (name: string): string => `${name} `.repeat(60);

function answers(large: number): CacheCase {
  const open = (folder: string, files?: Files) => openAnswerCache(join(folder, 'answers'), { large, ...(files === undefined ? {} : { files }) });
  return {
    work: (folder, files) => {
      for (const names of [NAMES.slice(0, 2), NAMES.slice(2)]) {
        const cache = open(folder, files);
        cache.find(digestOf('a'));
        for (const name of names) cache.add(digestOf(name), valueOf(name));
        cache.save();
      }
    },
    find: (folder) => Object.fromEntries(NAMES.map((name) => [name, open(folder).find(digestOf(name))])),
  };
}

const kept: CacheCase = {
  work: async (folder, files) => {
    const cache = openKeptFiles(join(folder, 'kept'), files, { files: 4 });
    for (const name of NAMES) {
      await cache.save(name, Buffer.from(valueOf(name)));
      cache.find(name);
    }
  },
  find: (folder) => Object.fromEntries(NAMES.map((name) => [name, openKeptFiles(join(folder, 'kept'), nodeFiles, {}).find(name)?.toString()])),
};

const caches = { answers: answers(64e6), 'answers of which some go': answers(300), 'kept contents': kept } as const;

/** What is found is what was put there, or nothing; and the next program can work on. */
async function expectSound({ work, find }: CacheCase, folder: string, what: string): Promise<void> {
  for (const [name, found] of Object.entries(find(folder))) expect([undefined, valueOf(name)], `${what}: ${name}`).toContain(found);
  await work(folder, nodeFiles);
  expect(find(folder)['e'], what).toBe(valueOf('e'));
}

describe.each(Object.entries(caches))('%s', (_, cache) => {
  it.each(['kill', 'tear', 'ENOSPC', 'EIO'] as const)('that are struck by %s at any operation are whole, or not there', async (fault) => {
    const { files: watched, operations } = faultyFiles(undefined, 0);
    await cache.work(newPlace(), watched);
    expect(operations.length).toBeGreaterThan(5);
    for (let at = 0; at < operations.length; at++) {
      const folder = newPlace();
      // A cache that cannot be read or written is no failure.
      const end = await Promise.resolve().then(() => cache.work(folder, faultyFiles(fault, at).files)).then(() => 'done', (error: unknown) => (error instanceof Killed ? 'killed' : error));
      expect(end, `${fault} at ${at}`).toBe(fault === 'kill' || fault === 'tear' ? 'killed' : 'done');
      await expectSound(cache, folder, `${fault} at ${at} of ${operations.length}`);
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a cache that lost a part of its file with the power', () => {
  const bytesOf = (cache: CacheCase, path: string, folder: string) => Promise.resolve(cache.work(folder, nodeFiles)).then(() => readFileSync(path));

  it.each([
    ['answers', answers(64e6), 'answers'],
    ['kept contents', kept, 'kept/e'],
  ] as const)('gives no %s that were not put there', async (_, cache, file) => {
    const folder = newPlace();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, file);
    const whole = await bytesOf(cache, path, folder);
    for (let from = 0; from < whole.length; from += 17) {
      // A tail that never came, and a piece that is zeros.
      for (const damaged of [whole.subarray(0, from), Buffer.concat([whole.subarray(0, from), Buffer.alloc(40), whole.subarray(from + 40)])]) {
        writeFileSync(path, damaged);
        for (const [name, found] of Object.entries(cache.find(folder))) expect([undefined, valueOf(name)], `${name}, from byte ${from}`).toContain(found);
      }
    }
    writeFileSync(path, whole);
    expect(cache.find(folder)['e']).toBe(valueOf('e'));
  });
});
