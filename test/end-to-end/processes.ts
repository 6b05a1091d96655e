import { readdirSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';

/** Linux alone tells here which processes another one has started. */
export const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

/** The processes in which a program runs steps; the one that analyses SQL is none. */
export function workersOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid && !readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0').includes('duckdb'));
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended but was not waited for is dead all the same.
    return !/^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 10_000) throw new Error('what was waited for did not happen');
    await new Promise((later) => setTimeout(later, 20));
  }
}
