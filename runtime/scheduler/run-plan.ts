import { relative, sep } from 'node:path';
import type { Digest } from '../../compiler/plan/artifact.ts';
import type { StepKey } from '../../compiler/plan/keys.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { PlannedStep, RunEndEvent, RunEvent, RunState } from '../events.ts';
import { tidyCheckpoints } from '../store/checkpoints.ts';
import { listRuns, newRunId, openJournal, type Journal } from '../store/journal.ts';
import { COLLECTING } from '../store/leases.ts';
import type { Stage } from '../store/stage.ts';
import { StoreError } from '../store/store-error.ts';
import { dependenciesOf, neededSteps } from './needed-steps.ts';
import { outputsOfInputs, runStep } from './run-step.ts';
import { haltRun, stopRun, timestamp, type Run, type RunPlanOptions, type StepOutcome } from './run.ts';
import { settleFailed, settleSkipped, settleWith } from './settle.ts';
import { divide, type Candidate, type Share } from './shares.ts';
import { urgencies } from './urgency.ts';
import type { Making } from './workshop.ts';

/** What a run came to. */
export interface RunSummary {
  readonly run: string;
  readonly state: RunState;
  readonly seconds: number;
  /** How each step that was needed ended, by name; those that a stopped run did not come to are not there. */
  readonly steps: ReadonlyMap<string, StepOutcome>;
  readonly end: RunEndEvent;
  /** Whether damage of the store was met on the way: exit code 5. */
  readonly damaged: boolean;
  /** Whether it was not to go on: then it has settled nothing. */
  readonly refused: boolean;
}

/** What a step is expected to take when nothing is known of it, in seconds. */
const USUAL_COST = 1;

/**
 * Applies a plan: walks its steps, takes what is recorded, runs the rest in worker processes, and keeps what they make.
 * A step that fails takes down only what depends on it. Resolves when everything finished is on the disk; rejects with
 * a `StoreError` if the run could not be begun.
 */
export async function runPlan(options: RunPlanOptions): Promise<RunSummary> {
  const begun = performance.now();
  const { store, plan, cache } = options;
  const id = newRunId(new Date(), (await listRuns(store, plan.pipeline)).at(-1));
  const stage = await store.openStage(id);
  try {
    const journal = await openJournal(store, plan.pipeline, id);
    const run = openRun(options, journal, stage);
    const release = [
      onAbort(options.signal, () => stopRun(run, { reason: 'cancelled' })),
      onAbort(options.replaced, () => haltRun(run, { reason: 'cancelled' })),
    ];
    try {
      announce(run, id);
      await walk(run);
      await Promise.all(run.commits.values());
      await tidyCheckpoints(cache, store.files, doneIn(run));
    } finally {
      for (const letGo of release) letGo();
    }
    if (run.stopped?.reason === 'failure' && !(run.stopped.error instanceof StoreError)) throw run.stopped.error;
    const end = endOf(run, (performance.now() - begun) / 1000);
    run.emit(end);
    // When a disk has failed already, that is what there is to tell.
    const closed = journal.close();
    await (run.stopped === undefined ? closed : closed.catch(() => undefined));
    return { run: id, state: end.state, seconds: end.seconds, steps: run.outcomes, end, damaged: isDamaged(run), refused: run.stopped?.reason === 'refused' };
  } finally {
    await stage.close();
  }
}

/** Whether a key is that of a step with a result. */
function doneIn({ outcomes }: Run): (key: Digest) => boolean {
  const done = new Set([...outcomes.values()].flatMap(({ key, outputs }) => (key === undefined || outputs === undefined ? [] : [key])));
  return (key) => done.has(key);
}

/** Calls a function when a signal is given, or was; returns how to stop listening. */
function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  signal?.addEventListener('abort', action, { once: true });
  if (signal?.aborted === true) action();
  return () => signal?.removeEventListener('abort', action);
}

function openRun(options: RunPlanOptions, journal: Journal, stage: Stage): Run {
  const steps = neededSteps(options.plan, options.targets);
  const cost = options.cost ?? (() => USUAL_COST);
  const run: Run = {
    options,
    steps,
    dependencies: new Map(steps.map((step) => [step.name, dependenciesOf(step)])),
    cost,
    urgency: urgencies(steps, cost),
    stage,
    emit: (event: RunEvent) => {
      try {
        journal.append(event);
      } catch (error) {
        // A run that cannot even be told of is not begun.
        if (event.event === 'plan') throw error;
        stopRun(run, { reason: 'failure', error });
      }
      options.onEvent(event);
    },
    outcomes: new Map(),
    ready: new Map(),
    running: new Map(),
    elsewhere: new Set(),
    awaited: new Set(),
    made: new Map(),
    commits: new Map(),
    stopped: undefined,
    halted: deferred(),
  };
  return run;
}

function announce(run: Run, id: string): void {
  const { plan, targets, label } = run.options;
  const { pipeline, file, steps } = plan;
  run.emit({
    time: timestamp(),
    event: 'plan',
    run: id,
    pipeline,
    file,
    steps: steps.map((step) => announced(step, run.options)),
    ...(targets === undefined ? {} : { targets }),
    ...(label === undefined ? {} : { label }),
  });
}

function announced(step: PlanStep, { project, cost }: RunPlanOptions): PlannedStep {
  const { name, keyword, kind, fingerprint, query, inputs, roots } = step;
  const expected = cost?.(step);
  return {
    name,
    keyword,
    kind,
    fingerprint,
    ...(query === undefined ? {} : { text: query.text }),
    ...(expected === undefined ? {} : { expected }),
    ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs.map((input) => [input.slot, input.step])) }),
    ...(roots.length === 0 ? {} : { files: roots.map(({ path }) => relative(project, path).split(sep).join('/')) }),
  };
}

function deferred(): Run['halted'] {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** How often it is looked whether another program has made what a step waits for, in milliseconds. */
const LOOK_AGAIN = 100;

/** Settles and starts what can be, waits for one of the steps under way, and again. */
async function walk(run: Run): Promise<void> {
  // What is found in the store could be going.
  while (run.stopped === undefined && run.stage.leases.isElsewhere(COLLECTING)) await soon(run);
  if (run.stopped === undefined) await askRefusal(run);
  for (;;) {
    if (run.stopped === undefined) resolveSteps(run);
    if (run.stopped === undefined && startSteps(run)) continue;
    const ends = [...run.running.values()].map((step) => step.ended);
    const isOpen = run.stopped === undefined && run.outcomes.size < run.steps.length;
    // What other runs are making may be what this one waits for, or take the room that it needs.
    if (isOpen) ends.push(...makingsOfOthers(run).map((making) => making.ended));
    if (isOpen && run.elsewhere.size > 0) ends.push(soon(run).then(() => lookAgain(run)));
    if (ends.length === 0) return;
    await Promise.race(isOpen ? [...ends, run.halted.promise] : ends);
  }
}

async function askRefusal(run: Run): Promise<void> {
  try {
    const error = await run.options.refuse?.();
    if (error !== undefined) stopRun(run, { reason: 'refused', error });
  } catch (error) {
    stopRun(run, { reason: 'failure', error });
  }
}

async function soon(run: Run): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, LOOK_AGAIN)));
  await Promise.race([passed, run.halted.promise]);
  clearTimeout(timer);
}

/** What other programs were making may be there now, or free to be made. */
function lookAgain({ elsewhere, ready }: Run): void {
  for (const [name, { key }] of ready) if (elsewhere.has(key)) ready.delete(name);
  elsewhere.clear();
}

function makingsOfOthers(run: Run): Making[] {
  return [...run.options.workshop.underway.values()].filter((making) => making.run !== run);
}

/** In the order of the plan, so that one pass settles whole chains of cached steps. */
function resolveSteps(run: Run): void {
  for (const step of run.steps) {
    if (run.outcomes.has(step.name) || run.running.has(step.name) || isWaiting(run, step)) continue;
    const dependencies = (run.dependencies.get(step.name) ?? []).map((name) => run.outcomes.get(name));
    if (dependencies.includes(undefined)) continue;
    const because = dependencies.find((outcome) => outcome?.because !== undefined)?.because;
    if (because === undefined) resolveStep(run, step);
    else settleSkipped(run, step, because);
  }
}

/** Whether a step waits for nothing but room: thousands may, while one after the other ends. */
function isWaiting({ ready, made }: Run, { name }: PlanStep): boolean {
  const resolved = ready.get(name);
  return resolved !== undefined && !made.has(resolved.key);
}

/** Takes what is recorded for a step whose inputs are known, or finds that it has to run. */
function resolveStep(run: Run, step: PlanStep): void {
  const inputs = outputsOfInputs(run, step).map((output) => output.artifact);
  const isNew = !run.ready.has(step.name);
  const resolved = run.ready.get(step.name) ?? run.options.resolveKey(step, inputs);
  const made = run.made.get(resolved.key);
  if (made !== undefined) settleWith(run, step, made, { state: 'cached', seconds: 0 });
  else if (!isNew || !settleRecorded(run, step, resolved)) {
    run.ready.set(step.name, resolved);
    return;
  }
  run.ready.delete(step.name);
}

/** Settles a step by what the store has of it, a damaged record included; `false` where it has nothing. */
function settleRecorded(run: Run, step: PlanStep, { key }: StepKey): boolean {
  const { store } = run.options;
  try {
    const recorded = store.lookup(step.fingerprint, key);
    if (recorded === undefined || !store.isWhole(recorded)) return false;
    settleWith(run, step, recorded, { state: isBelowNew(run, step) ? 'cut-off' : 'cached', seconds: 0 });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    settleFailed(run, step, { error: { ...error.diagnostic, span: step.place.span }, seconds: 0, key });
  }
  return true;
}

/** Whether a step had to wait for another to run before anything was known of it. */
function isBelowNew(run: Run, step: PlanStep): boolean {
  return step.inputs.some((input) => {
    const state = run.outcomes.get(input.step)?.state;
    return state === 'ran' || state === 'cut-off';
  });
}

/** Starts what there is room for. Returns whether steps were settled in passing: others may be ready then. */
function startSteps(run: Run): boolean {
  const { options, running, ready } = run;
  // Another run's result is looked up when it is there.
  for (const [name, { key }] of ready) if ((options.workshop.underway.get(key)?.run ?? run) !== run) ready.delete(name);
  for (;;) {
    const taken = [...running.values(), ...makingsOfOthers(run)].map((step) => step.share);
    const shares = divide(options, taken, candidatesOf(run));
    const ends: ReturnType<typeof tryStart>[] = [];
    for (const step of run.steps) {
      const share = shares.get(step.name);
      const resolved = ready.get(step.name);
      if (share !== undefined && resolved !== undefined) ends.push(tryStart(run, step, resolved, share));
    }
    if (ends.includes('settled')) return true;
    // A share that could not be used goes to another step.
    if (!ends.includes('elsewhere') || run.stopped !== undefined) return false;
  }
}

/** The steps that could start now. */
function candidatesOf({ options, ready, steps, elsewhere, cost, urgency }: Run): Candidate[] {
  const { underway } = options.workshop;
  // Two steps that do the same are made once: the second waits for the first.
  const keys = new Set([...underway.keys(), ...elsewhere]);
  const candidates: Candidate[] = [];
  for (const step of steps) {
    const key = ready.get(step.name)?.key;
    if (key === undefined || keys.has(key)) continue;
    keys.add(key);
    candidates.push({
      name: step.name,
      maxThreads: options.maxThreads?.(step) ?? options.threads,
      seconds: cost(step),
      urgency: urgency.get(step.name) ?? 0,
    });
  }
  return candidates;
}

/** Starts a step, unless another program is making it, or has made it since it was looked for. */
function tryStart(run: Run, step: PlanStep, resolved: StepKey, share: Share): 'started' | 'settled' | 'elsewhere' {
  const { leases } = run.stage;
  const { key } = resolved;
  try {
    if (!leases.take(key)) {
      run.elsewhere.add(key);
      if (!run.awaited.has(key)) run.emit({ time: timestamp(), event: 'step-waiting', name: step.name, key });
      run.awaited.add(key);
      return 'elsewhere';
    }
  } catch (error) {
    stopRun(run, { reason: 'failure', error });
    return 'elsewhere';
  }
  if (!settleRecorded(run, step, resolved)) {
    startStep(run, step, resolved, share);
    return 'started';
  }
  leases.release(key);
  run.ready.delete(step.name);
  return 'settled';
}

/** Gives a step to a worker; it is under way until its result is on the disk. */
function startStep(run: Run, step: PlanStep, resolved: StepKey, share: Share): void {
  const { running, commits, options } = run;
  const { underway, commits: allCommits } = options.workshop;
  const { key } = resolved;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const leave = (): void => {
    run.stage.leases.release(key);
    underway.delete(key);
  };
  run.ready.delete(step.name);
  // Begun once it is known to be under way: whoever hears of it may stop it.
  const begun = Promise.resolve().then(() => runStep(run, step, resolved, { share, signal: stopping.signal }));
  const ended = begun.finally(() => {
    running.delete(step.name);
    if (!commits.has(key)) leave();
  });
  const kept = ended.then(async () => {
    const commit = commits.get(key);
    if (commit === undefined) return;
    allCommits.add(commit);
    await commit;
    allCommits.delete(commit);
    leave();
  });
  running.set(step.name, { key, share, ended, stop });
  underway.set(key, { run, share, stop, ended: kept });
}

function endOf(run: Run, seconds: number): RunEndEvent {
  const states = [...run.outcomes.values()].map((outcome) => outcome.state);
  const count = (...wanted: readonly string[]): number => states.filter((state) => wanted.includes(state)).length;
  const failed = count('failed');
  const error = run.stopped?.reason === 'refused' ? run.stopped.error : storeErrorOf(run);
  const complete = failed === 0 && error === undefined;
  return {
    time: timestamp(),
    event: 'run-end',
    state: run.stopped?.reason === 'cancelled' || run.stopped?.reason === 'refused' ? 'cancelled' : complete ? 'done' : 'failed',
    seconds,
    ran: count('ran'),
    cached: count('cached', 'cut-off'),
    failed,
    skipped: count('skipped'),
    ...(error === undefined ? {} : { error }),
  };
}

function storeErrorOf(run: Run): Diagnostic | undefined {
  const error = run.stopped?.reason === 'failure' ? run.stopped.error : undefined;
  return error instanceof StoreError ? error.diagnostic : undefined;
}

function isDamaged(run: Run): boolean {
  const errors = [storeErrorOf(run), ...[...run.outcomes.values()].map((outcome) => outcome.error)];
  return errors.some((error) => error?.code === 'store-damaged');
}
