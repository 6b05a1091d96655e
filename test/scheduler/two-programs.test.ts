import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { openStore } from '../../runtime/store/store.ts';
import { applyScript, newProject, workerScript, type Project } from './fixtures.ts';

interface Program {
  readonly child: ChildProcess;
  readonly events: RunEvent[];
  readonly ended: Promise<unknown>;
}

/** Starts a program that applies some steps into the store of a project. */
function start({ root, cache }: Project, steps: string, onEvent: (event: RunEvent, child: ChildProcess) => void = () => undefined): Program {
  const child = spawn(process.execPath, [applyScript, root, cache, workerScript, steps], { stdio: ['ignore', 'pipe', 'inherit'] });
  const events: RunEvent[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    onEvent(event, child);
  });
  return { child, events, ended: Promise.all([once(child, 'exit'), once(lines, 'close')]) };
}

const statesOf = ({ events }: Program): Record<string, string> => Object.fromEntries(events.flatMap((event) => (event.event === 'step-end' ? [[event.name, event.state]] : [])));
const digestsOf = ({ events }: Program): Map<string, string> => new Map(events.flatMap((event) => (event.event === 'step-end' ? [[event.key ?? '', event.outputs['value'] ?? '']] : [])));
const madeIn = ({ events }: Program): string[] => events.flatMap((event) => (event.event === 'step-end' && event.state === 'ran' ? [event.key ?? ''] : []));

describe('two programs on one store', () => {
  it.each([['slowSteps', 'slowSteps'], ['slowSteps', 'otherSteps']])('that apply %s and %s make what both need once', async (one, two) => {
    const project = await newProject();
    const programs = [start(project, one), start(project, two)] as const;
    await Promise.all(programs.map(({ ended }) => ended));
    const [first, second] = programs;
    for (const { events } of programs) expect(events.at(-1)).toMatchObject({ event: 'run-end', state: 'done' });
    const made = programs.flatMap(madeIn);
    expect(made).toHaveLength(new Set(made).size);
    const [a, b] = [digestsOf(first), digestsOf(second)];
    const shared = [...a.keys()].filter((key) => b.has(key));
    expect(shared).toHaveLength(one === two ? 5 : 2);
    for (const key of shared) expect(a.get(key)).toBe(b.get(key));
    const store = await openStore(project.root, { access: 'write' });
    expect(await store.disk.list('leases/')).toEqual([]);
    expect(await store.disk.list('tmp/')).toEqual([]);
  });

  it('the one that waits takes over when the other is killed, and does what it can meanwhile', async () => {
    const project = await newProject();
    let second: Program | undefined;
    const first = start(project, 'long', (event) => {
      if (event.event !== 'step-start' || event.name !== 'a') return;
      // It has begun, waits for the step that the first one makes, and is done with the one that nobody else makes, in any order.
      const awaited = new Set(['step-waiting a', 'step-end c']);
      second ??= start(project, 'long', (other) => {
        if ('name' in other) awaited.delete(`${other.event} ${other.name}`);
        if (awaited.size === 0) first.child.kill('SIGKILL');
      });
    });
    await first.ended;
    await second?.ended;
    if (second === undefined) throw new Error('the first program never came to its step');
    expect(first.child.signalCode).toBe('SIGKILL');
    expect(second.events).toContainEqual(expect.objectContaining({ event: 'step-waiting', name: 'a' }));
    expect(statesOf(second)).toMatchObject({ a: 'ran', b: 'ran' });
    expect(second.events.at(-1)).toMatchObject({ event: 'run-end', state: 'done' });
  });

  it('a lease of a process that is gone, of a stage that is closed, or with nonsense in it is void', async () => {
    const { root, apply } = await newProject();
    const store = await openStore(root, { access: 'write' });
    const closed = await store.openStage('closed');
    await closed.close();
    const dead = await store.openStage('dead');
    const [stage] = await store.disk.list('tmp/');
    const texts = [closed.folder.split('/').at(-1) ?? '', (stage ?? '').replace(/[0-9a-f]+$/, '1'), 'nonsense', '', '\0'.repeat(90)];
    for (const text of texts) {
      await store.files.write(store.disk.path('leases/key'), text);
      const taking = await store.openStage('taking');
      expect(taking.leases.isElsewhere('key'), text).toBe(false);
      expect(taking.leases.take('key'), text).toBe(true);
      expect(dead.leases.take('key'), text).toBe(false);
      expect(dead.leases.isElsewhere('key'), text).toBe(true);
      await taking.close();
      expect(await store.disk.list('leases/')).toEqual([]);
    }
    await dead.close();
    expect((await apply({ a: { kind: 'write', text: 'a' } })).states).toEqual({ a: 'ran' });
  });
});
