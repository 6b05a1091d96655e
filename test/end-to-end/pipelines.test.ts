import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectShape } from './schemas.ts';
import { CHECKOUT, eventsOf, newProject, statesOf, type Outcome } from './program.ts';
import { faultsOf } from './store-health.ts';

/** What the examples of `pipelines/` are applied with, and what can be looked at then. */
const PIPELINES = [
  {
    file: 'pipelines/penguins.mlp',
    flags: [],
    shows: { birds: 'table', 'birds.quarantine': 'table', measured: 'table', enough: 'checked', parts: 'split', x: 'features', 'x.train': 'rows', trees: 'model', lines: 'model', guess: 'model', scores: 'report', 'scores.test': 'report', best: 'choice' },
    exports: ['birds.parquet', 'birds.quarantine.ndjson', 'measured.csv', 'x.train.arrow', 'x.json', 'trees.ubj', 'trees.json', 'lines.json', 'scores.json'],
  },
  {
    file: 'pipelines/movies.mlp',
    flags: [],
    shows: { listed: 'table', 'listed.quarantine': 'table', movies_usual: 'checked', 'movies_usual.rows': 'table', scores: 'report', best: 'choice' },
    exports: ['movies_usual.rows.csv', 'listed.quarantine.csv'],
  },
  {
    file: 'pipelines/regions.mlp',
    flags: ['--param', 'rounds=20'],
    shows: { measured: 'table', 'people.asia': 'table', gains: 'table', 'scores.europe': 'report', 'trees.asia."2"': 'model', 'best.america': 'choice' },
    exports: ['gains.csv', 'trees.asia.4.ubj'],
  },
  {
    file: 'pipelines/weather.mlp',
    flags: [],
    shows: { history: 'table', parts: 'split', x: 'features', 'x.train': 'rows', line: 'model', umbrella: 'model', scores: 'report', warned: 'report', forecast: 'choice' },
    exports: ['x.test.parquet', 'x.json', 'parts.json', 'umbrella.json'],
  },
  {
    file: 'pipelines/weather-sequence.mlp',
    flags: [],
    shows: { fortnights: 'table', x: 'features', rnn: 'model', trees: 'model', scores: 'report' },
    exports: ['x.test.parquet', 'trees.ubj'],
  },
  {
    file: 'pipelines/zoo.mlp',
    flags: [],
    shows: { leafwise: 'model', symmetric: 'model', forest: 'model', shrubs: 'model', calibrated: 'model', stacked: 'model', voted: 'model', bagged: 'model', seeded: 'model', scores: 'report', best: 'choice', weights: 'report' },
    exports: ['leafwise.txt', 'symmetric.json', 'forest.txt', 'shrubs.txt', 'boosted.json', 'voted.json'],
  },
  {
    file: 'pipelines/digits.mlp',
    flags: ['--param', 'per_digit=20'],
    shows: { images: 'table', x: 'features', cnn: 'model', scores: 'report' },
    exports: ['x.test.parquet', 'x.json'],
  },
  {
    file: 'pipelines/flights.mlp',
    flags: ['--param', 'max_rows=20000'],
    shows: { flights: 'table', 'x.validate': 'rows', scores: 'report', champion: 'choice' },
    exports: ['legs.ndjson'],
  },
] as const;

describe.each(PIPELINES)('$file', ({ file, flags, shows, exports }) => {
  const project = newProject();
  const run = (command: string, ...args: readonly string[]): Promise<Outcome> => project.run([command, file, ...args, ...flags]);
  const first: { pending?: Outcome; applied?: Outcome } = {};

  beforeAll(async () => {
    cpSync(join(CHECKOUT, 'pipelines'), project.path('pipelines'), { recursive: true });
    first.pending = await run('plan', '--exit-code', '--json');
    first.applied = await run('apply', '--json');
  });

  it('is planned, which writes nothing but a cache', () => {
    expect(first.pending?.code).toBe(2);
    expectShape('plan', first.pending?.stdout);
  });

  it('is applied, and says what happens', () => {
    const { applied } = first;
    if (applied === undefined) throw new Error('nothing was applied');
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    const events = eventsOf(applied);
    for (const event of events) expectShape('event', event);
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(['plan', 'run-end']);
    expect(new Set(Object.values(statesOf(applied)))).toEqual(new Set(['ran']));
    expect(faultsOf(project.path('.mlp/store'))).toEqual([]);
  });

  it('has nothing to do then', async () => {
    const [planned, applied, checked] = await Promise.all([run('plan', '--exit-code', '--json'), run('apply', '--json'), run('check', '--json')]);
    expect(planned.code).toBe(0);
    expectShape('plan', planned.stdout);
    expect(new Set(Object.values(statesOf(applied)))).toEqual(new Set(['cached']));
    for (const event of eventsOf(applied)) expectShape('event', event);
    expect(checked.code).toBe(0);
    expectShape('check', checked.stdout);
  });

  it('comes out the same when it is run again, with other threads', async () => {
    const outcome = await run('verify', '--json');
    expect(outcome.code, outcome.output).toBe(0);
    const { summary, steps } = JSON.parse(outcome.stdout) as { summary: Record<string, number>; steps: { state: string; guarantee: string }[] };
    expect(summary).toMatchObject({ different: 0, failed: 0, notMade: 0 });
    for (const { state, guarantee } of steps) expect(state).toBe(guarantee === 'statistical' ? 'not-compared' : 'same');
  }, 120_000);

  it('tells its runs, and what differs between two', async () => {
    const [listed, compared] = await Promise.all([project.run(['runs', file, '--json']), project.run(['diff', file, '--json'])]);
    expectShape('runs', listed.stdout);
    expectShape('diff', compared.stdout);
    const { runs } = JSON.parse(listed.stdout) as { runs: { state: string; cached: number; metric?: { model: string } }[] };
    expect(runs.map(({ state, cached }) => [state, cached > 0])).toEqual([['done', true], ['done', false]]);
    expect(runs[0]?.metric?.model).not.toMatch(/^model \d/);
    const { steps, metrics } = JSON.parse(compared.stdout) as { steps: { change: string }[]; metrics: unknown[] };
    expect([new Set(steps.map(({ change }) => change)), metrics]).toEqual([new Set(['unchanged']), []]);
  });

  it.concurrent.each(Object.entries(shows))('shows %s', async (name, shape) => {
    const [forPeople, forPrograms] = await Promise.all([run('show', name), run('show', name, '--json')]);
    expect([forPeople.code, forPrograms.code]).toEqual([0, 0]);
    expectShape(shape, forPrograms.stdout);
    expect(forPeople.stdout.split('\n')[0]).toContain(name);
  });

  it.concurrent.each(Object.keys(shows).filter((name) => flags.length === 0 && !name.includes('.')).slice(0, 2))('says why %s is cached', async (name) => {
    const { code, stdout } = await run('why', name);
    expect(code).toBe(0);
    expect(stdout).toMatch(/cached: the result of this key was made/);
  });

  it.concurrent.each(exports)('exports %s', async (out) => {
    const name = out.replace(/\.[a-z]+$/, '');
    const { code, stderr } = await run('export', name, '-o', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(project.path(out)) && readFileSync(project.path(out)).length).toBeGreaterThan(40);
  });
});
