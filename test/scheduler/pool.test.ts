import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeCrash } from '../../runtime/scheduler/crash.ts';
import { openPool } from '../../runtime/scheduler/pool.ts';
import { isAlive } from '../../runtime/store/owner.ts';
import type { Job } from '../../runtime/worker/job.ts';
import { throttleProgress } from '../../runtime/worker/throttle.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { parentScript, workerScript } from './fixtures.ts';

async function waitUntil(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
}

describe('a worker', () => {
  it('ends with its parent, even while it is blocked', async () => {
    const parent = spawn(process.execPath, [parentScript, workerScript, await temporaryFolder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const worker = Number(line.toString());
    expect(isAlive(worker)).toBe(true);
    parent.kill('SIGKILL');
    expect(await waitUntil(() => !isAlive(worker), 5000)).toBe(true);
  });

  it('that was prepared takes the first job, and there is one of it', async () => {
    const script = join(await temporaryFolder(), 'worker.mjs');
    await writeFile(
      script,
      `import { appendFileSync } from 'node:fs';
       appendFileSync(process.argv[1] + '.started', 'x');
       process.on('message', () => process.send({ type: 'done' }));`,
    );
    const pool = openPool(script);
    pool.prepare();
    pool.prepare();
    expect(await pool.run({} as Job, () => undefined)).toMatchObject({ type: 'done' });
    await pool.kill();
    expect(await readFile(`${script}.started`, 'utf8')).toBe('x');
  });

  it('that cannot be started is a crash like any other', async () => {
    const pool = openPool('/nowhere/worker.mjs');
    const outcome = await pool.run({} as Job, () => undefined);
    expect(outcome).toMatchObject({ type: 'crashed', code: 1 });
    await pool.kill();
    expect(await pool.run({} as Job, () => undefined)).toEqual({ type: 'cancelled' });
  });
});

describe('a crash in words', () => {
  it.each([
    [{ code: null, signal: 'SIGKILL' as const, output: '' }, 'was killed (SIGKILL): most often the system ran out of memory', []],
    [{ code: null, signal: 'SIGSEGV' as const, output: 'a\n\n  b  \n' }, 'crashed in native code (SIGSEGV)', ['a', 'b']],
    [{ code: null, signal: 'SIGTERM' as const, output: '' }, 'was ended from outside (SIGTERM)', []],
    [{ code: 3, signal: null, output: '1\n2\n3\n4\n5\n6' }, 'ended with exit code 3 before the step was done', ['2', '3', '4', '5', '6']],
    [
      { code: null, signal: 'SIGABRT' as const, output: 'FATAL ERROR: JavaScript heap out of memory\n 1: 0xb7a940 node::Abort()\n' },
      'ran out of memory',
      ['FATAL ERROR: JavaScript heap out of memory'],
    ],
    [
      { code: null, signal: 'SIGTRAP' as const, output: '\n#\n# Fatal process OOM in Failed to reserve virtual memory for CodeRange\n#\n\n----- Native stack trace -----\n\n 1: 0xb7a940 [node]\n' },
      'ran out of memory',
      ['# Fatal process OOM in Failed to reserve virtual memory for CodeRange'],
    ],
    [{ code: 1, signal: null, output: `${'x'.repeat(300)}\n    at f (x.js:1:1)` }, 'ended with exit code 1 before the step was done', [`${'x'.repeat(200)}…`]],
  ])('%o', (crash, reason, lastWords) => {
    expect(describeCrash(crash)).toMatchObject({ reason, lastWords });
  });
});

describe('progress', () => {
  it('is passed on ten times a second, and the last of it always', () => {
    const sent: (number | undefined)[] = [];
    let now = 0;
    const throttle = throttleProgress(
      (progress) => sent.push(progress.round),
      () => now,
    );
    for (let round = 1; round <= 100; round += 1) {
      throttle.push({ round });
      now += 7;
    }
    throttle.flush();
    throttle.flush();
    expect(sent).toEqual([1, 16, 31, 46, 61, 76, 91, 100]);
  });
});
