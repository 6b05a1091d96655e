/**
 * The store beside `cp` and `sha256sum` over the same bytes, alternated in one run: putting a file (digest, sync, name),
 * getting it with its digest compared, and `fsck`. Aim: 0.8 of the disk's or the hash's speed, whichever is lower.
 *
 *     npm run bench -- store [MiB]
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { RECORD_VERSION } from '../runtime/store/record.ts';
import { openStore } from '../runtime/store/store.ts';
import { checkStore } from '../runtime/store/upkeep/check-store.ts';
import { median } from './support/measure.ts';

const MIB = Number(process.argv[2] ?? 512);
const FILES = 8;
const REPEATS = 5;
const folder = mkdtempSync(join(process.cwd(), 'dist', 'bench-store-'));

function seconds(work: () => void): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Copies files and waits until they are on the disk, as `put` does. */
function copyAndSync(paths: readonly string[], to: string): void {
  mkdirSync(to);
  execFileSync('cp', [...paths, to]);
  for (const path of paths) {
    const handle = openSync(join(to, path.slice(path.lastIndexOf('/') + 1)), 'r');
    fsyncSync(handle);
    closeSync(handle);
  }
}

const times: Record<string, number[]> = {};
const note = (name: string, value: number): void => void (times[name] ??= []).push(value);
try {
  const chunk = Buffer.alloc(2 ** 20);
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const own = join(folder, String(repeat));
    mkdirSync(join(own, 'source'), { recursive: true });
    const paths = Array.from({ length: FILES }, (_, index) => join(own, 'source', String(index)));
    for (const path of paths) {
      const handle = openSync(path, 'w');
      for (let written = 0; written < MIB / FILES; written += 1) writeFileSync(handle, randomFillSync(chunk));
      fsyncSync(handle);
      closeSync(handle);
    }
    note('sha256sum', seconds(() => execFileSync('sha256sum', paths)));
    note('cp and sync', seconds(() => copyAndSync(paths, join(own, 'copy'))));
    note('hash alone', seconds(() => {
      const hash = createHash('sha256');
      for (let hashed = 0; hashed < MIB; hashed += 1) hash.update(chunk);
      hash.digest();
    }));

    const store = await openStore(join(own, 'store'), { access: 'write' });
    const stage = await store.openStage('bench');
    const digests: string[] = [];
    // The engine has written the file into the stage: what `put` adds is the digest, the sync and the name.
    for (const [index, path] of paths.entries()) execFileSync('cp', [path, stage.temporaryFile(`.${index}`).replace(/-\d+\./, '-copy.')]);
    const staged = store.files.listNow(stage.folder).filter((name) => name.includes('-copy.')).map((name) => join(stage.folder, name));
    note('put', await secondsOf(async () => {
      const blobs = [];
      for (const path of staged) blobs.push(await stage.putFile(path));
      digests.push(...blobs.map(({ digest }) => digest));
      const key = createHash('sha256').update(own).digest('hex');
      await stage.commit({ version: RECORD_VERSION, key, fingerprint: key, kind: 'bench', parts: {}, outputs: {}, blobs, seconds: 0, engines: {}, warnings: [], made: '2026-01-01T00:00:00.000Z' });
    }));
    await stage.close();
    const reading = await openStore(join(own, 'store'), { access: 'read' });
    note('get', await secondsOf(async () => {
      for (const digest of digests) await reading.verifiedPath(digest);
    }));
    note('fsck', await secondsOf(async () => {
      const { faults } = await checkStore(reading);
      if (faults.length > 0) throw new Error('the store is damaged');
    }));
    rmSync(own, { recursive: true });
  }
  const speed = (name: string): number => MIB / median(times[name] ?? []);
  for (const name of Object.keys(times)) console.log(`${name.padEnd(12)} ${speed(name).toFixed(0).padStart(6)} MiB/s`);
  const slower = Math.min(speed('cp and sync'), speed('sha256sum'));
  console.log(`put  ${(speed('put') / slower).toFixed(2)} × the slower of cp and sha256sum   (aim 0.8)`);
  console.log(`get  ${(speed('get') / speed('sha256sum')).toFixed(2)} × sha256sum, ${(speed('get') / speed('hash alone')).toFixed(2)} × the hash alone   (aim 0.8)`);
  console.log(`fsck ${(speed('fsck') / speed('sha256sum')).toFixed(2)} × sha256sum, ${(speed('fsck') / speed('hash alone')).toFixed(2)} × the hash alone   (aim 0.8)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
