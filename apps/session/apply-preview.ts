import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { hasErrors } from '../../grammar/index.ts';
import { keyOf } from '../../compiler/plan/keys.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import { selectsStep } from '../../compiler/plan/step-names.ts';
import { runPlan, type RunSummary } from '../../runtime/scheduler/run-plan.ts';
import type { FileDigests } from '../../runtime/store/file-digests.ts';
import type { Files } from '../../runtime/store/files.ts';
import type { Workshop } from '../../runtime/scheduler/workshop.ts';
import { openStore, type RecordMemory, type Store } from '../../runtime/store/store.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';
import { engineFinder, ensureEngines, type EngineFolders } from './engines.ts';
import { usefulThreads } from './useful-threads.ts';
import { LOCK_FILE } from './find-project.ts';
import type { ProjectLock } from './project-lock.ts';
import { SessionError, type ApplyOptions, type ApplyResult } from './session.ts';

/** The options of an apply, and what of its session it works with. Folders and files are absolute paths. */
export interface ApplySetting extends ApplyOptions {
  readonly project: string;
  readonly cache: string;
  /** The store's folder. */
  readonly root: string;
  readonly files: Files;
  /** Records that the session has read. */
  readonly records?: RecordMemory;
  readonly lock: ProjectLock;
  readonly workshop: Workshop;
  readonly digests: FileDigests;
  readonly targets: readonly string[];
}

/** The share of the machine's memory that steps may use in all, unless the user says otherwise. */
export const MEMORY_SHARE = 0.75;

/** Applies a plan: fetches the engines that are missing, then runs what has to run. */
export async function applyPreview(preview: Preview, setting: ApplySetting): Promise<ApplyResult> {
  const folders = await prepareEngines(preview, setting);
  const store = await openStore(setting.root, { access: 'write', files: setting.files, ...(setting.records === undefined ? {} : { records: setting.records }) });
  const plan = withAbsoluteRoots(preview.plan, setting.project);
  const enginesOf = engineFinder(plan);
  const threads = setting.threads ?? availableParallelism();
  const seconds = new Map(preview.steps.map((one) => [one.step.name, one.estimate.seconds]));
  const summary = await runPlan({
    plan,
    store,
    project: setting.project,
    cache: setting.cache,
    secretOf: (name) => process.env[name],
    workshop: setting.workshop,
    resolveKey: keyOf,
    threads,
    jobs: setting.jobs ?? threads,
    memory: setting.memory ?? Math.floor(totalmem() * MEMORY_SHARE),
    engines: (step) => Promise.resolve(Object.fromEntries(enginesOf(step).map((name) => [name, folders.get(name) ?? '']))),
    digestOf: async (path) => (await setting.digests.digest(path)).digest,
    maxThreads: (step) => usefulThreads(step, threads),
    cost: (step) => seconds.get(step.name) ?? 1,
    ...(setting.targets.length === 0 ? {} : { targets: namesOf(plan, setting.targets) }),
    ...(setting.label === undefined ? {} : { label: setting.label }),
    onEvent: setting.onEvent,
    ...(setting.signal === undefined ? {} : { signal: setting.signal }),
    ...(setting.replaced === undefined ? {} : { replaced: setting.replaced }),
    ...(setting.refuse === undefined ? {} : { refuse: setting.refuse }),
  });
  return resultOf(plan, summary, store);
}

/** Engines of the steps that will or may run; what is cached needs none. */
async function prepareEngines(preview: Preview, setting: ApplySetting): Promise<EngineFolders> {
  const needed = new Map<string, string>();
  const enginesOf = engineFinder(preview.plan);
  for (const { step, state } of preview.steps) {
    if (state === 'cached') continue;
    for (const engine of enginesOf(step)) if (!needed.has(engine)) needed.set(engine, step.name);
  }
  if (needed.size === 0) return new Map();
  const { found, diagnostics } = await ensureEngines(setting.lock.value, needed, setting);
  if (hasErrors(diagnostics)) throw new SessionError(diagnostics);
  if (setting.lock.update !== undefined) await writeFile(join(setting.project, LOCK_FILE), setting.lock.update);
  return found;
}

/** Workers read files wherever they were started. Paths are in no key. */
export function withAbsoluteRoots(plan: Plan, project: string): Plan {
  const absolute = (step: PlanStep): PlanStep => ({ ...step, roots: step.roots.map((root) => ({ ...root, path: resolve(project, root.path) })) });
  return { ...plan, steps: plan.steps.map((step) => (step.roots.length === 0 ? step : absolute(step))) };
}

function namesOf(plan: Plan, targets: readonly string[]): string[] {
  return plan.steps.filter((step) => targets.some((target) => selectsStep(target, step.name))).map((step) => step.name);
}

function resultOf(plan: Plan, summary: RunSummary, store: Store): ApplyResult {
  const records = new Map<string, ActionRecord>();
  for (const step of plan.steps) {
    const key = summary.steps.get(step.sameAs ?? step.name)?.key;
    const record = key === undefined ? undefined : store.lookup(step.fingerprint, key);
    if (record !== undefined) records.set(step.name, record);
  }
  const { state, seconds, ran, cached, failed } = summary.end;
  return { state, seconds, ran, cached, failed, damaged: summary.damaged, refused: summary.refused, records };
}
