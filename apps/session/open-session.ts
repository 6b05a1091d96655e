import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnose, type Diagnostic } from '../../grammar/diagnostics/index.ts';
import type { Plan } from '../../compiler/plan/plan.ts';
import type { TableTest } from '../../compiler/tests/table-test.ts';
import { previewPlan, type Preview, type RecordAnswer, type RecordNeed } from '../../compiler/plan/preview.ts';
import { namesStep } from '../../compiler/plan/step-names.ts';
import { createAnalyser } from '../../runtime/analyse.ts';
import { createHelper, type DuckDBHelper } from '../../runtime/duckdb-helper.ts';
import type { TestOutcome } from '../../runtime/engines/duckdb/run-test.ts';
import type { PoolOptions } from '../../runtime/scheduler/pool.ts';
import { keepWanted, openWorkshop, type Workshop } from '../../runtime/scheduler/workshop.ts';
import { openFileDigests } from '../../runtime/store/file-digests.ts';
import { nodeFiles } from '../../runtime/store/files.ts';
import { openStore, type RecordMemory, type Store } from '../../runtime/store/store.ts';
import { StoreError } from '../../runtime/store/store-error.ts';
import { compileFile } from './compile-file.ts';
import { openKeptCompilations } from './kept-compilations.ts';
import { findProject, LOCK_FILE } from './find-project.ts';
import type { predictRows } from './predict-rows.ts';
import { readLock } from './project-lock.ts';
import { readPipeline, unreadable } from './read-pipeline.ts';
import { costOf, readPrevious } from './read-previous.ts';
import type { verifySteps } from './verify-steps.ts';
import { SessionError, type Found, type Session, type SessionOptions } from './session.ts';

/** The worker's program lies beside the command's. */
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** Milliseconds for which worker processes without work are kept where more work is to come: starting one takes long. */
const WARM_LIFE = 60_000;

/** Wires compiler and runtime to a project. Nothing is written and no native library is loaded until it has to be. */
export function openSession(options: SessionOptions): Promise<Session> {
  const folder = resolve(options.folder);
  const project = findProject(folder);
  const cache = join(project, '.mlp', 'cache');
  const root = options.store === undefined ? join(project, '.mlp', 'store') : resolve(folder, options.store);
  const worker = options.worker ?? WORKER;
  // Read again for every compilation: an apply writes it, and so may its user.
  let lock = readLock(project);
  const files = options.files ?? nodeFiles;
  const digests = openFileDigests(cache, files);
  // What has to be asked is new, and there will be work: the first worker starts beside the helper.
  const prepare = options.work === undefined ? () => undefined : () => making.open().pool.prepare();
  const helper = createHelper(worker, prepare);
  const analyser = createAnalyser(helper, join(cache, 'answers'));
  // An apply looks each record up when it is planned, when its step is come to, and when all is told.
  const memory: { readonly records?: RecordMemory } = options.work === undefined ? {} : { records: new Map() };
  const kept = openKeptCompilations(cache);
  const making = lazyWorkshop(worker, options.work === 'often' ? { idleLife: WARM_LIFE } : {});
  let reading: Promise<Store> | undefined;
  const openForReading = (): Promise<Store> => (reading ??= openStore(root, { access: 'read', files, ...memory }));
  const find: Session['find'] = async (preview, name) => findMade(preview, name, await openForReading());

  return Promise.resolve({
    project,
    storeFolder: root,
    pipelineOf: (file) => readPipelineName(resolve(folder, file), file),
    compile: (file) => {
      lock = readLock(project);
      return compileFile(file, { project, folder, digests, analyser, options, lock, kept, ...(options.work === undefined ? {} : { onNew: analyser.warm }) });
    },
    preview: async (plan, mend) => {
      const store = remembering(mend === undefined ? await openForReading() : mending(await openStore(root, { access: 'write', files, ...memory }), mend.onDamage));
      const preview = await drivePreview(plan, store, prepare);
      // What no target needs is not in the plan, but it is still in the file.
      return options.targets.length === 0 ? preview : { ...preview, removed: [] };
    },
    apply: async (preview, applyOptions) => {
      reading = undefined;
      // Who only looks loads no scheduler, and where nothing has changed, no compiler.
      const { applyPreview } = await import('./apply-preview.ts');
      return applyPreview(preview, { ...applyOptions, project, cache, root, files, ...memory, lock, digests, workshop: making.open(), targets: options.targets });
    },
    test: (test) => runTest(helper, test),
    predict: (preview, request) => predictLazily(preview, request, { project, find, analyser, cache, root, lock, worker }),
    verify: async (preview, request) => verifyLazily(preview, request, { project, cache, lock, worker, helper, find, store: await openForReading() }),
    compareInputs: async (preview, one) => (await import('./compare-inputs.ts')).compareInputs(preview, one, { find, helper, store: await openForReading() }),
    find,
    duckdb: helper,
    openStore: openForReading,
    ...making,
    warm: analyser.warm,
    isOurs: (path) => path === join(project, LOCK_FILE) && lock.update !== undefined && readLock(project).text === lock.update,
    close: async () => {
      analyser.save();
      helper.close();
      await Promise.all([kept.save(), making.close()]);
    },
  });
}

/** Few commands predict or verify: what they need is loaded then. */
async function predictLazily(...given: Parameters<typeof predictRows>): ReturnType<typeof predictRows> {
  return (await import('./predict-rows.ts')).predictRows(...given);
}

async function verifyLazily(...given: Parameters<typeof verifySteps>): ReturnType<typeof verifySteps> {
  return (await import('./verify-steps.ts')).verifySteps(...given);
}

/** A workshop that is opened when the first step is to be made. */
function lazyWorkshop(worker: string, options: PoolOptions): Pick<Session, 'settled' | 'keepWanted' | 'close'> & { readonly open: () => Workshop } {
  let opened: Workshop | undefined;
  return {
    open: () => (opened ??= openWorkshop(worker, options)),
    settled: async () => {
      await Promise.all([...(opened?.commits ?? [])]);
    },
    keepWanted: (wanted) => {
      if (opened !== undefined) keepWanted(opened, wanted);
    },
    close: async () => {
      await opened?.pool.kill();
    },
  };
}

/** A process that ends is one failed test: the next starts another. */
async function runTest(helper: DuckDBHelper, test: TableTest): Promise<TestOutcome> {
  try {
    return await helper.ask({ kind: 'test', test });
  } catch (error) {
    return { done: false, step: test.expected[0]?.step ?? '', message: error instanceof Error ? error.message : String(error) };
  }
}

/** A store in which a damaged record, once it was moved aside, is as good as none. */
function mending(store: Store, onDamage: (damage: Diagnostic) => void): Store {
  return {
    ...store,
    lookup: (fingerprint, key) => {
      try {
        return store.lookup(fingerprint, key);
      } catch (error) {
        if (!(error instanceof StoreError) || error.diagnostic.code !== 'store-damaged') throw error;
        // Fails again if it could not be moved.
        const found = store.lookup(fingerprint, key);
        onDamage(diagnose('store-mended', undefined, { problem: error.diagnostic.message }));
        return found;
      }
    },
  };
}

/** What a step last made and what it would make are one record where nothing has changed: it is read once. */
function remembering(store: Store): Store {
  const records = new Map<string, ReturnType<Store['lookup']>>();
  return {
    ...store,
    lookup: (fingerprint, key) => {
      if (!records.has(key)) records.set(key, store.lookup(fingerprint, key));
      return records.get(key);
    },
  };
}

/** Calls `onNew` when the first record is missing: then there is work. */
async function drivePreview(plan: Plan, store: Store, onNew: () => void): Promise<Preview> {
  const { steps, accuracy } = await readPrevious(store, plan.pipeline);
  const asking = previewPlan(plan, steps);
  let step = asking.next();
  while (step.done !== true) {
    const answer = answerRecord(store, step.value);
    if (answer.record === undefined) onNew();
    step = asking.next(answer);
  }
  return { ...step.value, ...(accuracy === undefined ? {} : { accuracy }) };
}

function answerRecord(store: Store, { fingerprint, key }: RecordNeed): RecordAnswer {
  const record = key === undefined ? undefined : store.lookup(fingerprint, key);
  if (record === undefined || !store.isWhole(record)) return { known: store.hasFingerprint(fingerprint) };
  const outputs = Object.fromEntries(Object.entries(record.outputs).map(([part, { artifact }]) => [part, artifact]));
  return { known: true, record: { outputs, cost: costOf(record) } };
}

function findMade(preview: Preview, name: string, store: Store): Found {
  const byName = new Map(preview.steps.map((one) => [one.step.name.toLowerCase(), one]));
  const found = byName.get(name.toLowerCase()) ?? preview.steps.find((one) => namesStep(name, one.step.name));
  if (found === undefined) return { found: false, reason: 'unknown', known: preview.steps.map((one) => one.step.name) };
  const made = found.step.sameAs === undefined ? found : (byName.get(found.step.sameAs.toLowerCase()) ?? found);
  const record = made.key === undefined ? undefined : store.lookup(made.step.fingerprint, made.key);
  if (record === undefined || !store.isWhole(record)) return { found: false, reason: 'not-made', step: found.step };
  return { found: true, step: found.step, record, artifact: (part) => record.outputs[part]?.artifact };
}

async function readPipelineName(path: string, file: string): Promise<string> {
  const read = await readPipeline(path, file);
  if (!read.ok) throw new SessionError([unreadable(file, read)]);
  const { findPipelineName } = await import('./run-compiler.ts');
  return findPipelineName(path, read.text);
}
