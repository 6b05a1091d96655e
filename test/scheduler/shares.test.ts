import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, type Candidate, type Share } from '../../runtime/scheduler/shares.ts';
import { neededSteps } from '../../runtime/scheduler/needed-steps.ts';
import { urgencies } from '../../runtime/scheduler/urgency.ts';
import { planOf } from './plans.ts';

const long = { maxThreads: 64, seconds: 60, urgency: 60 };
const single = { maxThreads: 1, seconds: 5, urgency: 5 };
const short = { maxThreads: 64, seconds: 0.1, urgency: 1 };

/** Threads that each candidate gets, in order; 0 for those that wait. */
function threadsOf(threads: number, candidates: readonly Omit<Candidate, 'name'>[], running: readonly number[] = []): number[] {
  const shares = divide(
    { jobs: threads, threads, memory: 1000 * threads },
    running.map((own): Share => ({ threads: own, memory: 0 })),
    candidates.map((candidate, index) => ({ ...candidate, name: String(index) })),
  );
  return candidates.map((_, index) => shares.get(String(index))?.threads ?? 0);
}

describe('threads', () => {
  it.each([
    ['one step gets all', 2, [long], [], [2]],
    ['one step gets all of many', 16, [long], [], [16]],
    ['long steps on a small machine take turns', 2, [long, long, long], [], [2, 0, 0]],
    ['many long steps run side by side', 2, [long, long, long, long], [], [1, 1, 0, 0]],
    ['not beside one that is as long as all of them', 2, [{ ...long, seconds: 300, urgency: 300 }, long, long, long], [], [2, 0, 0, 0]],
    ['on a large one they run side by side', 16, [long, long, long], [], [5, 5, 5]],
    ['a short step alone gets all', 2, [short], [], [2]],
    ['short steps run side by side', 2, [short, short, short], [], [1, 1, 0]],
    ['a short step takes what is left', 4, [short], [3], [1]],
    ['what uses one thread gets one', 4, [single, single], [], [1, 1]],
    ['the most urgent begins', 2, [single, long], [], [0, 2]],
    ['a long step is not overtaken while it waits', 2, [long, short], [1], [0, 0]],
    ['nothing is left', 2, [short], [2], [0]],
  ])('%s', (_, threads, candidates, running, expected) => {
    expect(threadsOf(threads, candidates, running)).toEqual(expected);
  });

  it('and memory never exceed what there is, and something always runs', () => {
    const candidate = fc.record({
      maxThreads: fc.integer({ min: 1, max: 64 }),
      seconds: fc.double({ min: 0, max: 100, noNaN: true }),
      urgency: fc.double({ min: 0, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 64 }),
        fc.array(candidate, { minLength: 1, maxLength: 20 }),
        (jobs, threads, candidates) => {
          const named = candidates.map((each, index) => ({ ...each, name: String(index) }));
          const shares = [...divide({ jobs, threads, memory: 1e9 }, [], named).values()];
          expect(shares.length).toBeGreaterThan(0);
          expect(shares.length).toBeLessThanOrEqual(jobs);
          expect(shares.reduce((sum, share) => sum + share.threads, 0)).toBeLessThanOrEqual(threads);
          expect(shares.reduce((sum, share) => sum + share.memory, 0)).toBeLessThanOrEqual(1e9);
        },
      ),
    );
  });
});

describe('steps', () => {
  const plan = planOf({
    a: { kind: 'write' },
    inner: { kind: 'join', inputs: ['a'], fusedInto: 'b' },
    check: { kind: 'check', inputs: ['a'] },
    b: { kind: 'join', inputs: ['a'], after: ['check'] },
    c: { kind: 'join', inputs: ['b'] },
    alone: { kind: 'write' },
  });
  const names = (targets?: readonly string[]): string[] => neededSteps(plan, targets).map((step) => step.name);

  it('are needed for targets with all that they stand on, checks included', () => {
    expect(names()).toEqual(['a', 'check', 'b', 'c', 'alone']);
    expect(names(['c'])).toEqual(['a', 'check', 'b', 'c']);
    expect(names(['inner'])).toEqual(['a', 'inner']);
    expect(names([])).toEqual([]);
    expect(() => names(['nothing'])).toThrow('no step `nothing`');
  });

  it('are urgent by the longest chain that waits for them', () => {
    const cost = { a: 1, check: 5, b: 2, c: 3, alone: 4 } as Readonly<Record<string, number>>;
    const result = urgencies(neededSteps(plan), (step) => cost[step.name] ?? 0);
    expect(Object.fromEntries(result)).toEqual({ a: 11, check: 10, b: 5, c: 3, alone: 4 });
  });
});
