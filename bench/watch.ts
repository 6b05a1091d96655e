/**
 * What `mlp watch` takes after a save: to the first message, and to the new plan. On `pipelines/flights.mlp`, applied
 * already, and on pipelines of a hundred and of a thousand steps. Times are from just before the file is written to the arrival of the event
 * here, by this process's clock.
 *
 *     npm run bench -- watch
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './support/measure.ts';

const SAVES = 20;
const STEPS = [100, 1000];
const MLP = join(process.cwd(), 'dist', 'mlp.js');

/** A pipeline that is saved again and again, each time with something to plan and little to run. */
interface Subject {
  readonly name: string;
  readonly args: readonly string[];
  /** The text of a save. */
  readonly textOf: (save: number) => string;
}

const folder = mkdtempSync(join(tmpdir(), 'mlp-bench-watch-'));
try {
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}\n');
  writeFileSync(join(folder, 'rows.csv'), `id,size\n${Array.from({ length: 1000 }, (_, row) => `${row},${(row * 7) % 50}`).join('\n')}\n`);
  console.log(`milliseconds from save to event, ${SAVES} saves        first message        new plan`);
  console.log(`                                              p50     p95       p50     p95`);
  for (const subject of [flights(), ...STEPS.map(wide)]) await bench(subject);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A model that is adjusted last gets another threshold: nothing is trained again. */
function flights(): Subject {
  const text = readFileSync('pipelines/flights.mlp', 'utf8');
  return {
    name: 'flights',
    args: ['--param', 'max_rows=20000'],
    textOf: (save) => `${text}\nmodel watched = adjust(gbm) { threshold: ${(0.3 + save / 1000).toFixed(3)} }\n`,
  };
}

/** A source and queries in tens, each reading the one before; the last one is changed. */
function wide(steps: number): Subject {
  const before = (step: number): string => (step % 10 === 1 ? 'rows' : `t${step - 1}`);
  const query = (step: number, more: number): string => `table t${step} = sql("SELECT id, size + ${more} AS size FROM ${before(step)} WHERE id <> ${step}")`;
  return {
    name: `${steps} steps`,
    args: [],
    textOf: (save) => ['source rows = csv("rows.csv")', ...Array.from({ length: steps - 1 }, (_, index) => query(index + 1, index + 2 === steps ? save : 1))].join('\n'),
  };
}

async function bench({ name, args, textOf }: Subject): Promise<void> {
  const file = `${name.replace(' ', '-')}.mlp`;
  const save = (number: number): void => writeFileSync(join(folder, file), textOf(number));
  save(0);
  const child = spawn(process.execPath, [MLP, 'watch', file, '--json', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const events = eventsOf(child);
  await events.until('idle');
  const first: number[] = [];
  const planned: number[] = [];
  for (let number = 1; number <= SAVES; number++) {
    // Saves of a person, not of a loop: what the last one left behind is done.
    await pause(300);
    const begun = performance.now();
    save(number);
    first.push((await events.until('changed')) - begun);
    planned.push((await events.until('planned')) - begun);
    await events.until('idle');
  }
  child.kill('SIGINT');
  await once(child, 'exit');
  const shown = [first, planned].map((times) => [median(times), percentile(times, 0.95)].map((time) => time.toFixed(0).padStart(8)).join('')).join('  ');
  console.log(`${name.padEnd(41)}${shown}`);
}

/** The `watch` events of a program, each waited for once, in order: when it came. */
function eventsOf(child: ChildProcessByStdio<null, Readable, null>): { readonly until: (state: string) => Promise<number> } {
  const came: { readonly state: string; readonly at: number }[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const at = performance.now();
    const { event, state } = JSON.parse(line) as { readonly event: string; readonly state?: string };
    if (event !== 'watch' || state === undefined) return;
    if (state === 'wrong' || state === 'failed') throw new Error(line);
    came.push({ state, at });
    wake();
  });
  const until = async (state: string): Promise<number> => {
    for (;;) {
      for (let next = came.shift(); next !== undefined; next = came.shift()) if (next.state === state) return next.at;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { until };
}

/** The value below which this share of the values lies: the least that has so many at or below it. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
