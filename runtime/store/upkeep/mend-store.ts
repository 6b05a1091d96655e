import { dirname } from 'node:path';
import { asideOf, moveAside } from '../objects.ts';
import type { Store } from '../store.ts';
import type { StoreCheck } from './check-store.ts';
import { strip, withUpkeep } from './collect-store.ts';
import { listJournals, listRecords } from './list-store.ts';

/**
 * Moves what a check found to be damaged to the store's folder `damaged/`, so that its content counts as not made and
 * the next apply makes it again. Returns the new paths.
 */
export async function mendStore(store: Store, { faults }: StoreCheck): Promise<readonly string[]> {
  return withUpkeep(store, async (stage) => {
    const aside: string[] = [];
    const journals = new Map((await listJournals(store)).map((run) => [run.key, run]));
    const incomplete = new Set(faults.filter(({ problem }) => problem === 'changed' || problem === 'missing').flatMap((fault) => fault.records));
    await strip(store, stage, listRecords(store).flatMap(({ key, record }) => (record !== undefined && incomplete.has(key) ? [record] : [])));
    for (const { key, problem } of faults) {
      // A lost record is known to be lost by an empty file where a damaged one would lie.
      if (problem === 'missing' && key.startsWith('actions/')) {
        await store.files.makeFolder(dirname(asideOf(store.disk, key)));
        await store.files.write(asideOf(store.disk, key), '');
      }
      if (problem === 'missing') continue;
      const moved = moveAside({ ...store, mend: true }, key);
      if (moved !== undefined) aside.push(moved);
      const journal = journals.get(key);
      if (journal !== undefined) await stage.replaceText(key, journal.lines.map((line) => `${line}\n`).join(''));
    }
    return aside;
  });
}
