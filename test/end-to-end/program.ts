import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { RunEvent } from '../../runtime/events.ts';

/** The folder of this checkout. */
export const CHECKOUT = join(import.meta.dirname, '../..');

const base = mkdtempSync(join(tmpdir(), 'mlp-end-to-end-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/**
 * The built program, copied once a test file: a build that goes on meanwhile does not pull it from under the tests, and
 * the copy can do without the checkout, as an installed package does.
 */
function copyProgram(): string {
  const built = join(CHECKOUT, 'dist');
  if (!existsSync(join(built, 'mlp.js'))) throw new Error('there is no dist/mlp.js: run `npm run build` first');
  const folder = join(base, 'program');
  cpSync(built, join(folder, 'dist'), { recursive: true });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist');
}

const program = copyProgram();

/** The built program of worker processes. */
export const WORKER = join(program, 'worker.js');

/** How a command line ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for looking into. */
  readonly output: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder in which the program is used, with the store and caches of its own. */
export interface Project {
  readonly folder: string;
  readonly path: (...parts: readonly string[]) => string;
  /** Writes files, by their paths within the folder. */
  readonly write: (files: Readonly<Record<string, string | Uint8Array>>) => void;
  /** Starts `mlp` with these arguments. */
  readonly start: (args: readonly string[], options?: StartOptions) => ChildProcess;
  /** Runs `mlp` with these arguments to its end. */
  readonly run: (args: readonly string[], options?: StartOptions) => Promise<Outcome>;
}

let projects = 0;

/** Makes an empty project; `npm:` finds the packages of the checkout from it. It is removed at the end of the file. */
export function newProject(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  const folder = join(base, `project-${(projects += 1)}`);
  mkdirSync(folder);
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  const start = (args: readonly string[], { env = {} }: StartOptions = {}): ChildProcess =>
    spawn(process.execPath, [join(program, 'mlp.js'), ...args], {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const project: Project = {
    folder,
    path: (...parts) => join(folder, ...parts),
    write: (written) => {
      for (const [name, content] of Object.entries(written)) {
        // It would come to lie in the checkout's, for every test and program there.
        if (name.startsWith('node_modules/') && lstatSync(join(folder, 'node_modules')).isSymbolicLink()) throw new Error(`${name} needs \`projectWithPackages\`: the project's node_modules is the checkout's`);
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
    },
    start,
    run: async (args, options) => inTurn(() => outcomeOf(start(args, options))),
  };
  project.write({ 'package.json': '{}\n', ...files });
  return project;
}

/** Makes a project with a `node_modules` of its own, in which packages of kinds find the engine. */
export function projectWithPackages(files: Readonly<Record<string, string | Uint8Array>>): Project {
  const project = newProject(files);
  rmSync(project.path('node_modules'));
  mkdirSync(project.path('node_modules'));
  symlinkSync(CHECKOUT, project.path('node_modules/mlp-engine'));
  return project;
}

/** What a test runner sets must change nothing. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:MLP_PARAM_|VITEST|NODE_OPTIONS|FORCE_COLOR|COLORTERM|COLUMNS|CI$)/.test(name)));
}

/** Waits for a program's end, collecting what it says. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text, output: text.stdout + text.stderr }));
  });
}

/** Programs at once: more would only wait for each other. */
const AT_ONCE = 3;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(action: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running += 1;
  try {
    return await action();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** The events that `apply --json` printed. */
export function eventsOf({ stdout }: Outcome): RunEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
}

/** How each step of an apply ended, by name. */
export function statesOf(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(eventsOf(outcome).flatMap((event) => (event.event === 'step-end' ? [[event.name, event.state]] : [])));
}

/** The digests of what each step made, by name. */
export function digestsOf(outcome: Outcome): Record<string, Readonly<Record<string, string>>> {
  return Object.fromEntries(eventsOf(outcome).flatMap((event) => (event.event === 'step-end' ? [[event.name, event.outputs]] : [])));
}

/** What a message has to say: texts, in this spelling, and patterns. */
export type Says = readonly (string | RegExp)[];

/** Fails the test unless a command line ended with this code and said all of that, in the terms of its user. */
export function expectFailure(outcome: Outcome, code: number, says: Says): void {
  for (const said of says) expect(outcome.stderr + outcome.stdout)[typeof said === 'string' ? 'toContain' : 'toMatch'](said as string & RegExp);
  expect(outcome.code, outcome.output).toBe(code);
  // No stack trace, and nothing that only a programmer of JavaScript understands.
  expect(outcome.output).not.toMatch(/\n\s+at |\bnode:|\bundefined\b|\[object|\bNaN\b/);
}
