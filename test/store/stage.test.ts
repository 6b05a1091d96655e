import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { objectKey } from '../../runtime/store/objects.ts';
import { isAlive, ownerOf, ownerState, ownedName, thisOwner } from '../../runtime/store/owner.ts';
import { openStore } from '../../runtime/store/store.ts';
import { stageRecord, temporaryFolder } from './fixtures.ts';
import { watchFiles } from './watched-files.ts';

describe('a commit', () => {
  it('brings blobs to the disk before records, and contents before their names', async () => {
    const root = join(await temporaryFolder(), 'store');
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    const stage = await store.openStage('run');
    const records = await Promise.all(['a', 'b', 'c'].map((name) => stageRecord(stage, name)));
    watched.operations.length = 0;
    await Promise.all(records.map((record) => stage.commit(record)));

    const steps = watched.operations
      .filter((operation) => ['sync', 'link', 'rename', 'copy'].includes(operation.verb))
      .map(({ verb, path, to }) => `${verb} ${areaOf(root, to ?? path)}`)
      .filter((step) => step !== 'sync root');
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual([
      'sync staged', // blobs and manifests of all three
      'link objects',
      'sync objects', // the folders that they are listed in
      'sync staged', // records
      'link actions',
      'sync actions',
    ]);
    const syncedBeforeLink = watched.operations.every((operation, index) => {
      if (operation.verb !== 'link') return true;
      return watched.operations.slice(0, index).some((earlier) => earlier.verb === 'sync' && earlier.path === operation.path);
    });
    expect(syncedBeforeLink).toBe(true);
  });

  it('waits for the one under way, with all that arrive meanwhile', async () => {
    const root = join(await temporaryFolder(), 'store');
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    const stage = await store.openStage('run');
    const records = await Promise.all(Array.from({ length: 20 }, (_, index) => stageRecord(stage, `step ${index}`)));
    watched.operations.length = 0;
    const first = stage.commit(records[0]!);
    await new Promise((resolve) => setImmediate(resolve));
    const rest = records.slice(1).map((record) => stage.commit(record));
    await first;
    expect(store.lookup(records[1]!.fingerprint, records[1]!.key)).toBeUndefined();
    await Promise.all(rest);
    for (const record of records) expect(store.lookup(record.fingerprint, record.key)).toEqual(record);

    const turns = watched.operations
      .filter((operation) => operation.verb === 'link')
      .map((operation) => areaOf(root, operation.to ?? ''));
    expect(turns.filter((area) => area === 'actions')).toHaveLength(20);
    expect(turns.filter((area, index) => area !== turns[index - 1])).toEqual(['objects', 'actions', 'objects', 'actions']);
  });

  it('links what it synced, though another step stages the same content meanwhile', async () => {
    const synced = new Set<bigint | undefined>();
    const linked: (bigint | undefined)[] = [];
    let again = (): Promise<unknown> => Promise.resolve();
    const files: Files = {
      ...nodeFiles,
      sync: async (path) => {
        synced.add(nodeFiles.factsNow(path)?.inode);
        await nodeFiles.sync(path);
      },
      link: async (from, to) => {
        const isObject = to.includes('/objects/');
        if (isObject) await again();
        await nodeFiles.link(from, to);
        if (isObject) linked.push(nodeFiles.factsNow(to)?.inode);
      },
    };
    const store = await openStore(join(await temporaryFolder(), 'store'), { access: 'write', files });
    const stage = await store.openStage('run');
    const record = await stageRecord(stage, 'a');
    again = () => stageRecord(stage, 'a');
    await stage.commit(record);
    expect(linked).toHaveLength(2);
    expect(linked.filter((inode) => !synced.has(inode))).toEqual([]);
    expect((await readdir(stage.folder)).filter((name) => name.startsWith('new-'))).toEqual([]);
  });

  it('that fails does not keep later ones from the disk', async () => {
    const root = join(await temporaryFolder(), 'store');
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    const stage = await store.openStage('run');
    const record = await stageRecord(stage, 'a');
    watched.fail = ({ verb }) => (verb === 'sync' ? 'ENOSPC' : undefined);
    await expect(stage.commit(record)).rejects.toThrow('no space is left');
    watched.fail = undefined;
    await stage.commit(record);
    await stage.commit(record);
    expect(store.lookup(record.fingerprint, record.key)).toEqual(record);
  });

  it('refuses a record whose blob is nowhere', async () => {
    const store = await openStore(join(await temporaryFolder(), 'store'), { access: 'write' });
    const stage = await store.openStage('run');
    const record = await stageRecord(stage, 'a');
    const lost = { digest: 'f'.repeat(64), bytes: 1 };
    await expect(stage.commit({ ...record, blobs: [lost] })).rejects.toThrow('is missing');
    expect(store.lookup(record.fingerprint, record.key)).toBeUndefined();
  });

  it('takes blobs from the stage before they are in the store, and from the store without them being staged', async () => {
    const store = await openStore(join(await temporaryFolder(), 'store'), { access: 'write' });
    const first = await store.openStage('first');
    const record = await stageRecord(first, 'a');
    const digest = record.blobs[0]?.digest ?? '';
    expect(first.path(digest)).toBe(join(first.folder, digest));
    await first.commit(record);
    await first.close();
    const second = await store.openStage('second');
    expect(second.path(digest)).toBe(store.disk.path(objectKey(digest)));
    await second.commit(record);
    await second.close();
    expect(store.isWhole(record)).toBe(true);
  });
});

describe('stages', () => {
  it('of dead processes are removed, of others kept', async () => {
    const root = join(await temporaryFolder(), 'store');
    const store = await openStore(root, { access: 'write' });
    const mine = await store.openStage('mine');
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    const self = thisOwner();
    const names = {
      dead: ownedName('killed', { ...self, pid: child.pid ?? 0 }),
      numberReused: ownedName('reused', { ...self, started: '1' }),
      foreign: ownedName('foreign', { ...self, host: '00000000' }),
      nobody: 'something-else',
    };
    for (const name of Object.values(names)) await mkdir(join(root, 'tmp', name), { recursive: true });
    await openStore(root, { access: 'read' });
    expect(await readdir(join(root, 'tmp'))).toHaveLength(5);
    await openStore(root, { access: 'write' });
    const kept = [basename(mine.folder), names.foreign, names.nobody];
    // Only Linux tells when a process started.
    if (process.platform !== 'linux') kept.push(names.numberReused);
    expect((await readdir(join(root, 'tmp'))).sort()).toEqual(kept.sort());
  });

  it('of other machines are removed when nobody touched them for long', async () => {
    const root = join(await temporaryFolder(), 'store');
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write' });
    const foreign = store.disk.path(`tmp/${ownedName('foreign', { ...thisOwner(), host: '00000000' })}`);
    await mkdir(foreign, { recursive: true });
    await utimes(foreign, 0, 0);
    const aged = {
      ...watched.files,
      factsNow: (path: string) => {
        const facts = watched.files.factsNow(path);
        return facts === undefined ? undefined : { ...facts, changed: facts.modified };
      },
    };
    await openStore(root, { access: 'write', files: aged });
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('tell their owner by name', () => {
    const owner = thisOwner();
    const run = '2026-01-01T00-00-00.000Z-0a1b2c3d';
    expect(ownerOf(ownedName(run, owner))).toEqual({ what: run, ...owner });
    expect(ownerState(owner)).toBe('alive');
    expect(ownerOf('tmp')).toBeUndefined();
    expect(isAlive(1)).toBe(true);
  });

  // Other systems have them too, but do not tell by `/proc`.
  it.runIf(process.platform === 'linux')('of a process that has ended, and of which nobody has taken note, are of a dead one', async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(said.toString());
      expect(isAlive(pid)).toBe(true);
      process.kill(pid, 'SIGKILL');
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) await setTimeout(5);
      expect(isAlive(pid)).toBe(false);
      expect(ownerState({ ...thisOwner(), pid })).toBe('dead');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** Which part of a store a path belongs to. */
function areaOf(root: string, path: string): string {
  const [top, stage, ...rest] = path.slice(root.length + 1).split('/');
  if (top === '') return 'root';
  return top === 'tmp' && stage !== undefined && rest.length > 0 ? 'staged' : (top ?? '');
}
