import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent, RunState, StepState } from '../../runtime/events.ts';
import { listRuns, newRunId, openJournal, readJournal, readLastApply, readRun } from '../../runtime/store/journal.ts';
import { readPastRuns } from '../../runtime/store/past-run.ts';
import { openStore, type Store } from '../../runtime/store/store.ts';
import { temporaryFolder } from './fixtures.ts';

const time = '2026-01-01T00:00:00.000Z';

async function newStore(): Promise<Store> {
  return openStore(join(await temporaryFolder(), 'store'), { access: 'write' });
}

/** Writes a run: each step's fingerprint is its name and version, `a:1`; `end` is missing for a run that was killed. */
async function writeRun(
  store: Store,
  at: number,
  steps: Readonly<Record<string, StepState>>,
  end?: RunState,
): Promise<string> {
  const run = newRunId(new Date(Date.UTC(2026, 0, 1, 0, 0, at)));
  const journal = await openJournal(store, 'p', run);
  const events: RunEvent[] = [
    {
      time,
      event: 'plan',
      run,
      pipeline: 'p',
      file: 'p.mlp',
      steps: Object.keys(steps).map((name) => ({ name, keyword: 'table', kind: 'sql', fingerprint: `${name}@${at}` })),
    },
    ...Object.entries(steps).map(([name, state]): RunEvent => {
      const outputs = state === 'failed' || state === 'skipped' ? {} : { value: 'd' };
      return { time, event: 'step-end', name, state, seconds: 1, key: `${name} in ${at}`, outputs };
    }),
    { time, event: 'step-progress', name: 'a', round: 1 },
  ];
  for (const event of events) journal.append(event);
  if (end !== undefined) {
    journal.append({ time, event: 'run-end', state: end, seconds: 1, ran: 1, cached: 0, failed: 0, skipped: 0 });
    await journal.close();
  }
  return run;
}

describe('the journal', () => {
  it('has a file for each run, in order of time, without progress', async () => {
    const store = await newStore();
    const second = await writeRun(store, 2, { a: 'ran' }, 'done');
    const first = await writeRun(store, 1, { a: 'ran' }, 'done');
    expect(await listRuns(store, 'p')).toEqual([first, second]);
    expect(await listRuns(store, 'q')).toEqual([]);
    expect(readRun(store, 'p', first).map((event) => event.event)).toEqual(['plan', 'step-end', 'run-end']);
  });

  it('is told of what was cached together with what comes after it', async () => {
    const store = await newStore();
    const told = async (...states: readonly StepState[]): Promise<string[]> => readRun(store, 'p', await writeRun(store, 1, Object.fromEntries(states.map((state, index) => [`s${index}`, state])))).map((event) => (event.event === 'step-end' ? event.state : event.event));
    expect(await told('cached', 'cached')).toEqual(['plan']);
    expect(await told('cached', 'ran', 'cached', 'failed', 'cached')).toEqual(['plan', 'cached', 'ran', 'cached', 'failed']);
    expect(readRun(store, 'p', await writeRun(store, 1, { a: 'cached', b: 'cached' }, 'done')).map(({ event }) => event)).toEqual(['plan', 'step-end', 'step-end', 'run-end']);
  });

  it('keeps the order of runs when the clock is set back', async () => {
    const store = await newStore();
    const late = new Date(Date.UTC(2030, 0, 1));
    let latest: string | undefined;
    const runs: string[] = [];
    for (const now of [late, new Date(0), new Date(1), late, new Date(Date.UTC(2031, 0, 1))]) {
      latest = newRunId(now, latest);
      (await openJournal(store, 'p', latest)).append({ time, event: 'plan', run: latest, pipeline: 'p', file: '', steps: [] });
      runs.push(latest);
      expect((await listRuns(store, 'p')).at(-1)).toBe(latest);
    }
    expect([...runs].sort()).toEqual(runs);
    expect(runs.map((run) => run.slice(0, 24))).toEqual(['2030-01-01T00-00-00.000Z', '2030-01-01T00-00-00.001Z', '2030-01-01T00-00-00.002Z', '2030-01-01T00-00-00.003Z', '2031-01-01T00-00-00.000Z']);
    expect(newRunId(new Date(0), 'something-else').slice(0, 24)).toBe('1970-01-01T00-00-00.000Z');
  });

  it('finds damage of any byte of a line, and tolerates what a kill or a loss of power leaves', async () => {
    const store = await newStore();
    const run = await writeRun(store, 1, { a: 'ran' }, 'done');
    const path = store.disk.path(`runs/p/${run}.ndjson`);
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      await writeFile(path, damaged);
      expect(readJournal(store, 'p', run).damaged, `byte ${at}`).toBeGreaterThan(0);
      await writeFile(path, Buffer.concat([bytes.subarray(0, at), Buffer.alloc(at % 3)]));
      expect(readJournal(store, 'p', run).damaged, `cut off at ${at}`).toBe(0);
    }
  });

  it('tolerates a torn last line', async () => {
    const store = await newStore();
    const run = await writeRun(store, 1, { a: 'ran' });
    const path = store.disk.path(`runs/p/${run}.ndjson`);
    await appendFile(path, (await readFile(path, 'utf8')).slice(0, 40));
    expect(readRun(store, 'p', run).map((event) => event.event)).toEqual(['plan', 'step-end']);
  });

  it('knows nothing of a pipeline that was never applied to its end', async () => {
    const store = await newStore();
    expect(await readLastApply(store, 'p')).toBeUndefined();
    await writeRun(store, 1, { a: 'ran' });
    await writeRun(store, 2, { a: 'ran' }, 'cancelled');
    expect(await readLastApply(store, 'p')).toBeUndefined();
  });

  it('gives the steps of the last finished apply, each with its last result', async () => {
    const store = await newStore();
    await writeRun(store, 1, { a: 'ran', b: 'ran', gone: 'ran' }, 'done');
    const finished = await writeRun(store, 2, { a: 'cut-off', b: 'failed', c: 'skipped' }, 'failed');
    await writeRun(store, 3, { a: 'ran' });
    const last = await readLastApply(store, 'p');
    expect(last?.run).toBe(finished);
    const step = { keyword: 'table', kind: 'sql' };
    expect(Object.fromEntries(last?.steps ?? [])).toEqual({
      a: { ...step, fingerprint: 'a@2', made: { fingerprint: 'a@2', key: 'a in 2' } },
      b: { ...step, fingerprint: 'b@2', made: { fingerprint: 'b@1', key: 'b in 1' } },
      c: { ...step, fingerprint: 'c@2' },
    });
  });

  it('tells past runs, oldest first, those without an end too', async () => {
    const store = await newStore();
    await writeRun(store, 3, { a: 'cut-off', b: 'failed', c: 'skipped' });
    await writeRun(store, 1, { a: 'ran', b: 'cached' }, 'done');
    const torn = await writeRun(store, 2, { a: 'ran' }, 'cancelled');
    const path = store.disk.path(`runs/p/${torn}.ndjson`);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 40));
    const runs = await readPastRuns(store, 'p');
    expect(runs).toMatchObject([
      { state: 'done', seconds: 1, ran: 1, cached: 1, failed: 0, skipped: 0, steps: [{ name: 'a', end: { state: 'ran' } }, { name: 'b' }] },
      { state: 'unfinished', seconds: 0, ran: 0, cached: 1, failed: 1, skipped: 1 },
    ]);
    expect(await readPastRuns(store, 'p', 1)).toEqual(runs.slice(1));
  });

  it('keeps pipelines of any name apart', async () => {
    const store = await newStore();
    for (const name of ['..', 'a/b', 'a%2Fb', 'sale*', 'ü']) {
      const journal = await openJournal(store, name, 'run');
      journal.append({ time, event: 'plan', run: 'run', pipeline: name, file: '', steps: [] });
      expect(readRun(store, name, 'run')).toMatchObject([{ pipeline: name }]);
    }
    expect(await store.disk.list('runs/')).toHaveLength(5);
  });
});
