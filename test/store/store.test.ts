import { chmod, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../runtime/store/digest.ts';
import { objectKey } from '../../runtime/store/objects.ts';
import { decodeRecord, encodeRecord, type ActionRecord } from '../../runtime/store/record.ts';
import { recordKey } from '../../runtime/store/stage.ts';
import { openStore, type Store } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { filesBelow, stageRecord, temporaryFolder } from './fixtures.ts';
import { watchFiles } from './watched-files.ts';

/** A store with one record in it. */
async function storeWithRecord(): Promise<{ root: string; store: Store; record: ActionRecord; blob: string }> {
  const root = join(await temporaryFolder(), 'store');
  const store = await openStore(root, { access: 'write' });
  const stage = await store.openStage('run');
  const record = await stageRecord(stage, 'gbm');
  await stage.commit(record);
  await stage.close();
  return { root, store, record, blob: record.blobs[0]?.digest ?? '' };
}

async function failure(action: () => unknown): Promise<StoreError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

async function overwrite(path: string, change: (bytes: Buffer) => void): Promise<void> {
  const bytes = await readFile(path);
  change(bytes);
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

describe('a store', () => {
  it('gives back what was committed', async () => {
    const { root, store, record, blob } = await storeWithRecord();
    const again = await openStore(root, { access: 'read' });
    expect(again.lookup(record.fingerprint, record.key)).toEqual(record);
    expect(again.isWhole(record)).toBe(true);
    expect(again.hasFingerprint(record.fingerprint)).toBe(true);
    expect(Buffer.from(await again.readBlob(blob)).toString()).toBe('the bytes of gbm');
    expect(await readFile(await again.verifiedPath(blob), 'utf8')).toBe('the bytes of gbm');
    expect(store.lookup(record.fingerprint, digestOf('another key'))).toBeUndefined();
    expect(store.hasFingerprint(digestOf('another'))).toBe(false);
  });

  it('reads a record again when its file is another, and not while it is the same', async () => {
    const { root, store, record } = await storeWithRecord();
    const { files, operations } = watchFiles();
    const remembering = await openStore(root, { access: 'read', files, records: new Map() });
    const lookup = (): ActionRecord | undefined => remembering.lookup(record.fingerprint, record.key);
    const reads = (): number => operations.filter(({ verb, path }) => verb === 'readNow' && path.includes(record.key)).length;
    expect([lookup(), lookup()]).toEqual([record, record]);
    expect(reads()).toBe(1);
    const collected = { ...record, collected: '2030-01-01T00:00:00.000Z' };
    const stage = await store.openStage('another');
    await stage.replaceRecords([collected]);
    await stage.close();
    expect([lookup(), lookup()]).toEqual([collected, collected]);
    expect(reads()).toBe(2);
    const path = join(root, recordKey(record.fingerprint, record.key));
    await overwrite(path, (bytes) => bytes.writeUInt8((bytes[200] ?? 0) ^ 1, 200));
    expect((await failure(lookup)).diagnostic.code).toBe('store-damaged');
    await rm(path);
    expect(lookup()).toBeUndefined();
  });

  it('holds objects, records and its version, and nothing else', async () => {
    const { root, record, blob } = await storeWithRecord();
    const manifest = record.outputs['value']?.digest ?? '';
    const expected = ['store.json', objectKey(blob), objectKey(manifest), recordKey(record.fingerprint, record.key)];
    expect(await filesBelow(root)).toEqual(expected.sort());
  });

  it('opened for reading, makes nothing', async () => {
    const root = join(await temporaryFolder(), 'store');
    const store = await openStore(root, { access: 'read' });
    expect(store.lookup(digestOf('f'), digestOf('k'))).toBeUndefined();
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  it('takes a lost or shortened blob for not recorded', async () => {
    const { store, record, blob } = await storeWithRecord();
    await chmod(store.disk.path(objectKey(blob)), 0o644);
    await truncate(store.disk.path(objectKey(blob)), 3);
    expect(store.isWhole(record)).toBe(false);
    await rm(store.disk.path(objectKey(blob)));
    expect(store.isWhole(record)).toBe(false);
  });

  it('replaces a damaged object when its content is made again', async () => {
    const { store, record, blob } = await storeWithRecord();
    await overwrite(store.disk.path(objectKey(blob)), (bytes) => bytes.fill(0));
    const stage = await store.openStage('again');
    await stage.commit(await stageRecord(stage, 'gbm'));
    await stage.close();
    expect(Buffer.from(await store.readBlob(blob)).toString()).toBe('the bytes of gbm');
    expect(store.lookup(record.fingerprint, record.key)).toEqual(record);
  });
});

describe('damage', () => {
  it('of any byte of a record is found', async () => {
    const { record } = await storeWithRecord();
    const bytes = Buffer.from(encodeRecord(record));
    expect(decodeRecord(bytes)).toEqual(record);
    for (let at = 0; at < bytes.length; at += 1) {
      for (const flip of [1, 0x20, 0x80]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(decodeRecord(damaged), `byte ${at}`).toBeUndefined();
      }
      expect(decodeRecord(bytes.subarray(0, at))).toBeUndefined();
    }
    expect(decodeRecord(Buffer.concat([bytes, bytes]))).toBeUndefined();
  });

  it('of any byte of a blob is found, the file is moved aside, and the record is no longer whole', async () => {
    const { root, record, blob } = await storeWithRecord();
    for (const at of [0, 7, 15]) {
      const path = join(root, objectKey(blob));
      const original = await readFile(path);
      await overwrite(path, (bytes) => bytes.writeUInt8((bytes[at] ?? 0) ^ 4, at));

      const reader = await openStore(root, { access: 'read' });
      const seen = await failure(() => reader.readBlob(blob));
      expect(seen.exitCode).toBe(5);
      expect(seen.diagnostic).toMatchObject({ code: 'store-damaged' });
      expect(seen.message).toContain(path);
      expect(seen.diagnostic.hint).toContain('mlp apply');
      expect(reader.isWhole(record)).toBe(true);

      const writer = await openStore(root, { access: 'write' });
      const mended = await failure(() => writer.verifiedPath(blob));
      expect(mended.diagnostic.hint).toContain(join(root, 'damaged'));
      expect(writer.isWhole(record)).toBe(false);
      await writeFile(path, original);
    }
  });

  it('of a record is reported once with its file, then the step counts as not recorded', async () => {
    const { root, record } = await storeWithRecord();
    const path = join(root, recordKey(record.fingerprint, record.key));
    await overwrite(path, (bytes) => bytes.write('{"not json'));
    const reader = await openStore(root, { access: 'read' });
    for (let times = 0; times < 2; times += 1) {
      const seen = await failure(() => reader.lookup(record.fingerprint, record.key));
      expect(seen.message).toContain(path);
      expect(seen.exitCode).toBe(5);
    }
    const writer = await openStore(root, { access: 'write' });
    expect((await failure(() => writer.lookup(record.fingerprint, record.key))).exitCode).toBe(5);
    expect(writer.lookup(record.fingerprint, record.key)).toBeUndefined();
  });

  it('a record under the name of another is no hit', async () => {
    const { root, store, record } = await storeWithRecord();
    const other = digestOf('other');
    const path = join(root, recordKey(record.fingerprint, other));
    await writeFile(path, await readFile(join(root, recordKey(record.fingerprint, record.key))));
    expect((await failure(() => store.lookup(record.fingerprint, other))).message).toContain('another step');
  });

  it('is found after a blob was verified, when the file changes', async () => {
    const { store, blob } = await storeWithRecord();
    const path = await store.verifiedPath(blob);
    await overwrite(path, (bytes) => bytes.fill(0));
    expect((await failure(() => store.verifiedPath(blob))).exitCode).toBe(5);
  });

  it('a blob is hashed once while its file stays the same', async () => {
    const { root, blob } = await storeWithRecord();
    const watched = watchFiles();
    const store = await openStore(root, { access: 'read', files: watched.files });
    for (let times = 0; times < 3; times += 1) await store.verifiedPath(blob);
    expect(watched.operations.filter((operation) => operation.verb === 'chunks')).toHaveLength(1);
  });

  it('records survive any text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.array(fc.string({ unit: 'binary' })), (parts, warnings) => {
        const record: ActionRecord = {
          version: 1,
          key: digestOf('k'),
          fingerprint: digestOf('f'),
          kind: 'test',
          parts,
          outputs: {},
          blobs: [],
          seconds: 1,
          engines: {},
          warnings,
          made: '',
        };
        // Lone surrogates have no UTF-8: they are replaced, and what is read is what was written.
        const bytes = Buffer.from(encodeRecord(record));
        expect(decodeRecord(bytes)).toEqual(JSON.parse(JSON.stringify(record)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('versions', () => {
  it.each([
    ['of a newer program', '{"version": 7}', 5, 'newer'],
    ['that cannot be read', '{"ver', 5, 'does not tell the version'],
    ['that is no number', '{"version": "1"}', 5, 'does not tell the version'],
  ])('a store with a version %s is refused', async (_, text, exitCode, message) => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'store.json'), text);
    for (const access of ['read', 'write'] as const) {
      const error = await failure(() => openStore(root, { access }));
      expect(error.message).toContain(message);
      expect(error.exitCode).toBe(exitCode);
      if (access === 'write' && message !== 'newer') expect(error.diagnostic.hint).toContain('damaged');
    }
  });

  it('a folder with other things in it is not made a store', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'thesis.tex'), 'years of work');
    const error = await failure(() => openStore(root, { access: 'write' }));
    expect(error.diagnostic).toMatchObject({ code: 'store-foreign' });
    expect(error.exitCode).toBe(1);
    expect(await filesBelow(root)).toEqual(['thesis.tex']);
  });

  it('two programs may make the same store at the same time', async () => {
    const root = join(await temporaryFolder(), 'store');
    await Promise.all([1, 2, 3, 4].map(() => openStore(root, { access: 'write' })));
    expect(await filesBelow(root)).toEqual(['store.json']);
  });

  it('a store whose making was killed is completed', async () => {
    const root = join(await temporaryFolder(), 'store');
    await mkdir(join(root, 'tmp'), { recursive: true });
    await openStore(root, { access: 'write' });
    expect(await filesBelow(root)).toEqual(['store.json']);
  });
});

describe('a disk that fails', () => {
  it.each([
    ['ENOSPC', 'disk-full', 'no space is left', 1],
    ['EDQUOT', 'disk-full', 'no space is left', 1],
    ['EACCES', 'file-denied', 'permission is denied', 1],
    ['EROFS', 'file-denied', 'read-only', 1],
    ['EIO', 'disk-failing', 'the disk failed', 5],
    ['ELOOP', 'file-failed', 'cannot be used', 1],
  ])('with %s is explained, and nothing is half-written', async (code, diagnostic, message, exitCode) => {
    for (const verb of ['makeFolder', 'write', 'sync', 'link', 'rename'] as const) {
      const root = join(await temporaryFolder(), 'store');
      const watched = watchFiles();
      const store = await openStore(root, { access: 'write', files: watched.files });
      let record: ActionRecord | undefined;
      watched.fail = (operation) => {
        if (operation.verb === verb && !operation.path.includes('.twin')) return code;
        // Only without links is anything renamed.
        return verb === 'rename' && operation.verb === 'link' ? 'EPERM' : undefined;
      };
      const error = await failure(async () => {
        const stage = await store.openStage('run');
        record = await stageRecord(stage, 'gbm');
        await stage.commit(record);
      });
      expect(error.diagnostic).toMatchObject({ code: diagnostic });
      expect(error.message).toContain(message);
      expect(error.message).toContain(root);
      expect(error.exitCode).toBe(exitCode);
      expect((await filesBelow(root)).filter((path) => path.startsWith('actions'))).toEqual([]);
    }
  });

  it('a file system without hard links gets copies', async () => {
    const root = join(await temporaryFolder(), 'store');
    const watched = watchFiles();
    watched.fail = (operation) => (operation.verb === 'link' ? 'EPERM' : undefined);
    const store = await openStore(root, { access: 'write', files: watched.files });
    const stage = await store.openStage('run');
    const record = await stageRecord(stage, 'gbm');
    const path = stage.path(record.blobs[0]?.digest ?? '');
    await stage.commit(record);
    expect(await readFile(path, 'utf8')).toBe('the bytes of gbm');
    await stage.close();
    expect(store.isWhole(record)).toBe(true);
    expect(store.lookup(record.fingerprint, record.key)).toEqual(record);
    expect((await filesBelow(root)).filter((file) => file.includes('twin'))).toEqual([]);
  });
});
