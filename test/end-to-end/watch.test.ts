import type { ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { CHECKOUT, newProject, outcomeOf, projectWithPackages, type Outcome, type Project } from './program.ts';

const ROWS = `id,size,late\n${Array.from({ length: 200 }, (_, row) => `${row},${(row * 7) % 50},${row % 3 === 0}`).join('\n')}\n`;

const pipeline = ({ strength = '1', rounds = 5, more = '' } = {}): string => `
source rows = csv("data/*.csv")
table sized = sql("SELECT size, late FROM rows")
split parts = holdout(sized) { target: late }
features x = prepare(parts)
model lines = logistic(x) { C: ${strength} }
model trees = xgboost(x) { rounds: ${rounds} }
report scores = evaluate(lines, trees)
${more}`;

/** What comes between the events of runs. */
interface WatchEvent {
  readonly event: 'watch';
  readonly state: 'watching' | 'changed' | 'wrong' | 'planned' | 'idle' | 'failed';
  readonly files?: readonly string[];
  readonly diagnostics?: readonly { readonly code: string; readonly message: string }[];
  readonly plan?: { readonly steps: readonly { readonly name: string; readonly state: string; readonly reasons: readonly { readonly part: string }[] }[] };
}

type StreamEvent = RunEvent | WatchEvent;

/** A `mlp watch --json` whose events can be waited for, each once, in order. */
interface Watching {
  readonly until: (wanted: (event: StreamEvent) => boolean) => Promise<StreamEvent>;
  readonly watched: (state: WatchEvent['state']) => Promise<WatchEvent>;
  readonly events: readonly StreamEvent[];
  readonly end: () => Promise<Outcome>;
}

const started = new Set<ChildProcess>();
afterEach(() => {
  for (const program of started) program.kill('SIGKILL');
  started.clear();
});

function startWatch(project: Project, args: readonly string[] = []): Watching {
  const program = project.start(['watch', 'p.mlp', '--json', ...args]);
  started.add(program);
  const ended = outcomeOf(program);
  const events: StreamEvent[] = [];
  const waiting = new Set<() => void>();
  let torn = '';
  let at = 0;
  program.stdout?.on('data', (chunk: string) => {
    const lines = (torn + chunk).split('\n');
    torn = lines.pop() ?? '';
    events.push(...lines.map((line) => JSON.parse(line) as StreamEvent));
    for (const wake of waiting) wake();
  });
  const until = async (wanted: (event: StreamEvent) => boolean): Promise<StreamEvent> => {
    for (;;) {
      for (; at < events.length; at += 1) {
        const event = events[at];
        if (event === undefined || !wanted(event)) continue;
        at += 1;
        return event;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  return {
    until,
    events,
    watched: async (state) => (await until((event) => event.event === 'watch' && event.state === state)) as WatchEvent,
    end: () => {
      program.kill('SIGINT');
      return ended;
    },
  };
}

const newWatched = (): Project => newProject({ 'p.mlp': pipeline(), 'data/1.csv': ROWS });
const statesOf = ({ plan }: WatchEvent): Record<string, string> => Object.fromEntries((plan?.steps ?? []).map(({ name, state }) => [name, state]));

describe('mlp watch', () => {
  it('runs what a save changes, says what is wrong, and waits for a file that is gone', async () => {
    const project = newWatched();
    const watch = startWatch(project);
    expect((await watch.watched('watching')).files).toEqual(expect.arrayContaining(['p.mlp', 'data', 'data/1.csv', 'mlp.lock']));
    await watch.watched('idle');
    // The lock that the run wrote is no change.
    expect(existsSync(project.path('mlp.lock'))).toBe(true);

    project.write({ 'p.mlp': pipeline({ strength: '0.5' }) });
    expect((await watch.watched('changed')).files).toEqual(['p.mlp']);
    const planned = await watch.watched('planned');
    expect(statesOf(planned)).toMatchObject({ rows: 'cached', x: 'cached', lines: 'run', trees: 'cached', scores: 'maybe' });
    expect(planned.plan?.steps.find(({ name }) => name === 'lines')?.reasons).toMatchObject([{ part: 'param:C' }]);
    await watch.watched('idle');

    project.write({ 'p.mlp': pipeline({ strength: 'lots' }) });
    expect((await watch.watched('wrong')).diagnostics).toHaveLength(1);
    renameSync(project.path('p.mlp'), project.path('gone.mlp'));
    expect((await watch.watched('wrong')).diagnostics).toMatchObject([{ code: 'pipeline-unreadable' }]);

    // Two saves in a row, one by renaming: what counts is the last.
    project.write({ 'p.mlp': pipeline({ strength: '0.1' }) });
    project.write({ 'p.mlp~': pipeline({ strength: '0.5' }) });
    renameSync(project.path('p.mlp~'), project.path('p.mlp'));
    await watch.watched('planned');
    await watch.watched('idle');
    const last = watch.events.findLast((event) => event.event === 'watch' && event.state === 'planned');
    expect(statesOf(last as WatchEvent)).toMatchObject({ scores: 'cached' });

    project.write({ 'data/2.csv': 'id,size,late\n900,3,true\n' });
    expect(statesOf(await watch.watched('planned'))).toMatchObject({ rows: 'run' });
    await watch.watched('idle');
    rmSync(project.path('data'), { recursive: true });
    expect((await watch.watched('wrong')).diagnostics?.[0]?.message).toMatch(/no file matches/);
    project.write({ 'data/1.csv': ROWS });
    expect(statesOf(await watch.watched('planned'))).toMatchObject({ rows: 'cached', scores: 'cached' });
    await watch.watched('idle');
    expect(await watch.end()).toMatchObject({ code: 0, stderr: '' });
  });

  it('watches imported files, also those that are missing, and the code of packages', async () => {
    const project = projectWithPackages({ 'data.csv': ROWS });
    project.write({
      'p.mlp': 'import { sized } from "./shared/base.mlp"\ntable big = sql("SELECT size FROM sized WHERE size > 20")\n',
      'shared/base.mlp': 'import { rows } from "./deep.mlp"\ntable sized = sql("SELECT size FROM rows")\n',
    });
    const watch = startWatch(project);
    expect((await watch.watched('wrong')).diagnostics?.[0]?.message).toMatch(/deep\.mlp/);
    project.write({ 'shared/deep.mlp': 'source rows = csv("../data.csv")\n' });
    expect(statesOf(await watch.watched('planned'))).toMatchObject({ big: 'run' });
    await watch.watched('idle');

    project.write({ 'shared/deep.mlp': 'source rows = csv("../data.csv") { limit: 100 }\n' });
    expect((await watch.watched('changed')).files).toEqual(['shared/deep.mlp']);
    const planned = await watch.watched('planned');
    expect(planned.plan?.steps.find(({ name }) => name.endsWith('rows'))?.reasons).toMatchObject([{ part: 'param:limit' }]);
    await watch.watched('idle');

    cpSync(join(CHECKOUT, 'test/sample-kinds'), project.path('node_modules/sample-kinds'), { recursive: true });
    project.write({ 'p.mlp': `import "npm:sample-kinds"\nsource rows = csv("data.csv")\ncheck whole = complete(rows) { at_most: 40% }\n` });
    expect(statesOf(await watch.watched('planned'))).toMatchObject({ whole: 'run' });
    await watch.watched('idle');
    appendFileSync(project.path('node_modules/sample-kinds/complete.js'), '// changed\n');
    const wrong = await watch.watched('wrong');
    expect(wrong.diagnostics?.[0]).toMatchObject({ message: expect.stringMatching(/has changed while mlp was running/) as string });
    expect(await watch.end()).toMatchObject({ code: 0, stderr: '' });
  });

  it('keeps the training that is still wanted, and stops the one that is not', async () => {
    const project = newWatched();
    project.write({ 'p.mlp': pipeline({ rounds: 800 }) });
    const watch = startWatch(project);
    await watch.until((event) => event.event === 'step-start' && event.name === 'trees');
    project.write({ 'p.mlp': pipeline({ rounds: 800, strength: '0.5', more: 'report others = evaluate(lines)\n' }) });
    await watch.watched('planned');
    await watch.watched('idle');
    const startsOf = (name: string): number => watch.events.filter((event) => event.event === 'step-start' && event.name === name).length;
    expect(startsOf('trees')).toBe(1);

    const before = startsOf('trees');
    project.write({ 'p.mlp': pipeline({ rounds: 100_000 }) });
    await watch.until((event) => event.event === 'step-progress' && event.name === 'trees');
    project.write({ 'p.mlp': pipeline({ rounds: 6 }) });
    expect(await watch.until((event) => event.event === 'step-end' && event.name === 'trees')).toMatchObject({ state: 'skipped' });
    await watch.watched('idle');
    expect(startsOf('trees')).toBe(before + 2);
    expect(await watch.end()).toMatchObject({ code: 0, stderr: '' });
    expect(await project.run(['plan', 'p.mlp', '--exit-code'])).toMatchObject({ code: 0 });
  });

  it('makes what a second one needs too, which takes over when it is cancelled in the middle', async () => {
    const project = newWatched();
    project.write({ 'p.mlp': pipeline({ rounds: 100_000 }) });
    const watches = [startWatch(project), startWatch(project)] as const;
    const training = watches.map(async (watch, index) => {
      await watch.until((event) => event.event === 'step-progress' && event.name === 'trees');
      return index;
    });
    const first = await Promise.race(training);
    const [one, two] = first === 0 ? watches : [watches[1], watches[0]];
    expect(await one.end()).toMatchObject({ code: 130 });
    await Promise.all(training);
    project.write({ 'p.mlp': pipeline() });
    await two.watched('idle');
    expect(await two.end()).toMatchObject({ code: 0 });
    expect(await project.run(['plan', 'p.mlp', '--exit-code'])).toMatchObject({ code: 0 });
  });

  it('does not wait for a file that was never there', async () => {
    const project = newProject();
    const outcome = await project.run(['watch', 'nothing.mlp']);
    expect(outcome).toMatchObject({ code: 1 });
    expect(outcome.stderr).toMatch(/cannot read .*nothing\.mlp.*there is no such file/);
  });
});
