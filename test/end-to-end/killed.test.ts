import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { describeOnLinux, isAlive, until, workersOf } from './processes.ts';
import { digestsOf, eventsOf, newProject, outcomeOf, statesOf, type Outcome } from './program.ts';
import { faultsOf, filesBelow } from './store-health.ts';

/** Trainings that go on for long enough to be caught at work: trees with five rounds between two checkpoints, a network with one epoch. */
const PIPELINE = `
source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") { limit: 40_000, dedupe: [date, origin, destination] }
table legs = sql("SELECT origin, destination, distance, hour(date) AS dep_hour, delay >= 15 AS late FROM flights")
split parts = holdout(legs) { target: late }
features x = prepare(parts)
model trees = xgboost(x) { rounds: 40, max_depth: 6, subsample: 0.8, checkpoint: 5 }
model net = network(x) {
  layers: [dense(24, relu), dropout(0.2), batch_norm, dense(8, relu)]
  optimizer: adam(rate: 1e-3)
  epochs: 24
  batch: 256
  early_stopping { patience: 30 }
}
model lines = logistic(x)
report scores = evaluate(trees, net, lines)
`;

type When = (event: RunEvent) => boolean;
const starts = (step: string): When => (event) => event.event === 'step-start' && event.name === step;
const reachesRound = (step: string, round: number): When => (event) => event.event === 'step-progress' && event.name === step && (event.round ?? 0) >= round;

describeOnLinux('an apply', () => {
  const project = newProject({ 'p.mlp': PIPELINE });
  const apply = (store: string, jobs = '1'): readonly string[] => ['apply', 'p.mlp', '--json', '--store', store, '--threads', '2', '--jobs', jobs];
  const undisturbed: { outcome?: Outcome } = {};
  const started = new Set<number>();

  beforeAll(async () => {
    undisturbed.outcome = await project.run(apply('undisturbed', '2'));
    expect(undisturbed.outcome).toMatchObject({ code: 0 });
  });

  afterAll(() => {
    for (const pid of started) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });

  /** Starts an apply, and does something to it once an event has come. */
  async function disturb(store: string, when: When, action: (program: ChildProcess, workers: readonly number[]) => void): Promise<{ readonly outcome: Outcome; readonly workers: readonly number[] }> {
    const program = project.start(apply(store));
    const ended = outcomeOf(program);
    const { stdout, pid } = program;
    if (stdout === null || pid === undefined) throw new Error('the program did not start');
    let acted: Promise<readonly number[]> | undefined;
    const act = async (): Promise<readonly number[]> => {
      let workers: readonly number[] = [];
      // The first step's start is told before there is a worker for it.
      await until(() => (workers = workersOf(pid)).length > 0 || !isAlive(pid));
      for (const worker of workers) started.add(worker);
      action(program, workers);
      return workers;
    };
    createInterface(stdout).on('line', (line) => {
      if (acted === undefined && when(JSON.parse(line) as RunEvent)) acted = act();
    });
    const outcome = await ended;
    return { outcome, workers: (await acted) ?? [] };
  }

  /** Kills the worker that runs a step; where the step was done before that, another run is tried. */
  async function killWorker(step: string, when: When): Promise<{ readonly outcome: Outcome; readonly store: string }> {
    for (let attempt = 1; ; attempt++) {
      const store = `${step}-${attempt}`;
      const { outcome } = await disturb(store, when, (_program, workers) => {
        for (const worker of workers) if (isAlive(worker)) process.kill(worker, 'SIGKILL');
      });
      if (statesOf(outcome)[step] === 'failed' || attempt === 5) return { outcome, store };
    }
  }

  async function expectMended(store: string): Promise<Outcome> {
    const next = await project.run(apply(store));
    expect(next.code).toBe(0);
    expect(digestsOf(next)).toEqual(undisturbed.outcome === undefined ? {} : digestsOf(undisturbed.outcome));
    expect(faultsOf(project.path(store))).toEqual([]);
    return next;
  }

  it.each([
    ...['flights', 'parts'].map((step) => [step, 'it starts', starts(step)] as const),
    ...['trees', 'net'].map((step) => [step, 'it has come to round 12', reachesRound(step, 12)] as const),
  ])('in which the worker of %s is killed when %s fails in that step, and the next one finishes', async (step, _, when) => {
    const { outcome, store } = await killWorker(step, when);
    expect(outcome.code).toBe(3);
    const failed = eventsOf(outcome).filter((event) => event.event === 'step-end' && event.state === 'failed');
    expect(failed).toMatchObject([{ name: step, error: { code: 'step-crashed', message: expect.stringMatching(/killed|SIGKILL/) as unknown, file: 'p.mlp' } }]);
    expect(outcome.output).not.toMatch(/\n\s+at /);
    const next = await expectMended(store);
    if (step !== 'trees' && step !== 'net') return;
    const rounds = eventsOf(next).flatMap((event) => (event.event === 'step-progress' && event.name === step && event.round !== undefined ? [event.round] : []));
    // Trees keep what every fifth round has made.
    expect(Math.min(...rounds), 'training goes on from the last checkpoint').toBeGreaterThan(step === 'net' ? 12 : 10);
  });

  it.each([['a query starts', starts('legs')] as const, ['training has come to round 12', reachesRound('trees', 12)] as const])(
    'that is killed as %s leaves no worker and nothing half-written, and the next one finishes',
    async (what, when) => {
      const store = `program-${what.replaceAll(' ', '-')}`;
      const { outcome, workers } = await disturb(store, when, (program) => program.kill('SIGKILL'));
      expect(outcome.signal).toBe('SIGKILL');
      await until(() => !workers.some(isAlive));
      expect(faultsOf(project.path(store))).toEqual([]);
      await expectMended(store);
      expect(filesBelow(project.path(store, 'tmp'))).toEqual([]);
    },
  );

  it('that is stopped by Ctrl-C ends at once with 130, and keeps what was finished', async () => {
    const { outcome, workers } = await disturb('stopped', reachesRound('trees', 7), (program) => program.kill('SIGINT'));
    expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 130, stderr: '' });
    expect(eventsOf(outcome).at(-1)).toMatchObject({ event: 'run-end', state: 'cancelled' });
    await until(() => !workers.some(isAlive));
    const finished = Object.entries(statesOf(outcome)).flatMap(([name, state]) => (state === 'ran' ? [name] : []));
    expect(finished).toEqual(expect.arrayContaining(['flights', 'legs', 'parts', 'x']));
    const states = statesOf(await expectMended('stopped'));
    expect(finished.filter((name) => states[name] === 'ran')).toEqual([]);
  });
});
