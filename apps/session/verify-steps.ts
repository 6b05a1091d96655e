import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { StepError, type RunInput } from '../../compiler/kinds/run.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import { hasErrors, type Diagnostic } from '../../grammar/index.ts';
import type { DuckDBHelper } from '../../runtime/duckdb-helper.ts';
import { openPool, type JobOutcome, type Pool } from '../../runtime/scheduler/pool.ts';
import { crashOf, failureOf, secretsOf } from '../../runtime/scheduler/run-step.ts';
import { listRuns, readRun } from '../../runtime/store/journal.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import type { Store } from '../../runtime/store/store.ts';
import { findDifference, type Contents } from '../../runtime/verify/find-difference.ts';
import type { DoneMessage } from '../../runtime/worker/job.ts';
import { MEMORY_SHARE, withAbsoluteRoots } from './apply-preview.ts';
import { engineFinder, ensureEngines, type EngineFolders } from './engines.ts';
import { usefulThreads } from './useful-threads.ts';
import type { ProjectLock } from './project-lock.ts';
import { SessionError, type Found, type PartDifference, type VerifiedStep, type VerifyRequest } from './session.ts';

/** What of its session a verification works with. Folders are absolute paths. */
export interface VerifySetting {
  readonly project: string;
  readonly cache: string;
  readonly lock: ProjectLock;
  readonly worker: string;
  readonly helper: DuckDBHelper;
  readonly find: (preview: Preview, name: string) => Promise<Found>;
  readonly store: Store;
}

interface Verifying {
  readonly plan: Plan;
  readonly preview: Preview;
  readonly request: VerifyRequest;
  readonly setting: VerifySetting;
  readonly enginesOf: (step: PlanStep) => readonly string[];
  readonly engines: EngineFolders;
  readonly pool: Pool;
  /** Where results are made, beside the store. */
  readonly folder: string;
  /** By key: the threads with which a step was made. */
  readonly threads: ReadonlyMap<string, number>;
}

/**
 * Runs steps again from the inputs that the store has, in a folder beside it, and compares what comes out. Nothing in the
 * store is written. Throws a `SessionError` when an engine is missing.
 */
export async function verifySteps(preview: Preview, request: VerifyRequest, setting: VerifySetting): Promise<readonly VerifiedStep[]> {
  const steps = preview.plan.steps.filter((step) => step.sameAs === undefined && request.steps.has(step.name));
  const plan = withAbsoluteRoots(preview.plan, setting.project);
  const enginesOf = engineFinder(plan);
  const needed = new Map(steps.flatMap((step) => enginesOf(step).map((engine) => [engine, step.name] as const)));
  const { found: engines, diagnostics } = await ensureEngines(setting.lock.value, needed, { ...request, project: setting.project });
  if (hasErrors(diagnostics)) throw new SessionError(diagnostics);
  await mkdir(setting.cache, { recursive: true });
  const folder = await mkdtemp(join(setting.cache, 'verify-'));
  const pool = openPool(setting.worker);
  const cancel = (): void => void pool.kill();
  request.signal?.addEventListener('abort', cancel);
  try {
    const threads = await threadsOf(setting.store, plan.pipeline);
    const verifying: Verifying = { plan, preview, request, setting, enginesOf, engines, pool, folder, threads };
    return await inLanes(steps, request.jobs, async ({ name }) => {
      const verified = await verifyStep(verifying, plan.steps.find((step) => step.name === name) as PlanStep);
      if (request.signal?.aborted !== true) request.onStep(verified);
      return verified;
    });
  } finally {
    request.signal?.removeEventListener('abort', cancel);
    await pool.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function inLanes<T, R>(items: readonly T[], lanes: number, action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await action(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
  return results;
}

/** How many threads made what, by the journals: the last to say so is right. */
async function threadsOf(store: Store, pipeline: string): Promise<ReadonlyMap<string, number>> {
  const threads = new Map<string, number>();
  for (const run of await listRuns(store, pipeline)) {
    for (const event of readRun(store, pipeline, run)) if (event.event === 'step-start') threads.set(event.key, event.threads);
  }
  return threads;
}

async function verifyStep(verifying: Verifying, step: PlanStep): Promise<VerifiedStep> {
  const { preview, setting, request, folder } = verifying;
  const { name, kind, guarantee } = step;
  const about = { name, kind, guarantee };
  const found = await setting.find(preview, name);
  if (!found.found) return { ...about, state: 'not-made' };
  if (guarantee === 'statistical') return { ...about, state: 'not-compared' };
  const madeWith = verifying.threads.get(found.record.key);
  const threads = usefulThreads(step, request.threads ?? otherThreads(madeWith));
  const facts = { ...about, threads, ...(madeWith === undefined ? {} : { madeWith }) };
  const staging = await mkdtemp(join(folder, 'step-'));
  const begun = performance.now();
  try {
    const outcome = await runAgain(verifying, step, { record: found.record, staging, threads });
    const seconds = (performance.now() - begun) / 1000;
    if (outcome.type !== 'done') return { ...facts, seconds, state: 'failed', error: errorOf(step, outcome) };
    const differences = await compare(verifying, { record: found.record, made: outcome, staging });
    return { ...facts, seconds, ...(differences.length === 0 ? { state: 'same' } : { state: 'different', differences }) };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return { ...facts, state: 'failed', error: failureOf(step, error) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Another number than the result was made with, as far as the machine has it. */
function otherThreads(madeWith: number | undefined): number {
  return madeWith === 1 ? Math.min(2, availableParallelism()) : 1;
}

interface Again {
  readonly record: ActionRecord;
  readonly staging: string;
  readonly threads: number;
}

async function runAgain({ preview, setting, request, enginesOf, engines, pool, folder }: Verifying, step: PlanStep, { record, staging, threads }: Again): Promise<JobOutcome> {
  const inputs: RunInput[] = [];
  for (const { slot, step: name, part, columns } of step.inputs) {
    const input = await setting.find(preview, name);
    const artifact = input.found ? input.artifact(part) : undefined;
    // Its key was made from it.
    if (artifact === undefined) throw new Error(`the store has no ${name}.${part}, from which \`${step.name}\` was made`);
    inputs.push({ slot, part, artifact, ...(columns === undefined ? {} : { columns }) });
  }
  return pool.run(
    {
      step,
      key: record.key,
      inputs,
      project: setting.project,
      store: setting.store.root,
      staging,
      // No checkpoint of the step itself is found there.
      cache: folder,
      threads,
      memory: Math.floor((totalmem() * MEMORY_SHARE) / request.jobs),
      engines: Object.fromEntries(enginesOf(step).map((name) => [name, engines.get(name) ?? ''])),
      secrets: secretsOf(step, { secretOf: (name) => process.env[name] }),
    },
    () => undefined,
    request.signal,
  );
}

interface Compared {
  readonly record: ActionRecord;
  readonly made: DoneMessage;
  readonly staging: string;
}

async function compare({ setting: { store, helper } }: Verifying, { record, made, staging }: Compared): Promise<PartDifference[]> {
  const contents: Contents = {
    before: ({ digest }) => store.verifiedPath(digest),
    after: ({ digest }) => Promise.resolve(join(staging, digest)),
    read: (path) => readFile(path),
    compareTables: (comparison) => helper.ask({ kind: 'compare', comparison }),
  };
  const differences: PartDifference[] = [];
  for (const [part, { digest, artifact }] of Object.entries(record.outputs)) {
    const again = made.outputs[part];
    if (again === undefined) throw new Error(`the step made no \`${part}\``);
    if (again.digest !== digest) differences.push({ part, ...(await findDifference(artifact, again.artifact, contents)) });
  }
  return differences;
}

function errorOf(step: PlanStep, outcome: Exclude<JobOutcome, DoneMessage>): Diagnostic {
  switch (outcome.type) {
    case 'failed':
      return failureOf(step, outcome);
    case 'crashed':
      return crashOf(step, outcome);
    case 'cancelled':
      return failureOf(step, new StepError('it was cancelled'));
  }
}
