import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who works in a staging folder: a process of a machine. */
export interface StageOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the machine's own clock ticks; 0 where the system does not tell. */
  readonly started: string;
}

/** This process. */
export function thisOwner(): StageOwner {
  return { host: hostToken(), pid: process.pid, started: startOf(process.pid) ?? '0' };
}

/** The name of a run's staging folder, from which its owner can be told. */
export function stageName(run: string, owner: StageOwner): string {
  return `${run}-${owner.host}-${owner.pid}-${owner.started}`;
}

/** The owner that a staging folder's name tells; `undefined` for other names. */
export function ownerOf(name: string): StageOwner | undefined {
  const match = /-([0-9a-f]{8})-(\d+)-(\d+)$/.exec(name);
  return match === null ? undefined : { host: match[1] ?? '', pid: Number(match[2]), started: match[3] ?? '0' };
}

/**
 * Whether an owner is at work: `unknown` for processes of other machines that share the store. The start time tells a
 * process from a later one that was given the same number.
 */
export function ownerState(owner: StageOwner): 'alive' | 'dead' | 'unknown' {
  if (owner.host !== hostToken()) return 'unknown';
  if (!isAlive(owner.pid)) return 'dead';
  const started = startOf(owner.pid);
  return started === undefined || owner.started === '0' || started === owner.started ? 'alive' : 'dead';
}

/** Whether a process with this number runs, ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of Linux' `/proc/<pid>/stat`, counted after the command's name, which may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function hostToken(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}
