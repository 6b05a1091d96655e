import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { openKeptFiles } from '../../runtime/store/kept-files.ts';
import { temporaryFolder } from './fixtures.ts';

const content = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

/** Long ago, in the order of their names here. */
async function age(folder: string, ...names: readonly string[]): Promise<void> {
  for (const [at, name] of names.entries()) await utimes(join(folder, name), 1000 + at, 1000 + at);
}

describe('files that are kept', () => {
  it('are found as they were saved, by the next program too', async () => {
    const folder = join(await temporaryFolder(), 'a', 'b');
    const kept = openKeptFiles(folder, nodeFiles, {});
    expect(kept.find('one')).toBeUndefined();
    await kept.save('one', content(5));
    await kept.save('none', content(0));
    await kept.save('one', content(6));
    const next = openKeptFiles(folder, nodeFiles, {});
    expect(next.find('one')).toEqual(Buffer.from(content(6)));
    expect(next.find('none')).toHaveLength(0);
    expect(await readdir(folder)).toEqual(['none', 'one']);
  });

  it('count as none when they are not whole', async () => {
    const folder = await temporaryFolder();
    const kept = openKeptFiles(folder, nodeFiles, {});
    await kept.save('one', content(3));
    const whole = await readFile(join(folder, 'one'));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      await writeFile(join(folder, 'one'), damaged);
      expect(kept.find('one')).toBeUndefined();
      await writeFile(join(folder, 'one'), whole.subarray(0, at));
      expect(kept.find('one')).toBeUndefined();
    }
    await kept.save('one', content(3));
    expect(kept.find('one')).toHaveLength(3);
  });

  it('make room for others, those used last staying', async () => {
    const folder = await temporaryFolder();
    const kept = openKeptFiles(folder, nodeFiles, { files: 3 });
    for (const name of ['a', 'b', 'c']) await kept.save(name, content(1));
    await age(folder, 'a', 'b', 'c');
    kept.find('a');
    await kept.save('d', content(1));
    expect(await readdir(folder)).toEqual(['a', 'c', 'd']);
  });

  it('take no more bytes than they may, nor one of them half', async () => {
    const folder = await temporaryFolder();
    const kept = openKeptFiles(folder, nodeFiles, { bytes: 1000 });
    expect(kept.room).toBe(500);
    for (const name of ['a', 'b', 'c']) await kept.save(name, content(200));
    await age(folder, 'b', 'a', 'c');
    await writeFile(join(folder, 'd.4194999'), content(100));
    await kept.save('e', content(350));
    expect(await readdir(folder)).toEqual(['c', 'd.4194999', 'e']);
    await kept.save('large', content(501));
    expect(await readdir(folder)).toEqual(['c', 'd.4194999', 'e']);
  });

  it('are not there, and that is all, where the system refuses', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const nowhere = openKeptFiles(join(folder, 'file', 'kept'), nodeFiles, {});
    await nowhere.save('one', content(1));
    expect(nowhere.find('one')).toBeUndefined();

    const full: Files = { ...nodeFiles, write: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) };
    await openKeptFiles(join(folder, 'full'), full, {}).save('one', content(1));
    expect(await readdir(join(folder, 'full'))).toEqual([]);

    await openKeptFiles(join(folder, 'fixed'), nodeFiles, {}).save('one', content(1));
    const fixed: Files = { ...nodeFiles, touchNow: () => { throw Object.assign(new Error('fixed'), { code: 'EROFS' }); } };
    expect(openKeptFiles(join(folder, 'fixed'), fixed, {}).find('one')).toHaveLength(1);
  });
});
