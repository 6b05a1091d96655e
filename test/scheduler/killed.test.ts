import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';
import { openStore } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { watchFiles } from '../store/watched-files.ts';
import { applyScript, newProject, workerScript } from './fixtures.ts';
import { slowSteps } from './plans.ts';

/** Applies `slowSteps` in a program of its own, and kills that after so many events. */
async function applyAndKill(root: string, cache: string, afterEvents: number): Promise<void> {
  const program = spawn(process.execPath, [applyScript, root, cache, workerScript], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = 0;
  for await (const line of createInterface(program.stdout)) {
    seen += 1;
    if (seen === afterEvents || (JSON.parse(line) as RunEvent).event === 'run-end') program.kill('SIGKILL');
  }
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
}

describe('an apply that is killed', () => {
  it('at any event leaves a store on which the next one finishes', async () => {
    const { root, cache, apply } = await newProject();
    const nothing = await newProject();
    for (const afterEvents of [1, 3, 4, 6, 8, 10]) {
      await applyAndKill(root, cache, afterEvents);
      const store = await openStore(root, { access: 'write' });
      expect(await store.disk.list('tmp/')).toEqual([]);
    }
    const { summary, text } = await apply(slowSteps);
    expect(summary.state).toBe('done');
    expect(await text('e')).toBe('slow+slow+d+a+e');
    const clean = await nothing.apply(slowSteps);
    const digests = (steps: typeof summary.steps): unknown[] => [...steps].map(([name, { outputs }]) => [name, outputs]);
    expect(digests(summary.steps)).toEqual(digests(clean.summary.steps));
    expect(await readdir(join(root, 'objects'))).toEqual(await readdir(join(nothing.root, 'objects')));
  });
});

describe('a disk that fails in the middle of a run', () => {
  it.each([
    ['has no room for results', 'link', 'ENOSPC', 'disk-full'],
    ['does not write', 'sync', 'EIO', 'disk-failing'],
  ])('because it %s ends the run, with the reason', async (_, verb, code, diagnostic) => {
    const { root, apply } = await newProject();
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    watched.fail = (operation) => (operation.verb === verb ? code : undefined);
    const { summary } = await apply({ ...slowSteps, long: { kind: 'hang' } }, { store });
    expect(summary.end).toMatchObject({ state: 'failed', error: { code: diagnostic } });
    watched.fail = undefined;
    expect((await apply(slowSteps)).summary.end).toMatchObject({ state: 'done', ran: 5 });
  });

  it('before it begins is the error of the run', async () => {
    const { root, apply } = await newProject();
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    watched.fail = ({ verb }) => (verb === 'makeFolder' ? 'EROFS' : undefined);
    await expect(apply(slowSteps, { store })).rejects.toThrow(StoreError);
    await expect(openStore(await temporaryFolder(), { access: 'write', files: watched.files })).rejects.toThrow(
      'its disk is read-only',
    );
  });

  it('and cannot keep the journal ends the run', async () => {
    const { root, apply } = await newProject();
    const watched = watchFiles();
    const store = await openStore(root, { access: 'write', files: watched.files });
    let appended = 0;
    watched.fail = ({ verb }) => (verb === 'appendNow' && (appended += 1) > 3 ? 'ENOSPC' : undefined);
    const { summary } = await apply(slowSteps, { store });
    expect(summary.end).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
  });
});
