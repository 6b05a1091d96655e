import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { checkStore } from '../../runtime/store/upkeep/check-store.ts';
import { collectStore } from '../../runtime/store/upkeep/collect-store.ts';
import { mendStore } from '../../runtime/store/upkeep/mend-store.ts';
import { faultyFiles, Killed, type Fault } from '../crash/faulty-files.ts';
import { isLong, pointsOf } from '../crash/long-mode.ts';
import { applySmall, checkedFaults, deadOwner, digestsOf, newPlace, smallSteps, storeOf } from '../crash/small-run.ts';
import { faultsOf, filesBelow } from '../end-to-end/store-health.ts';
import type { Files } from '../../runtime/store/files.ts';

const faults: readonly Fault[] = ['kill', 'tear', 'ENOSPC', 'EIO'];

describe.each(faults)('upkeep that is struck by %s', { timeout: isLong ? 1_200_000 : 120_000 }, (fault) => {
  const place = newPlace();
  let clean: Record<string, string | undefined> = {};
  beforeAll(async () => {
    for (const text of ['1', '2']) await applySmall(place, { steps: { ...smallSteps, a: { kind: 'write', text } } });
    clean = digestsOf(await applySmall(place));
  });

  /** Does something to copies of the place, struck at one operation after another. */
  async function strikeAll(work: (at: string, files: Files) => Promise<unknown>, sound: (at: string, what: string) => Promise<void>, prepare: (at: string) => Promise<void> = () => Promise.resolve()): Promise<void> {
    const count = async (point: number): Promise<{ readonly asked: number; readonly at: string }> => {
      const at = newPlace();
      cpSync(place, at, { recursive: true });
      await prepare(at);
      const { files, operations } = faultyFiles(point < 0 ? undefined : fault, point);
      await work(at, files).catch((error: unknown) => {
        if (!(error instanceof Killed) && !(error instanceof StoreError)) throw error;
      });
      return { asked: operations.length, at };
    };
    const { asked } = await count(-1);
    expect(asked).toBeGreaterThan(50);
    for (const point of pointsOf(asked, 41, faults.indexOf(fault) * 10)) {
      const { at } = await count(point);
      await sound(at, `${fault} at ${point} of ${asked}`);
      const next = await applySmall(at);
      expect(digestsOf(next), `${fault} at ${point}`).toEqual(clean);
      expect([...faultsOf(storeOf(at)), ...(await checkedFaults(at)), ...filesBelow(`${storeOf(at)}/tmp`)]).toEqual([]);
      rmSync(at, { recursive: true });
    }
  }

  it('in a collection leaves a whole store', async () => {
    await strikeAll(
      async (at, files) => collectStore(await openStore(storeOf(at), { access: 'write', files, owner: deadOwner }), { runs: 1, forget: [] }),
      async (at, what) => expect([...faultsOf(storeOf(at)), ...(await checkedFaults(at))], what).toEqual([]),
    );
  });

  it('in mending can be done again', async () => {
    const mend = async (at: string, files?: Files): Promise<void> => {
      const store = await openStore(storeOf(at), { access: 'write', ...(files === undefined ? {} : { files, owner: deadOwner }) });
      await mendStore(store, await checkStore(store));
    };
    await strikeAll(
      mend,
      async (at, what) => {
        await mend(at);
        expect(await checkedFaults(at), what).toEqual([]);
      },
      async (at) => {
        const files = filesBelow(storeOf(at)).filter((path) => !path.endsWith('store.json'));
        for (const path of files.filter((_, index) => index % 5 === 0)) {
          await chmod(path, 0o644);
          writeFileSync(path, 'damage');
        }
      },
    );
  });
});
