import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who writes a staging folder or a temporary file: a process of a machine. */
export interface Owner {
  /** The machine, and the space in it in which process numbers mean something: containers have their own. */
  readonly host: string;
  readonly pid: number;
  /** A token of when the process started, the start of the machine included; 0 where the system does not tell. */
  readonly started: string;
}

/** This process. */
export function thisOwner(): Owner {
  return { host: hostToken(), pid: process.pid, started: startOf(process.pid) ?? UNTOLD };
}

/** A name from which the owner can be told of what is half-made: the staging folder of a run, the next checkpoint of a key. */
export function ownedName(what: string, owner: Owner): string {
  return `${what}-${owner.host}-${owner.pid}-${owner.started}`;
}

/** What is made, and by whom, as a name of `ownedName` tells it; `undefined` for other names. */
export function ownerOf(name: string): (Owner & { readonly what: string }) | undefined {
  const match = /^(.*)-([0-9a-f]{8})-(\d+)-([0-9a-f]+)$/.exec(name);
  return match === null ? undefined : { what: match[1] ?? '', host: match[2] ?? '', pid: Number(match[3]), started: match[4] ?? UNTOLD };
}

const UNTOLD = '0';

/**
 * Whether an owner is at work: `unknown` for processes of other machines that share the store. The start time tells a
 * process from a later one that was given the same number.
 */
export function ownerState(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.host !== hostToken()) return 'unknown';
  if (!isAlive(owner.pid)) return 'dead';
  if (owner.started === UNTOLD) return 'alive';
  const started = startOf(owner.pid);
  return started === undefined || started === owner.started ? 'alive' : 'dead';
}

/**
 * Whether a process with this number runs, ours or another user's. One that has ended and of which its parent has not
 * taken note (a zombie) does not: where the first process of a container takes note of none, they stay for good.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !['Z', 'X'].includes(statOf(pid)?.[0] ?? '');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startOf(pid: number): string | undefined {
  const told = process.platform === 'linux' ? startOnLinux(pid) : process.platform === 'win32' ? undefined : startByPs(pid);
  return told === undefined ? undefined : tokenOf(told).slice(0, 12);
}

/** Field 22 of `/proc/<pid>/stat`: ticks since the boot. */
function startOnLinux(pid: number): string | undefined {
  const ticks = statOf(pid)?.[19];
  try {
    return ticks === undefined ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')} ${ticks}`;
  } catch {
    return undefined;
  }
}

/** Fields of `/proc/<pid>/stat` from the third one on, counted after the command's name, which may hold anything. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, LC_ALL: 'C' } }).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function hostToken(): string {
  return tokenOf(`${hostname()} ${processNumbers()}`).slice(0, 8);
}

/** Linux's name space of process numbers. */
function processNumbers(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function tokenOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
