import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { checkStore, unopened, type Fault, type StoreCheck } from '../../runtime/store/upkeep/check-store.ts';
import { mendStore } from '../../runtime/store/upkeep/mend-store.ts';
import { applySmall, digestsOf, newPlace, storeOf } from '../crash/small-run.ts';
import { filesBelow } from '../end-to-end/store-health.ts';

/** Damage to one file, chosen by two numbers between 0 and 1. */
const damages: Readonly<Record<string, (path: string, where: number) => void>> = {
  'a flipped bit': (path, where) => {
    const bytes = readFileSync(path);
    const bit = Math.floor(where * bytes.length * 8);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, bytes);
  },
  'a truncation': (path, where) => writeFileSync(path, readFileSync(path).subarray(0, Math.floor(where * readFileSync(path).length))),
  'a missing file': (path) => rmSync(path),
  'an extra file': (path, where) => writeFileSync(join(dirname(path), `extra-${where}`), 'x'),
};

describe('fsck', () => {
  const place = newPlace();
  let clean: Record<string, string | undefined> = {};
  beforeAll(async () => {
    clean = digestsOf(await applySmall(place));
    await applySmall(place, { steps: { a: { kind: 'write', text: 'other' } } });
    for (const path of filesBelow(storeOf(place))) await chmod(path, 0o644);
  });

  async function check(at: string): Promise<{ readonly faults: readonly Fault[]; readonly whole?: StoreCheck }> {
    try {
      const whole = await checkStore(await openStore(storeOf(at), { access: 'read' }));
      return { faults: whole.faults, whole };
    } catch (error) {
      return { faults: [unopened(error)] };
    }
  }

  async function mend(at: string): Promise<void> {
    const open = (): Promise<Store> => openStore(storeOf(at), { access: 'write' });
    const store = await open().catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      return open();
    });
    await mendStore(store, await checkStore(store));
  }

  it('finds nothing in a store that is whole', async () => {
    expect(await check(place)).toMatchObject({ faults: [], whole: { garbage: { objects: 0 }, again: [], runs: 2, records: 6 } });
  });

  it('finds every flipped bit, truncation, missing and extra file; mended, the next apply makes it again', async () => {
    const names = filesBelow(storeOf(place)).map((path) => path.slice(storeOf(place).length + 1));
    const isJournal = (name: string): boolean => name.startsWith('runs/');
    const unit = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.constantFrom(...Object.keys(damages)), unit, async (name, damage, where) => {
        // A journal that ends sooner is that of a run that was killed sooner, and one that is not there of none.
        if (isJournal(name) && (damage === 'a truncation' || damage === 'a missing file')) return;
        // Nothing of a store without its version is known to be ours; the next opening writes it anew.
        if (name === 'store.json' && damage === 'a missing file') return;
        const at = newPlace();
        cpSync(place, at, { recursive: true });
        damages[damage]!(join(storeOf(at), name), where);
        const found = await check(at).catch((error: unknown) => error);
        if (found instanceof StoreError) {
          // A digit of the version that has become a greater one: nothing is known of what a newer program wrote.
          expect([name, found.exitCode, found.diagnostic.code]).toEqual(['store.json', 5, 'store-newer']);
          return;
        }
        const { faults } = found as Awaited<ReturnType<typeof check>>;
        const expected = damage === 'an extra file' ? join(dirname(name), `extra-${where}`) : name;
        expect(faults.map(({ key }) => key)).toContain(expected);
        await mend(at);
        expect((await check(at)).faults).toEqual([]);
        const next = await applySmall(at);
        expect(next.state).toBe('done');
        expect(digestsOf(next)).toEqual(clean);
        expect((await check(at)).faults).toEqual([]);
        rmSync(at, { recursive: true });
      }),
      { numRuns: 80, seed: 5 },
    );
  }, 120_000);

  it('says whose results are touched, and what the next apply makes again', async () => {
    const at = newPlace();
    cpSync(place, at, { recursive: true });
    const applied = await applySmall(at);
    const step = applied.steps.get('b');
    const artifact = step?.outputs?.['value']?.artifact;
    if (artifact?.type !== 'table') throw new Error('b made no table');
    const key = `objects/${artifact.file.digest.slice(0, 2)}/${artifact.file.digest.slice(2)}`;
    damages['a flipped bit']!(join(storeOf(at), key), 0.5);
    const { faults, whole } = await check(at);
    expect(faults).toMatchObject([{ problem: 'changed', key, uses: [{ pipeline: 'test', step: 'b' }, { pipeline: 'test', step: 'b', run: applied.run }] }]);
    expect(whole?.again).toEqual([{ pipeline: 'test', step: 'b', run: applied.run }]);
    await mend(at);
    expect((await applySmall(at)).end).toMatchObject({ ran: 1, cached: 5 });
  });

  it('counts what killed runs leave as garbage, not as damage', async () => {
    const at = newPlace();
    cpSync(place, at, { recursive: true });
    const store = await openStore(storeOf(at), { access: 'write' });
    const stage = await store.openStage('killed');
    const { digest } = await stage.putBytes(Buffer.from('a blob without a record'));
    await store.disk.write([{ key: `objects/${digest.slice(0, 2)}/${digest.slice(2)}`, from: stage.path(digest) }]);
    expect(await check(at)).toMatchObject({ faults: [], whole: { garbage: { objects: 1, bytes: 23 } } });
  });
});
