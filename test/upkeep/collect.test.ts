import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import type { RunSummary } from '../../runtime/scheduler/run-plan.ts';
import { openStore, type Store } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { checkStore } from '../../runtime/store/upkeep/check-store.ts';
import { collectStore, planCollection, withUpkeep } from '../../runtime/store/upkeep/collect-store.ts';
import type { KeepRules } from '../../runtime/store/upkeep/find-roots.ts';
import { measureStore } from '../../runtime/store/upkeep/measure-store.ts';
import { applySmall, checkedFaults, digestsOf, newPlace, storeOf } from '../crash/small-run.ts';
import { applyScript, newProject, workerScript } from '../scheduler/fixtures.ts';
import { planOf, slowSteps, type ShortStep } from '../scheduler/plans.ts';

const LAST: KeepRules = { runs: 1, forget: [] };

/** One step that reads another; the texts are what makes a version. */
const version = (text: string): Readonly<Record<string, ShortStep>> => ({ same: { kind: 'write', text: 'same' }, own: { kind: 'join', inputs: ['same'], text } });

async function stored(versions: readonly string[], options: Parameters<typeof applySmall>[1] = {}): Promise<{ readonly place: string; readonly store: Store; readonly runs: readonly RunSummary[] }> {
  const place = newPlace();
  const runs: RunSummary[] = [];
  for (const text of versions) runs.push(await applySmall(place, { steps: version(text), ...options }));
  return { place, store: await openStore(storeOf(place), { access: 'write' }), runs };
}

/** The versions whose results are still there. */
async function alive(place: string, versions: readonly string[]): Promise<string[]> {
  const store = await openStore(storeOf(place), { access: 'read' });
  const { runs } = (await planCollection(store, { runs: 100, forget: [] })).kept;
  expect(runs).toBeGreaterThanOrEqual(versions.length);
  const found: string[] = [];
  for (const text of versions) {
    const own = planOf(version(text)).steps[1]!;
    const records = store.files.listNow(store.disk.path(`actions/${own.fingerprint.slice(0, 2)}/${own.fingerprint}`)).map((name) => store.lookup(own.fingerprint, name.slice(0, -5))!);
    if (records.some(store.isWhole)) found.push(text);
  }
  return found;
}

describe('gc', () => {
  it('keeps the last finished run of a pipeline, and tells first what would go', async () => {
    const { place, store, runs } = await stored(['1', '2', '3']);
    const planned = await planCollection(store, LAST);
    expect(planned).toMatchObject({ kept: { runs: 1, records: 2 } });
    expect(planned.records).toHaveLength(2);
    expect(await alive(place, ['1', '2', '3'])).toEqual(['1', '2', '3']);
    const taken = await collectStore(store, LAST);
    expect(taken).toEqual(planned);
    expect(taken.bytes).toBeGreaterThan(0);
    expect(await alive(place, ['1', '2', '3'])).toEqual(['3']);
    expect(await checkedFaults(place)).toEqual([]);
    expect((await applySmall(place, { steps: version('3') })).end).toMatchObject({ ran: 0, cached: 2 });
    // What an older key was made of is still known, and the step can be made again.
    const own = planOf(version('1')).steps[1]!;
    expect(store.lookup(own.fingerprint, runs[0]?.steps.get('own')?.key ?? '')).toMatchObject({ parts: { 'param:text': '1' }, collected: expect.any(String) as string });
    const again = await applySmall(place, { steps: version('1') });
    expect(again.end).toMatchObject({ ran: 1, cached: 1 });
    expect(digestsOf(again)).toEqual(digestsOf(runs[0]!));
    expect(await checkedFaults(place)).toEqual([]);
  });

  it.each<[string, KeepRules, string[]]>([
    ['--keep-runs 2', { runs: 2, forget: [] }, ['2', '3']],
    ['--newer-than 1h', { runs: 1, seconds: 3600, forget: [] }, ['1', '2', '3']],
    ['--newer-than 0s', { runs: 1, seconds: 0, forget: [] }, ['3']],
    ['--forget the pipeline', { runs: 1, forget: ['test'] }, []],
  ])('with %s keeps what that says', async (_, rules, kept) => {
    const { place, store } = await stored(['1', '2', '3']);
    await collectStore(store, rules);
    expect(await alive(place, ['1', '2', '3'])).toEqual(kept);
    expect(await checkedFaults(place)).toEqual([]);
  });

  it('keeps runs with a label until it is forgotten', async () => {
    const { place, store } = await stored([]);
    await applySmall(place, { steps: version('1'), label: 'paper' });
    for (const text of ['2', '3']) await applySmall(place, { steps: version(text) });
    await collectStore(store, LAST);
    expect(await alive(place, ['1', '2', '3'])).toEqual(['1', '3']);
    await expect(collectStore(store, { ...LAST, forget: ['papre'] })).rejects.toThrow('no pipeline or label of this store is called `papre`');
    await collectStore(store, { ...LAST, forget: ['paper'] });
    expect(await alive(place, ['1', '2', '3'])).toEqual(['3']);
  });

  it('keeps what a cancelled or killed run has made since, and the last results of steps that failed', async () => {
    const { place, store } = await stored(['1']);
    const failed = await applySmall(place, { steps: version('fail') });
    expect(failed.state).toBe('failed');
    const stop = new AbortController();
    await applySmall(place, { steps: { ...version('2'), last: { kind: 'join', inputs: ['own'], text: 'last' } }, signal: stop.signal, onEvent: (event) => void (event.event === 'step-end' && event.name === 'own' && stop.abort()) });
    await collectStore(store, LAST);
    expect(await alive(place, ['1', '2'])).toEqual(['1', '2']);
  });

  it('refuses when what keeps results cannot be read, or another is at it', async () => {
    const { place, store } = await stored(['1', '2']);
    await withUpkeep(store, async () => {
      await expect(collectStore(store, LAST)).rejects.toThrow('another program is collecting');
    });
    const [journal = ''] = store.files.listNow(store.disk.path('runs/test'));
    const path = store.disk.path(`runs/test/${journal}`);
    appendFileSync(path, readFileSync(path, 'utf8').split('\n')[0]!.replace('"plan"', '"palm"') + '\n');
    const refused = await collectStore(store, LAST).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect(refused).toMatchObject({ exitCode: 5, diagnostic: { code: 'store-root-unreadable' } });
    expect(await alive(place, ['1', '2']).catch(() => 'refused')).toBe('refused');
  });
});

describe('gc beside an apply', () => {
  it('takes nothing from it: collected again and again while it runs, it finishes with what it would have made', async () => {
    const project = await newProject();
    const clean = await newProject();
    await project.apply({ a: { kind: 'write', text: 'old' } });
    const store = await openStore(project.root, { access: 'write' });
    for (const steps of ['long', 'slowSteps', 'otherSteps']) {
      const program = spawn(process.execPath, [applyScript, project.root, project.cache, workerScript, steps], { stdio: ['ignore', 'pipe', 'inherit'] });
      const events: RunEvent[] = [];
      const ended = once(program, 'exit');
      createInterface(program.stdout).on('line', (line) => events.push(JSON.parse(line) as RunEvent));
      let collections = 0;
      while (program.exitCode === null) {
        const [{ faults }] = await Promise.all([checkStore(store), collectStore(store, { runs: 1, forget: ['test'] })]);
        expect(faults, 'a check beside both').toEqual([]);
        collections += 1;
        await new Promise((later) => setTimeout(later, 5));
      }
      await ended;
      expect(collections).toBeGreaterThan(3);
      expect(events.at(-1)).toMatchObject({ event: 'run-end', state: 'done' });
    }
    const digests = digestsOf((await project.apply(slowSteps)).summary);
    expect(digests).toEqual(digestsOf((await clean.apply(slowSteps)).summary));
  });

  it('makes a run that begins wait until it has ended', async () => {
    const { place, store } = await stored(['1']);
    let collecting = true;
    const waiting: { run?: Promise<boolean> } = {};
    await withUpkeep(store, async () => {
      waiting.run = applySmall(place, { steps: version('2'), onEvent: (event) => void (event.event === 'step-end' && expect(collecting).toBe(false)) }).then(({ state }) => state === 'done');
      await new Promise((later) => setTimeout(later, 250));
      collecting = false;
    });
    expect(await waiting.run).toBe(true);
  });
});

describe('du', () => {
  it('tells by step and by run what is shared', async () => {
    const { store } = await stored(['1', '22']);
    await collectStore(store, { runs: 2, forget: [] });
    const size = await measureStore(store);
    const [pipeline] = size.pipelines;
    expect(size.garbage).toEqual({ count: 0, bytes: 0 });
    expect(size.objects.count).toBe(6);
    expect(pipeline?.steps.map(({ step }) => step).sort()).toEqual(['own', 'same']);
    const [last, first] = pipeline?.runs ?? [];
    const same = pipeline?.steps.find(({ step }) => step === 'same')?.bytes ?? 0;
    expect(last?.bytes).toBe(same + (last?.own ?? 0));
    expect(first?.bytes).toBe(same + (first?.own ?? 0));
    expect(size.objects.bytes).toBe(same + (first?.own ?? 0) + (last?.own ?? 0));
  });
});
