import { describe, expect, it } from 'vitest';
import type { ApplyOptions, ApplyResult, Compiled } from '../../apps/session/session.ts';
import { openWatchLoop, type WatchListener, type WatchLoop } from '../../apps/watch/watch-loop.ts';
import type { Preview, StepPreview } from '../../compiler/plan/preview.ts';
import { edited, plan, previewOf, unchanged } from '../cli/example.ts';
import { unknownColumn } from '../cli/fake.ts';

/** A promise that the test settles. */
interface Gate<T> {
  readonly promise: Promise<T>;
  readonly open: (value: T) => void;
}

function gate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

interface Started {
  readonly preview: Preview;
  readonly options: ApplyOptions;
  readonly end: (state?: ApplyResult['state']) => void;
}

const good: Compiled = { plan, tests: [], diagnostics: [], textOf: () => undefined, reads: new Set(['/p/f.mlp']) };
const wrong: Compiled = { tests: [], diagnostics: [unknownColumn], textOf: () => undefined, reads: new Set(['/p/f.mlp']) };
const result: ApplyResult = { state: 'done', seconds: 1, ran: 1, cached: 0, failed: 0, damaged: false, refused: false, records: new Map() };
const running = (...steps: readonly StepPreview[]): Preview => ({ plan, removed: [], steps });

/** Lets everything happen that does not wait for the test. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

/** A loop on a session that does what the test says; `log` has what happened, in order. */
function openFake(given: { readonly compile?: () => Promise<Compiled>; readonly preview?: () => Promise<Preview> } = {}) {
  const log: string[] = [];
  const runs: Started[] = [];
  const listener: WatchListener = {
    onPlan: () => log.push('plan'),
    onWrong: () => log.push('wrong'),
    onDamage: () => log.push('damage'),
    onEnd: ({ state }) => void log.push(`end ${state}`),
    onFailure: (error) => void log.push(`failure ${String(error)}`),
  };
  const loop: WatchLoop = openWatchLoop({
    file: 'f.mlp',
    listener,
    watch: (reads) => {
      log.push(`watch ${[...reads].join(' ')}`);
      return Promise.resolve();
    },
    apply: { onEvent: () => undefined },
    session: {
      compile: () => {
        log.push('compile');
        return given.compile?.() ?? Promise.resolve(good);
      },
      preview: () => given.preview?.() ?? Promise.resolve(edited),
      settled: () => {
        log.push('settled');
        return Promise.resolve();
      },
      keepWanted: (wanted) => log.push(`keep ${[...wanted].length}`),
      apply: (preview, options) => {
        log.push('apply');
        const ended = gate<ApplyResult>();
        runs.push({ preview, options, end: (state = 'done') => ended.open({ ...result, state }) });
        return ended.promise;
      },
    },
  });
  return { loop, log, runs, take: () => log.splice(0) };
}

describe('the watch loop', () => {
  it('plans and runs what it is asked for, and says how it ended', async () => {
    const { loop, take, runs } = openFake();
    loop.replan();
    await settle();
    expect(take()).toEqual(['compile', 'watch /p/f.mlp', 'settled', 'keep 4', 'plan', 'apply']);
    runs[0]?.end();
    await loop.idle();
    expect(take()).toEqual(['end done']);
  });

  it('replaces the run under way: it is told to start nothing more before the next begins, and is not cancelled', async () => {
    const previews = [running(previewOf('gbm', { state: 'run', key: 'a'.repeat(64) })), unchanged];
    const { loop, take, runs } = openFake({ preview: () => Promise.resolve(previews.shift() ?? unchanged) });
    loop.replan();
    await settle();
    take();
    loop.replan();
    expect(runs[0]?.options.replaced?.aborted).toBe(false);
    await settle();
    expect(take()).toEqual(['compile', 'watch /p/f.mlp', 'settled', 'keep 0', 'plan', 'apply']);
    expect(runs[0]?.options.replaced?.aborted).toBe(true);
    expect(runs[0]?.options.signal?.aborted).toBe(false);
    expect(runs[1]?.options.replaced?.aborted).toBe(false);
    runs[0]?.end('cancelled');
    runs[1]?.end();
    await loop.idle();
    // Only the last one's end is news.
    expect(take()).toEqual(['end done']);
  });

  it('lets the run under way go on while the file is wrong', async () => {
    const files = [good, wrong];
    const { loop, take, runs } = openFake({ compile: () => Promise.resolve(files.shift() ?? wrong) });
    loop.replan();
    await settle();
    take();
    loop.replan();
    await settle();
    expect(take()).toEqual(['compile', 'watch /p/f.mlp', 'wrong']);
    expect(runs[0]?.options.replaced?.aborted).toBe(false);
    runs[0]?.end();
    await loop.idle();
    expect(take()).toEqual(['end done']);
  });

  it('plans once more, not ten times, for what was saved while it planned', async () => {
    const first = gate<Compiled>();
    const compilations = [first.promise];
    const { loop, log, runs } = openFake({ compile: () => compilations.shift() ?? Promise.resolve(good) });
    loop.replan();
    for (let save = 0; save < 10; save += 1) loop.replan();
    await settle();
    first.open(good);
    await settle();
    for (const run of runs) run.end();
    await loop.idle();
    expect(log.filter((what) => what === 'compile')).toHaveLength(2);
  });

  it('survives what fails, and plans again when asked', async () => {
    const previews = [Promise.reject(new Error('the disk')), Promise.resolve(unchanged)];
    const { loop, take, runs } = openFake({ preview: () => previews.shift() ?? Promise.resolve(unchanged) });
    loop.replan();
    await loop.idle();
    expect(take().at(-1)).toBe('failure Error: the disk');
    loop.replan();
    await settle();
    runs[0]?.end();
    await loop.idle();
    expect(take().at(-1)).toBe('end done');
  });

  it('cancels what is under way when it quits, and starts nothing after', async () => {
    const { loop, runs, take } = openFake();
    loop.replan();
    await settle();
    const quitting = loop.quit();
    expect(runs[0]?.options.signal?.aborted).toBe(true);
    loop.replan();
    runs[0]?.end('cancelled');
    expect(await quitting).toBe(true);
    expect(take().filter((what) => what === 'compile')).toHaveLength(1);
  });

  it('quits at once where nothing is under way', async () => {
    expect(await openFake().loop.quit()).toBe(false);
  });
});
