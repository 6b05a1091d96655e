import { spawnSync } from 'node:child_process';
import { appendFile, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoints, tidyCheckpoints } from '../../runtime/store/checkpoints.ts';
import { digestOf } from '../../runtime/store/digest.ts';
import { openFileDigests } from '../../runtime/store/file-digests.ts';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { ownedName, thisOwner } from '../../runtime/store/owner.ts';
import { temporaryFolder } from './fixtures.ts';
import { watchFiles } from './watched-files.ts';

/** The real file system, some hours later: what has just been written is no longer young. Of less than none, with the clock set back. */
function later(files: Files, hours = 1n): Files {
  const passed = hours * 3600n * 1_000_000_000n;
  return {
    ...files,
    factsNow: (path) => {
      const facts = files.factsNow(path);
      return facts === undefined
        ? undefined
        : { ...facts, modified: facts.modified - passed, changed: facts.changed - passed };
    },
  };
}

describe('digests of files', () => {
  it('are remembered, also by the next program', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data.csv');
    await writeFile(path, 'a,b\n1,2\n');
    const digests = openFileDigests(join(folder, 'cache'), later(nodeFiles));
    expect(digests.lookup(path)).toBeUndefined();
    const blob = { digest: digestOf('a,b\n1,2\n'), bytes: 8 };
    expect(await digests.digest(path)).toEqual(blob);
    expect(digests.lookup(path)).toEqual(blob);
    await digests.save();

    const watched = watchFiles();
    const next = openFileDigests(join(folder, 'cache'), later(watched.files));
    expect(next.lookup(path)).toEqual(blob);
    expect(await next.digest(path)).toEqual(blob);
    expect(watched.operations.some((operation) => operation.verb === 'chunks')).toBe(false);
  });

  it('are not remembered of files that were young when they were read', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data.csv');
    await writeFile(path, 'x');
    const digests = openFileDigests(join(folder, 'cache'));
    await digests.digest(path);
    expect(digests.lookup(path)).toBeUndefined();
    // An old time of modification can be set; that of the change cannot.
    await utimes(path, 0, 0);
    await digests.digest(path);
    expect(digests.lookup(path)).toBeUndefined();
  });

  it('are remembered of files that were modified ahead of the clock, not of those that changed before it was set back', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data.csv');
    await writeFile(path, 'x');
    await utimes(path, 4e9, 4e9);
    const digests = openFileDigests(join(folder, 'cache'), later(nodeFiles));
    const blob = await digests.digest(path);
    expect(digests.lookup(path)).toEqual(blob);
    const back = openFileDigests(join(folder, 'other'), later(nodeFiles, -1n));
    await back.digest(path);
    expect(back.lookup(path)).toBeUndefined();
  });

  it('are forgotten when the file changes in size, time or place', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'data.csv');
    await writeFile(path, 'one');
    const digests = openFileDigests(join(folder, 'cache'), later(nodeFiles));
    await digests.digest(path);
    const { atime, mtime } = await stat(path);
    await writeFile(path, 'two');
    await utimes(path, atime, mtime);
    expect(digests.lookup(path)).toBeUndefined();
    expect((await digests.digest(path)).digest).toBe(digestOf('two'));
    await appendFile(path, '!');
    expect(digests.lookup(path)).toBeUndefined();
  });

  it('survive a cache that is damaged or cannot be written', async () => {
    const folder = await temporaryFolder();
    const cache = join(folder, 'cache');
    const path = join(folder, 'data.csv');
    await writeFile(path, 'x');
    const digests = openFileDigests(cache, later(nodeFiles));
    await digests.digest(path);
    await digests.save();
    const text = await readFile(join(cache, 'files.json'), 'utf8');
    for (const damaged of ['', '[]', 'null', text.slice(0, -9), text.replace(digestOf('x'), digestOf('y'))]) {
      await writeFile(join(cache, 'files.json'), damaged);
      expect(openFileDigests(cache, later(nodeFiles)).lookup(path)).toBeUndefined();
    }
    const watched = watchFiles();
    const stubborn = openFileDigests(cache, later(watched.files));
    await stubborn.digest(path);
    watched.fail = () => 'EROFS';
    await stubborn.save();
  });

  it('of a file that is not there say so', async () => {
    const folder = await temporaryFolder();
    const digests = openFileDigests(join(folder, 'cache'));
    expect(digests.lookup(join(folder, 'none'))).toBeUndefined();
    await expect(digests.digest(join(folder, 'none'))).rejects.toThrow('cannot be used: no such file or directory');
    await expect(digests.digest(folder)).rejects.toThrow('cannot be used');
  });
});

describe('checkpoints', () => {
  it('are kept by key until they are removed', async () => {
    const cache = await temporaryFolder();
    const checkpoints = openCheckpoints(cache, nodeFiles, 'key');
    expect(await checkpoints.load()).toBeUndefined();
    await checkpoints.save(Buffer.from('round 50'));
    await checkpoints.save(Buffer.from('round 100'));
    expect(Buffer.from((await openCheckpoints(cache, nodeFiles, 'key').load()) ?? []).toString()).toBe('round 100');
    expect(await openCheckpoints(cache, nodeFiles, 'other').load()).toBeUndefined();
    await checkpoints.remove();
    await checkpoints.remove();
    expect(await checkpoints.load()).toBeUndefined();
  });

  it('that are torn count as none', async () => {
    const cache = await temporaryFolder();
    const checkpoints = openCheckpoints(cache, nodeFiles, 'key');
    await checkpoints.save(Buffer.from('round 50'));
    const path = join(cache, 'checkpoints', 'key');
    const bytes = await readFile(path);
    for (let length = 0; length < bytes.length; length += 1) {
      await writeFile(path, bytes.subarray(0, length));
      expect(await checkpoints.load()).toBeUndefined();
    }
  });

  it('half-written by dead processes are removed, also where another process has their number', async () => {
    const cache = await temporaryFolder();
    await openCheckpoints(cache, nodeFiles, 'key').save(Buffer.from('round 50'));
    const self = thisOwner();
    const names = {
      mine: ownedName('other', self),
      foreign: ownedName('other', { ...self, host: '00000000' }),
      dead: ownedName('other', { ...self, pid: spawnSync(process.execPath, ['-e', '']).pid }),
      numberReused: ownedName('other', { ...self, started: '1' }),
    };
    for (const name of Object.values(names)) await writeFile(join(cache, 'checkpoints', name), 'half');
    await tidyCheckpoints(cache, nodeFiles, () => false);
    const kept = ['key', names.mine, names.foreign];
    // Windows does not tell when a process started.
    if (process.platform === 'win32') kept.push(names.numberReused);
    expect((await readdir(join(cache, 'checkpoints'))).sort()).toEqual(kept.sort());
    await tidyCheckpoints(cache, nodeFiles, (key) => key === 'key');
    expect(await readdir(join(cache, 'checkpoints'))).not.toContain('key');
  });
});
