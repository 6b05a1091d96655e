import type { Artifact, Digest } from '../../compiler/plan/artifact.ts';
import type { StepKey } from '../../compiler/plan/keys.ts';
import type { Plan, PlanStep } from '../../compiler/plan/plan.ts';
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { RunEvent, StepState } from '../events.ts';
import type { ActionRecord, RecordedOutput } from '../store/record.ts';
import type { Stage } from '../store/stage.ts';
import type { Store } from '../store/store.ts';
import type { Capacity, Share } from './shares.ts';
import type { Workshop } from './workshop.ts';

/** The key of a step whose inputs are known: `artifacts` has one for each of the step's inputs, in their order. */
export type ResolveKey = (step: PlanStep, artifacts: readonly Artifact[]) => StepKey;

/** What a run is given: a plan, where its results go, and what it may take of the machine. */
export interface RunPlanOptions extends Capacity {
  readonly plan: Plan;
  /** Opened for writing. */
  readonly store: Store;
  /** The project's folder, from which packages of kinds are looked up. */
  readonly project: string;
  /** The project's cache folder, for checkpoints. */
  readonly cache: string;
  /** Where its steps are made. It is its opener's to close. */
  readonly workshop: Workshop;
  readonly resolveKey: ResolveKey;
  /** Where the engines lie that a step's kind asks for. A `StepError` is that step's failure. */
  readonly engines?: (step: PlanStep) => Promise<Readonly<Record<string, string>>>;
  /** The credential that a variable holds; without it, there are none. */
  readonly secretOf?: (variable: string) => string | undefined;
  /** The digest of a file as it is now; without it, files from outside are taken to be as the plan says. */
  readonly digestOf?: (path: string) => Promise<Digest>;
  /** The most threads that a step can make use of; all, unless given. */
  readonly maxThreads?: (step: PlanStep) => number;
  /** Seconds that a step is expected to take; one for each, unless given. */
  readonly cost?: (step: PlanStep) => number;
  /** Names of steps; all that the plan has, unless given. */
  readonly targets?: readonly string[];
  /** What its user calls the run. */
  readonly label?: string;
  readonly onEvent: (event: RunEvent) => void;
  /** Cancels the run: its workers are killed at once, what has finished is kept. */
  readonly signal?: AbortSignal;
  /** Another run follows: nothing more is started, and what is under way goes on until the workshop stops it. */
  readonly replaced?: AbortSignal;
  /** Asked once, when nothing that the run could find is collected any more and nothing is settled yet: why it is not to go on. */
  readonly refuse?: () => Promise<Diagnostic | undefined>;
}

/** How a step ended. */
export interface StepOutcome {
  readonly state: StepState;
  readonly key?: Digest;
  /** What it made, or what was recorded; for a check that did not pass too. */
  readonly outputs?: Readonly<Record<string, RecordedOutput>>;
  readonly error?: Diagnostic;
  /** For `failed` and `skipped`: the step whose failure it goes back to. */
  readonly because?: string;
}

/** A run under way. */
export interface Run {
  readonly options: RunPlanOptions;
  /** The steps that are needed, in an order in which they could run. */
  readonly steps: readonly PlanStep[];
  /** By name: the steps that have to end well before. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  readonly cost: (step: PlanStep) => number;
  readonly urgency: ReadonlyMap<string, number>;
  readonly emit: (event: RunEvent) => void;
  readonly stage: Stage;
  readonly outcomes: Map<string, StepOutcome>;
  /** Steps with no result yet whose inputs are known. */
  readonly ready: Map<string, StepKey>;
  readonly running: Map<string, RunningStep>;
  /** Keys of ready steps that another program is making: they are not started, but looked for again. */
  readonly elsewhere: Set<Digest>;
  /** Those keys of which it was told that another program is making them. */
  readonly awaited: Set<Digest>;
  /** By key: what was made in this run, on the disk or on its way there. */
  readonly made: Map<Digest, ActionRecord>;
  /** By key: results on their way to the disk. */
  readonly commits: Map<Digest, Promise<void>>;
  /** Why the run stops before its end. */
  stopped:
    | { readonly reason: 'cancelled' }
    | { readonly reason: 'refused'; readonly error: Diagnostic }
    | { readonly reason: 'failure'; readonly error: unknown }
    | undefined;
  /** Resolves when the run is stopped. */
  readonly halted: { readonly promise: Promise<void>; readonly resolve: () => void };
}

/** A step in a worker; `ended` resolves when it has left it, however it went. */
export interface RunningStep {
  readonly key: Digest;
  readonly share: Share;
  readonly ended: Promise<void>;
  readonly stop: () => void;
}

/** Stops a run: nothing new is started. The first reason stays. */
export function haltRun(run: Run, reason: NonNullable<Run['stopped']>): void {
  run.stopped ??= reason;
  run.halted.resolve();
}

/** Stops a run and the steps that it is making. */
export function stopRun(run: Run, reason: NonNullable<Run['stopped']>): void {
  haltRun(run, reason);
  for (const step of run.running.values()) step.stop();
}

/** The time of an event. */
export function timestamp(): string {
  return new Date().toISOString();
}
