import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../runtime/store/files.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { faultsOf, filesBelow } from '../end-to-end/store-health.ts';
import { faultyFiles, Killed, type Fault } from './faulty-files.ts';
import { isLong, pointsOf } from './long-mode.ts';
import { applySmall, checkedFaults, digestsOf, newPlace, storeOf } from './small-run.ts';

/** What an undisturbed run gives, and how many operations it takes. */
const undisturbed = (async () => {
  const { files, operations } = faultyFiles(undefined, 0);
  const digests = digestsOf(await applySmall(newPlace(), { files }));
  return { digests, operations: operations.length };
})();

/** How a run on faulty files ended: by its death, by a failure in the user's terms, or well, where the fault did no harm. */
async function strike(place: string, fault: Fault, at: number): Promise<'killed' | 'failed' | 'done'> {
  const { files } = faultyFiles(fault, at);
  try {
    return (await applySmall(place, { files })).state === 'done' ? 'done' : 'failed';
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    if (error instanceof StoreError) return 'failed';
    throw error;
  }
}

/** What has to hold of a place, whatever happened to the run before. */
async function expectSound(place: string, what: string): Promise<void> {
  expect([...faultsOf(storeOf(place)), ...(await checkedFaults(place))], what).toEqual([]);
  const { digests } = await undisturbed;
  const next = await applySmall(place);
  expect(next.state, what).toBe('done');
  expect(digestsOf(next), what).toEqual(digests);
  expect(faultsOf(storeOf(place)), what).toEqual([]);
  for (const folder of ['store/tmp', 'store/leases', 'cache/checkpoints']) expect(nodeFiles.listNow(join(place, '.mlp', folder)), `${what}: ${folder}`).toEqual([]);
  expect((await applySmall(place)).end, what).toMatchObject({ ran: 0, cached: 6 });
  rmSync(place, { recursive: true });
}

const faults = ['kill', 'tear', 'ENOSPC', 'EIO'] as const;

describe('a run that is struck at any of its operations', { timeout: isLong ? 600_000 : 60_000 }, () => {
  it.each(faults)('by %s leaves a store that is whole, and the next one finishes', async (fault) => {
    const { operations } = await undisturbed;
    expect(operations).toBeGreaterThan(150);
    const ends = new Map<string, number>();
    // A run's operations differ a little in number: what is made side by side meets in other orders.
    const points = pointsOf(operations, 11, faults.indexOf(fault) * 3);
    for (const at of points) {
      const place = newPlace();
      const end = await strike(place, fault, at);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      await expectSound(place, `${fault} at ${at} of ${operations}`);
    }
    const [struck, other] = fault === 'kill' || fault === 'tear' ? ['killed', 'failed'] : ['failed', 'killed'];
    expect(ends.get(struck) ?? 0).toBeGreaterThan(points.length / 3);
    expect(ends.get(other) ?? 0).toBe(0);
  });

  it('again and again comes to its end all the same', async () => {
    const place = newPlace();
    let runs = 1;
    while ((await strike(place, 'kill', 25 + 5 * runs)) === 'killed') runs += 1;
    expect(runs).toBeGreaterThan(4);
    expect(filesBelow(join(storeOf(place), 'actions')).length).toBeGreaterThan(0);
    await expectSound(place, 'the last');
  });
});
