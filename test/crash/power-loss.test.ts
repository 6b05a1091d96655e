import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../runtime/store/record.ts';
import { faultsOf, filesBelow } from '../end-to-end/store-health.ts';
import { chances } from '../support/chances.ts';
import { pathsBelow, recordDisk, type Honesty, type Loss, type RecordedDisk } from './disk-model.ts';
import { faultyFiles, Killed } from './faulty-files.ts';
import { isLong, pointsOf } from './long-mode.ts';
import { applySmall, checkedFaults, digestsOf, newPlace, storeOf } from './small-run.ts';

const LOSSES: readonly Loss[] = [
  { bytes: 'lost', names: 'lost' },
  { bytes: 'lost', names: 'kept' },
  { bytes: 'zeros', names: 'kept' },
  { bytes: 'half', names: 'kept' },
  { bytes: 'kept', names: 'some' },
  { bytes: 'some', names: 'some' },
  { bytes: 'some', names: 'some' },
];

const clean = (async () => digestsOf(await applySmall(newPlace())))();

/** What is wrong with a place that was found after a loss of power. */
async function wrongIn(place: string): Promise<string[]> {
  const store = storeOf(place);
  const torn = filesBelow(join(store, 'actions')).filter((path) => decodeRecord(readFileSync(path)) === undefined);
  if (torn.length > 0) return torn.map((path) => `${path} is half-written`);
  const faults = [...faultsOf(store), ...(await checkedFaults(place))];
  if (faults.length > 0) return faults;
  const next = await applySmall(place);
  const isRight = JSON.stringify(digestsOf(next)) === JSON.stringify(await clean);
  return next.state === 'done' && isRight ? [] : [`the next run is ${next.state}`];
}

/** Loses power at points of what was recorded; everything that was then found to be wrong. */
async function loseAt(disk: RecordedDisk, points: readonly number[], losses: readonly Loss[] = LOSSES): Promise<string[]> {
  const wrong: string[] = [];
  for (const point of points) {
    for (const [index, loss] of losses.entries()) {
      const place = newPlace();
      disk.loseAfter(point, loss, chances(1000 * point + index), place);
      const found = await wrongIn(place).catch((error: unknown) => [String(error)]);
      wrong.push(...found.map((one) => `${one}, after ${point}, ${JSON.stringify(loss)}`));
      rmSync(place, { recursive: true });
    }
  }
  return wrong;
}

async function recordRun(honesty: Honesty = 'all'): Promise<{ readonly place: string; readonly disk: RecordedDisk }> {
  const place = newPlace();
  mkdirSync(place);
  const disk = recordDisk(place, honesty);
  expect((await applySmall(place, { files: disk.files })).state).toBe('done');
  return { place, disk };
}

/** What of a finished run is gone when the power then fails, at its worst. */
async function lostOfFinished(disk: RecordedDisk): Promise<number> {
  const place = newPlace();
  disk.loseAfter(disk.length(), { bytes: 'lost', names: 'lost' }, chances(1), place);
  const { ran } = (await applySmall(place)).end;
  return ran;
}

describe('a loss of power', { timeout: isLong ? 3_600_000 : 60_000 }, () => {
  it('is told by a model that has what the disk has', async () => {
    const { place, disk } = await recordRun();
    const found = newPlace();
    disk.loseAfter(disk.length(), { bytes: 'kept', names: 'kept' }, chances(1), found);
    expect(pathsBelow(found)).toEqual(pathsBelow(place));
    for (const path of filesBelow(place)) expect(readFileSync(path.replace(place, found)).equals(readFileSync(path)), path).toBe(true);
  });

  it('at any moment of a run leaves nothing half-written, and the next run finishes', async () => {
    const { disk } = await recordRun();
    const points = pointsOf(disk.length() + 1, 13);
    expect(points.length).toBeGreaterThan(10);
    expect(await loseAt(disk, points)).toEqual([]);
  });

  it('takes nothing of a run that has finished, its journal included', async () => {
    const { place, disk } = await recordRun();
    expect(await lostOfFinished(disk)).toBe(0);
    const found = newPlace();
    disk.loseAfter(disk.length(), { bytes: 'lost', names: 'lost' }, chances(1), found);
    const [journal = ''] = filesBelow(join(storeOf(place), 'runs'));
    expect(readFileSync(journal.replace(place, found), 'utf8')).toBe(readFileSync(journal, 'utf8'));
  });

  it('takes nothing of a run that finished after another was killed', async () => {
    for (const at of pointsOf(200, 23, 5)) {
      const place = newPlace();
      mkdirSync(place);
      const disk = recordDisk(place);
      await applySmall(place, { files: faultyFiles('kill', at, disk.files).files }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      const killed = disk.length();
      await applySmall(place, { files: disk.files });
      expect(await lostOfFinished(disk), `killed at ${at}`).toBe(0);
      if (isLong) expect(await loseAt(disk, pointsOf(disk.length() - killed, 1).filter((point) => point % 7 === 0).map((point) => killed + point), LOSSES.slice(4))).toEqual([]);
    }
  });

  it.each([
    ['file', 'folders', 'half-written'],
    ['folder', 'files', ''],
  ] as const)('would do harm if no %s were synced: the tests see it', async (_, honesty, seen) => {
    const { disk } = await recordRun(honesty);
    const points = Array.from({ length: 12 }, (__, index) => Math.floor((disk.length() * (index + 1)) / 12));
    const wrong = [...(await loseAt(disk, points)), ...((await lostOfFinished(disk).catch(() => 1)) > 0 ? ['results are lost'] : [])];
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.join('\n')).toContain(seen);
  });
});
