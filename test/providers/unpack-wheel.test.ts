import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BadWheelError, unpackWheel } from '../../runtime/providers/unpack-wheel.ts';
import { makeZip, type ZipEntry } from './make-zip.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlp-unpack-'));
  await mkdir(join(root, 'inside'));
});
afterEach(() => rm(root, { recursive: true }));

async function unpack(archive: Uint8Array, keeps: (name: string) => boolean = () => true) {
  const wheel = join(root, 'a.whl');
  await writeFile(wheel, archive);
  return unpackWheel(wheel, join(root, 'inside'), { keeps });
}

test('lays the files that are kept into the folder, with size and digest', async () => {
  const archive = makeZip([
    { name: 'a/', data: '', mode: 0o040755 },
    { name: 'a/b/c.so', data: 'library', mode: 0o100755 },
    { name: 'a/skipped.py', data: 'code' },
  ]);
  const files = await unpack(archive, (name) => name.endsWith('.so'));
  expect(files).toEqual([{ name: 'a/b/c.so', size: 7, sha256: createHash('sha256').update('library').digest('hex') }]);
  expect(await readFile(join(root, 'inside/a/b/c.so'), 'utf8')).toBe('library');
  expect(await readdir(join(root, 'inside/a'))).toEqual(['b']);
});

describe('refuses, and writes nothing outside of the folder', () => {
  const good: ZipEntry = { name: 'good.txt', data: 'good' };
  test.each<[string, ZipEntry[]]>([
    ['a path that goes up', [{ name: '../evil.txt', data: 'x' }]],
    ['a path that goes up later', [{ name: 'a/../../evil.txt', data: 'x' }]],
    ['an absolute path', [{ name: '/tmp/mlp-evil.txt', data: 'x' }]],
    ['a drive', [{ name: 'C:evil.txt', data: 'x' }]],
    ['a backslash', [{ name: '..\\evil.txt', data: 'x' }]],
    ['a symbolic link', [{ name: 'link', data: '..', mode: 0o120777 }]],
    ['a file through a symbolic link', [{ name: 'link', data: '..', mode: 0o120777 }, { name: 'link/evil.txt', data: 'x' }]],
    ['a device', [{ name: 'device', data: '', mode: 0o060644 }]],
    ['a name twice', [good, good]],
    ['a name twice but for case', [good, { ...good, name: 'GOOD.txt' }]],
    ['a wrong checksum', [{ ...good, checksum: 1 }]],
    ['more data than fits anywhere', [{ ...good, claims: 0xfffffff0 }, { ...good, name: 'b', claims: 0xfffffff0 }]],
  ])('%s', async (_, entries) => {
    await expect(unpack(makeZip(entries))).rejects.toThrow(BadWheelError);
    expect(await readdir(root)).toEqual(['a.whl', 'inside']);
  });

  const whole = makeZip([good, { name: 'b.txt', data: 'x'.repeat(5000) }]);
  test.each([0, 1, 30, 100, whole.length >> 1, whole.length - 30, whole.length - 1])('an archive cut to %i bytes', async (length) => {
    await expect(unpack(whole.subarray(0, length))).rejects.toThrow(BadWheelError);
  });
});

test('failures of the disk are not blamed on the archive', async () => {
  await rm(join(root, 'inside'), { recursive: true });
  await writeFile(join(root, 'inside'), 'a file where the folder should be');
  await expect(unpack(makeZip([{ name: 'a/b', data: 'x' }]))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
