import { cpSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { registry } from '../../stdlib/index.ts';
import { isLong } from '../crash/long-mode.ts';
import { describeOnLinux, isAlive, until, workersOf } from './processes.ts';
import { digestsOf, eventsOf, newProject, outcomeOf, statesOf, type Outcome } from './program.ts';
import { faultsOf } from './store-health.ts';

/** A model of every kind there is, by its name in the pipeline, so that it takes long enough to be caught at work. */
const MODELS: Readonly<Record<string, string>> = {
  guess: 'baseline(x)',
  lines: 'logistic(x)',
  line: 'linear(y)',
  boosted: 'xgboost(x) { rounds: 60, subsample: 0.8, checkpoint: 10 }',
  leafwise: 'lightgbm(x) { rounds: 60, bagging_fraction: 0.8, bagging_freq: 1, checkpoint: 10 }',
  symmetric: 'catboost(x) { rounds: 60 }',
  forest: 'random_forest(x) { n_estimators: 60, checkpoint: 10 }',
  shrubs: 'extra_trees(x) { n_estimators: 60, checkpoint: 10 }',
  net: 'network(x) { layers: [dense(16, relu), dropout(0.2), batch_norm], epochs: 12, batch: 128 }',
  layered: 'mlp(x) { units: [16], epochs: 12, batch: 128 }',
  seen: 'cnn(pictures) { epochs: 3, batch: 128 }',
  heard: 'rnn(series) { epochs: 3, batch: 128 }',
  calibrated: 'adjust(boosted) { calibrate: sigmoid }',
  stacked: 'stack(lines, leafwise) { meta: logistic, folds: 3 }',
  voted: 'vote(lines, leafwise) { weights: validate }',
  bagged: 'bag(leafwise) { models: 3 }',
  seeded: 'seeds(leafwise) { models: 3 }',
};

const PIPELINE = `
source flights = parquet("npm:vega-datasets/data/flights-3m.parquet") { limit: 20_000, dedupe: [date, origin, destination] }
table legs = sql("""
  SELECT origin, destination, distance, delay, hour(date) AS dep_hour, delay >= 15 AS late,
         list_transform(range(64), i -> ((i * 31 + distance) % 23 + hour(date))::FLOAT / 46) AS numbers
  FROM flights
""")
split parts = holdout(legs) { target: late }
split delays = holdout(legs) { target: delay }
features x = prepare(parts) { use: [origin, destination, distance, dep_hour] }
features y = prepare(delays) { use: [distance, dep_hour] }
features pictures = prepare(parts) { use: [numbers], array { numbers: [8, 8, 1] } }
features series = prepare(parts) { use: [numbers], array { numbers: [16, 4] } }
${Object.entries(MODELS).map(([name, model]) => `model ${name} = ${model}`).join('\n')}
`;

/** In `npm test` a booster's own process and one with models within models. */
const STRUCK = isLong ? Object.keys(MODELS) : ['symmetric', 'stacked'];
const STRIKES = isLong ? 5 : 1;

describeOnLinux('a worker that is killed at any moment of a training', () => {
  const project = newProject({ 'p.mlp': PIPELINE });
  const apply = (store: string, ...targets: readonly string[]): readonly string[] => ['apply', 'p.mlp', '--json', '--store', store, '--threads', '2', '--jobs', '1', ...targets.flatMap((name) => ['--target', name])];
  const undisturbed: { outcome?: Outcome } = {};
  const members = new Set(['boosted', 'leafwise', 'lines']);

  beforeAll(async () => {
    // What trainings start from is made once; members are, where they are not struck themselves.
    const ground = await project.run(apply('ground', 'x', 'y', 'pictures', 'series'));
    expect(ground.code, ground.output).toBe(0);
    cpSync(project.path('ground'), project.path('whole'), { recursive: true });
    undisturbed.outcome = await project.run(apply('whole', ...new Set([...STRUCK, ...members])));
    expect(undisturbed.outcome.code, undisturbed.outcome.output).toBe(0);
    cpSync(project.path('ground'), project.path('members'), { recursive: true });
    expect((await project.run(apply('members', ...members))).code).toBe(0);
  });

  it('is tried with every kind of model', () => {
    const kinds = [...registry.values()].filter(({ keyword }) => keyword === 'model').map(({ name }) => name);
    expect(Object.values(MODELS).map((model) => model.slice(0, model.indexOf('('))).sort()).toEqual(kinds.sort());
  });

  /** Applies one model, and kills the worker some milliseconds after its first step has begun. */
  async function strike(store: string, model: string, delay: number): Promise<Outcome> {
    const program = project.start(apply(store, model));
    const ended = outcomeOf(program);
    const { stdout, pid = 0 } = program;
    if (stdout === null) throw new Error('the program did not start');
    let begun = false;
    const kill = async (): Promise<void> => {
      await new Promise((later) => setTimeout(later, delay));
      let workers: readonly number[] = [];
      await until(() => (workers = workersOf(pid)).length > 0 || !isAlive(pid));
      for (const worker of workers) if (isAlive(worker)) process.kill(worker, 'SIGKILL');
    };
    createInterface(stdout).on('line', (line) => {
      const event = JSON.parse(line) as RunEvent;
      if (begun || event.event !== 'step-start' || event.name.split(/[./[]/)[0] !== model) return;
      begun = true;
      void kill();
    });
    return ended;
  }

  it.each(STRUCK)('loses nothing of %s', { timeout: 300_000 }, async (model) => {
    const whole = undisturbed.outcome === undefined ? [] : eventsOf(undisturbed.outcome);
    const seconds = whole.flatMap((event) => (event.event === 'step-end' && event.name.split(/[./[]/)[0] === model ? [event.seconds ?? 0] : []));
    const expected = undisturbed.outcome === undefined ? {} : digestsOf(undisturbed.outcome)[model];
    let hits = 0;
    for (let round = 0; round < STRIKES; round++) {
      const store = `${model}-${round}`;
      cpSync(project.path(members.has(model) ? 'ground' : 'members'), project.path(store), { recursive: true });
      const delay = Math.random() * seconds.reduce((sum, one) => sum + one, 0) * 1000;
      const struck = await strike(store, model, delay);
      const states = statesOf(struck);
      const about = `${model} struck after ${delay.toFixed(0)} ms: ${struck.output}`;
      // It may have been done already.
      if (struck.code !== 0) {
        hits += 1;
        expect(struck.code, about).toBe(3);
        const failed = eventsOf(struck).filter((event) => event.event === 'step-end' && event.state === 'failed');
        expect(failed, about).toMatchObject([{ error: { code: 'step-crashed', message: expect.stringMatching(/killed|SIGKILL/) as unknown } }]);
      }
      const next = await project.run(apply(store, model));
      expect(next.code, about).toBe(0);
      expect(digestsOf(next)[model], about).toEqual(expected);
      const again = Object.entries(statesOf(next)).filter(([name, state]) => state === 'ran' && states[name] === 'ran');
      expect(again, about).toEqual([]);
      expect(faultsOf(project.path(store)), about).toEqual([]);
    }
    if (isLong) expect(hits, 'strikes that came in time').toBeGreaterThan(0);
  });
});
