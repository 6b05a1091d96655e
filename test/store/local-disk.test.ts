import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../runtime/store/backend.ts';
import { nodeFiles } from '../../runtime/store/files.ts';
import { openLocalDisk } from '../../runtime/store/local-disk.ts';
import { temporaryFolder } from './fixtures.ts';

/** What every backend has to do. */
const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  'the local disk': async () => openLocalDisk(join(await temporaryFolder(), 'root'), nodeFiles),
};

async function contentOf(backend: Backend, key: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of backend.read(key)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

describe.each(Object.entries(backends))('%s', (_, open) => {
  it('keeps contents by key', async () => {
    const backend = await open();
    const from = join(await temporaryFolder(), 'file');
    await writeFile(from, 'content');
    expect(await backend.stat('a/b/c')).toBeUndefined();
    expect(await backend.list('a/')).toEqual([]);
    await backend.write([
      { key: 'a/b/c', from },
      { key: 'a/b/d', from },
      { key: 'e', from },
    ]);
    expect(await backend.stat('a/b/c')).toEqual({ bytes: 7 });
    expect(await contentOf(backend, 'a/b/d')).toBe('content');
    expect(await backend.list('a/')).toEqual(['b']);
    expect(await backend.list('a/b/')).toEqual(['c', 'd']);
    await backend.remove('a/b/c');
    await backend.remove('a/b/c');
    expect(await backend.list('a/b/')).toEqual(['d']);
  });

  it('replaces what is under a key, and keeps what was taken when its file goes', async () => {
    const backend = await open();
    const folder = await temporaryFolder();
    for (const text of ['one', 'one', 'two and more']) {
      const from = join(folder, 'file');
      await nodeFiles.remove(from);
      await writeFile(from, text);
      await backend.write([{ key: 'k', from }]);
      await backend.write([{ key: 'k', from }]);
      await nodeFiles.remove(from);
      expect(await contentOf(backend, 'k')).toBe(text);
    }
    expect(await backend.list('/')).toEqual(['k']);
  });

  it('reads what is larger than one chunk', async () => {
    const backend = await open();
    const from = join(await temporaryFolder(), 'file');
    const text = 'ü'.repeat(1_500_000);
    await writeFile(from, text);
    await backend.write([{ key: 'k', from }]);
    expect((await contentOf(backend, 'k')) === text).toBe(true);
  });
});
