import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { keepWanted, openWorkshop } from '../../runtime/scheduler/workshop.ts';
import { newProject, workerScript } from './fixtures.ts';
import { planOf, resolveKey, type ShortStep } from './plans.ts';

type Steps = Readonly<Record<string, ShortStep>>;

/** Keys of steps that read nothing. */
const keysOf = (steps: Steps, ...names: readonly string[]): ReadonlySet<string> =>
  new Set(planOf(steps).steps.filter((step) => names.includes(step.name)).map((step) => resolveKey(step, []).key));

/** Two runs on one workshop: the second begins, with what is wanted kept, once the first has told of something. */
async function replace(first: Steps, second: Steps, when: (event: RunEvent) => boolean, options: { readonly wanted?: ReadonlySet<string>; readonly jobs?: number } = {}) {
  const { apply } = await newProject();
  const workshop = openWorkshop(workerScript);
  const replaced = new AbortController();
  const { jobs = 3, wanted = new Set() } = options;
  const shared = { workshop, jobs, threads: jobs };
  try {
    const next: { run?: ReturnType<typeof apply> } = {};
    const earlier = await apply(first, {
      ...shared,
      replaced: replaced.signal,
      onEvent: (event) => {
        if (next.run !== undefined || !when(event)) return;
        replaced.abort();
        keepWanted(workshop, wanted);
        next.run = apply(second, shared);
      },
    });
    if (next.run === undefined) throw new Error('the first run ended before it was replaced');
    return { earlier, later: await next.run, left: workshop.underway.size };
  } finally {
    await workshop.pool.kill();
  }
}

const starts = (name: string) => (event: RunEvent) => event.event === 'step-start' && event.name === name;
const started = (events: readonly RunEvent[]): string[] => events.flatMap((event) => (event.event === 'step-start' ? [event.name] : []));

describe('a run that replaces another', () => {
  it('takes over what is still wanted, and what is not is stopped at once', async () => {
    const first: Steps = { a: { kind: 'slow', text: '300' }, b: { kind: 'hang' }, c: { kind: 'join', inputs: ['a'] } };
    const second: Steps = { a: { kind: 'slow', text: '300' }, c: { kind: 'join', inputs: ['a'], text: 'other' } };
    const { earlier, later, left } = await replace(first, second, starts('b'), { wanted: keysOf(first, 'a') });
    expect(earlier.states).toEqual({ a: 'ran', b: 'skipped' });
    expect(earlier.summary.end.state).toBe('cancelled');
    expect(later.states).toEqual({ a: 'cached', c: 'ran' });
    expect(started(later.events)).toEqual(['c']);
    expect(await later.text('c')).toBe('slow+other');
    expect(left).toBe(0);
  });

  it('waits for room while what it took over is made', async () => {
    const first: Steps = { a: { kind: 'slow', text: '200' } };
    const second: Steps = { b: { kind: 'write', text: 'b' }, a: { kind: 'slow', text: '200' } };
    const { earlier, later } = await replace(first, second, starts('a'), { wanted: keysOf(first, 'a'), jobs: 1 });
    expect(earlier.states).toEqual({ a: 'ran' });
    expect(later.states).toEqual({ b: 'ran', a: 'cached' });
    const ended = earlier.events.find((event) => event.event === 'step-end')?.time ?? '';
    const began = later.events.find((event) => event.event === 'step-start')?.time ?? '';
    expect(began >= ended).toBe(true);
  });

  it('makes again what failed under the first', async () => {
    const steps: Steps = { a: { kind: 'kill' }, b: { kind: 'join', inputs: ['a'] } };
    const { earlier, later } = await replace(steps, steps, starts('a'), { wanted: keysOf(steps, 'a') });
    expect(earlier.states).toEqual({ a: 'failed' });
    expect(later.states).toEqual({ a: 'failed', b: 'skipped' });
  });

  it('can be replaced itself while it waits for what it took over', async () => {
    const { apply } = await newProject();
    const workshop = openWorkshop(workerScript);
    const steps: Steps = { a: { kind: 'hang' } };
    const [one, two] = [new AbortController(), new AbortController()];
    const shared = { workshop, jobs: 2, threads: 2 };
    const waiting: { run?: ReturnType<typeof apply> } = {};
    const first = await apply(steps, {
      ...shared,
      replaced: one.signal,
      onEvent: (event) => {
        if (event.event !== 'step-start') return;
        one.abort();
        waiting.run = apply(steps, {
          ...shared,
          replaced: two.signal,
          onEvent: (inner) => {
            if (inner.event !== 'plan') return;
            setImmediate(() => {
              two.abort();
              keepWanted(workshop, new Set());
            });
          },
        });
      },
    });
    const second = await waiting.run;
    expect(first.states).toEqual({ a: 'skipped' });
    expect(second?.states).toEqual({});
    expect([first.summary.end.state, second?.summary.end.state]).toEqual(['cancelled', 'cancelled']);
    await workshop.pool.kill();
  });
});
