import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import { runPlan, type RunSummary } from '../../runtime/scheduler/run-plan.ts';
import type { RunPlanOptions } from '../../runtime/scheduler/run.ts';
import type { Workshop } from '../../runtime/scheduler/workshop.ts';
import { nodeFiles, type Files } from '../../runtime/store/files.ts';
import { thisOwner, type Owner } from '../../runtime/store/owner.ts';
import { openStore } from '../../runtime/store/store.ts';
import { checkStore } from '../../runtime/store/upkeep/check-store.ts';
import { runJob } from '../../runtime/worker/run-job.ts';
import { planOf, resolveKey, type ShortStep } from '../scheduler/plans.ts';

/** Memory, where the system has a disk in it: thousands of small stores are made here. */
const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mlp-crash-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folders = 0;

/** A new place for a project: its `.mlp` is not there yet. */
export function newPlace(): string {
  return join(base, String((folders += 1)));
}

/** A process that has ended: whoever works under its name counts as dead to everybody else. */
export const deadOwner: Owner = { ...thisOwner(), pid: spawnSync(process.execPath, ['-e', '']).pid };

/** Steps that read each other's results, two that make the same, one that trains with checkpoints, and a check. */
export const smallSteps: Readonly<Record<string, ShortStep>> = {
  a: { kind: 'write', text: 'a' },
  b: { kind: 'join', inputs: ['a'], text: 'b' },
  c: { kind: 'train', inputs: ['a'], text: 'c' },
  d: { kind: 'join', inputs: ['b', 'c'], text: 'd' },
  e: { kind: 'join', inputs: ['b', 'c'], text: 'd' },
  f: { kind: 'pass', inputs: ['c'], text: 'f' },
};

const ROUNDS = 3;

type Run = (context: RunContext) => Promise<RunResult>;

const textOf = ({ step }: RunContext): string => step.params['text'] as string;

async function inputsOf(context: RunContext): Promise<string[]> {
  const texts: string[] = [];
  for (const { artifact } of context.inputs) if (artifact.type === 'table') texts.push(Buffer.from(await context.readBlob(artifact.file.digest)).toString());
  return texts;
}

/** As an engine does it: the file is written by something that the store knows nothing of. */
async function tableOf(context: RunContext, text: string): Promise<RunResult> {
  const path = context.temporaryFile('.txt');
  await writeFile(path, text);
  const file = await context.putFile(path);
  return { outputs: { value: { type: 'table', rows: text.length, columns: [{ name: 'text', sql: 'VARCHAR', digest: file.digest, nulls: 0 }], file } } };
}

const kinds: Readonly<Record<string, Run>> = {
  write: (context) => tableOf(context, textOf(context)),
  join: async (context) => {
    if (textOf(context) === 'fail') throw new StepError('it was told to');
    return tableOf(context, [...(await inputsOf(context)), textOf(context)].join('+'));
  },
  /** Each round adds to what the last has left, as a training does. */
  train: async (context) => {
    let state = Buffer.from((await context.checkpoint.load()) ?? '').toString();
    // What is kept goes into the result: one that is torn would show there.
    const rows = context.kept.find('rows')?.toString() ?? 'rows '.repeat(100);
    await context.kept.save('rows', Buffer.from(rows));
    while (state.length < ROUNDS) await context.checkpoint.save(Buffer.from((state += String(state.length))));
    return tableOf(context, [...(await inputsOf(context)), rows, state].join('+'));
  },
  /** Gives its input's own blob on, which it has not staged. */
  pass: async ({ inputs }) => ({ outputs: { value: inputs[0]!.artifact } }),
};

const registry = new Map(Object.entries(kinds).map(([name, run]) => [name, { run }]));

/** A workshop whose steps are made in this process, on some files. */
function workshopOn(files: Files): Workshop {
  const memory = { files, verified: new Map() };
  return {
    pool: { run: (job, onProgress) => runJob(registry, job, memory, onProgress), prepare: () => undefined, kill: () => Promise.resolve() },
    underway: new Map(),
    commits: new Set(),
  };
}

/** The store of a place. */
export const storeOf = (place: string): string => join(place, '.mlp', 'store');

/** What may be other than usual. */
export interface SmallOptions extends Partial<RunPlanOptions> {
  readonly files?: Files;
  readonly steps?: Readonly<Record<string, ShortStep>>;
}

/** Applies the steps in a place, scheduler, workers and store in this one process. */
export async function applySmall(place: string, { files = nodeFiles, steps = smallSteps, ...options }: SmallOptions = {}): Promise<RunSummary> {
  const store = await openStore(storeOf(place), { access: 'write', files, owner: deadOwner });
  return runPlan({
    plan: planOf(steps),
    store,
    project: place,
    cache: join(place, '.mlp', 'cache'),
    workshop: workshopOn(files),
    jobs: 2,
    threads: 2,
    memory: 2 ** 30,
    resolveKey,
    cost: () => 0.1,
    onEvent: () => undefined,
    ...options,
  });
}

/** The digest of each step's result, in the order of their names. */
export function digestsOf(summary: RunSummary): Record<string, string | undefined> {
  return Object.fromEntries([...summary.steps].sort().map(([name, { outputs }]) => [name, outputs?.['value']?.digest]));
}

/** What `fsck` finds in the store of a place. */
export async function checkedFaults(place: string): Promise<readonly string[]> {
  const { faults } = await checkStore(await openStore(storeOf(place), { access: 'read' }));
  return faults.map(({ key, problem }) => `${key} is ${problem}`);
}
