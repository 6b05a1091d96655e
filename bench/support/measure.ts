import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a program took. */
export interface Measured {
  readonly seconds: number;
  /** Bytes: the most that it and its descendants had resident together. */
  readonly memory: number;
  readonly output: string;
}

const SAMPLE_MS = 20;

/** How a program is measured. */
export interface MeasureOptions {
  readonly cwd?: string;
  /** Seconds after which it is killed, which fails. */
  readonly limit?: number;
}

/** Runs a program to its end, and samples the resident memory of all its processes. Fails if it does. */
export function measure(command: string, args: readonly string[], { cwd, limit }: MeasureOptions = {}): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    // With a limit in a group of its own, so that nothing of it goes on when it is killed.
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: limit !== undefined, ...(cwd === undefined ? {} : { cwd }) });
    const tooLong = limit === undefined ? undefined : setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limit * 1000);
    let output = '';
    let errors = '';
    let memory = 0;
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const timer = setInterval(() => {
      if (child.pid !== undefined) memory = Math.max(memory, residentOf(child.pid));
    }, SAMPLE_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      clearTimeout(tooLong);
      const seconds = (performance.now() - begun) / 1000;
      if (code === 0) resolve({ seconds, memory, output });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors}${output}`));
    });
  });
}

const PAGE = 4096;

/** Resident bytes of a process and its descendants, by Linux's /proc; 0 elsewhere. */
function residentOf(root: number): number {
  const parents = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = readOrEmpty(`/proc/${name}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      parents.set(Number(name), parent);
    }
  } catch {
    return 0;
  }
  const isOurs = (pid: number | undefined): boolean => pid !== undefined && pid > 0 && (pid === root || isOurs(parents.get(pid)));
  let bytes = 0;
  for (const pid of parents.keys()) {
    if (isOurs(pid)) bytes += Number(readOrEmpty(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE;
  }
  return bytes;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
