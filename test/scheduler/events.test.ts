import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { newProject } from './fixtures.ts';
import type { ShortStep } from './plans.ts';

const golden = join(dirname(fileURLToPath(import.meta.url)), 'events.golden.ndjson');

const steps: Readonly<Record<string, ShortStep>> = {
  legs: { kind: 'write', text: 'legs' },
  sane: { kind: 'check', inputs: ['legs'], text: 'fail' },
  reader: { kind: 'join', inputs: ['legs'], after: ['sane'] },
  gbm: { kind: 'train', inputs: ['legs'] },
  refused: { kind: 'refuse', inputs: ['legs'] },
};

/** Events of one step at a time, with what differs from run to run replaced. */
function render(events: readonly RunEvent[]): string {
  return events
    .map((event) => ({
      ...event,
      time: 'TIME',
      ...('seconds' in event ? { seconds: 0 } : {}),
      ...('run' in event ? { run: 'RUN' } : {}),
    }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

describe('events', () => {
  it('of a run and of the next are as they were', async () => {
    const { apply } = await newProject();
    const first = await apply(steps, { jobs: 1 });
    // How many of the rounds are passed on depends on the time they take; the first and the last always are.
    const rounds = first.events.filter((event) => event.event === 'step-progress').map((event) => event.round);
    expect([rounds[0], rounds.at(-1)]).toEqual([1, 50]);
    const thinned = first.events.filter((event) => event.event !== 'step-progress' || event.round === 50);
    const second = await apply(steps, { jobs: 1 });
    const text = render([...thinned, ...second.events]);
    if (process.env['UPDATE'] === '1') {
      await mkdir(dirname(golden), { recursive: true });
      await writeFile(golden, text);
    }
    expect(text).toBe(await readFile(golden, 'utf8'));
  });
});
