import type { JsonObject } from '../compiler/json.ts';
import type { Digest } from '../compiler/plan/artifact.ts';
import type { Diagnostic } from '../grammar/diagnostics/diagnostic.ts';

/** What happens in a run, as plain data in the order in which it happens: terminal, `--json` and journal only read. */
export type RunEvent = PlanEvent | StepWaitingEvent | StepStartEvent | StepProgressEvent | StepEndEvent | RunEndEvent;

interface EventBase {
  /** When, as ISO 8601 in UTC. */
  readonly time: string;
}

/** Always the first event. */
export interface PlanEvent extends EventBase {
  readonly event: 'plan';
  readonly run: string;
  readonly pipeline: string;
  readonly file: string;
  /** Every step of the plan. */
  readonly steps: readonly PlannedStep[];
  /** The steps that were asked for, where it was not all: the plan has only what they need. */
  readonly targets?: readonly string[];
  /** What its user calls the run: its results are not collected. */
  readonly label?: string;
}

/** A step as the plan has it: what a later plan is compared with. */
export interface PlannedStep {
  readonly name: string;
  readonly keyword: string;
  readonly kind: string;
  readonly fingerprint: Digest;
  /** The query as its author wrote it, for steps that are one: what a later plan shows as the old one. */
  readonly text?: string;
  /** Seconds that it was expected to take, if it has to run. */
  readonly expected?: number;
  /** The steps that it reads, by slot: so that its record's parts, which name slots, can be told in names. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The files from outside that it reads, in order, from the project's folder. */
  readonly files?: readonly string[];
}

/** A step is not begun, for another program is making what it makes. It is used when it is there, or else made here. */
export interface StepWaitingEvent extends EventBase {
  readonly event: 'step-waiting';
  readonly name: string;
  readonly key: Digest;
}

/** A step was given to a worker. Cached ones have no such event. */
export interface StepStartEvent extends EventBase {
  readonly event: 'step-start';
  readonly name: string;
  readonly key: Digest;
  readonly threads: number;
}

/** How far a running step is: what its kind tells of. */
export interface StepProgressEvent extends EventBase {
  readonly event: 'step-progress';
  readonly name: string;
  readonly phase?: string;
  readonly round?: number;
  readonly rounds?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * `cut-off` is `cached`, found out only after a step above it had run. A check that does not pass has `failed`.
 */
export type StepState = 'ran' | 'cached' | 'cut-off' | 'failed' | 'skipped';

/** One for each step that the run needs, cached ones too. */
export interface StepEndEvent extends EventBase {
  readonly event: 'step-end';
  readonly name: string;
  readonly state: StepState;
  readonly seconds: number;
  /** The digest of each part's manifest. */
  readonly outputs: Readonly<Record<string, Digest>>;
  /** Absent where the inputs could not be made. */
  readonly key?: Digest;
  readonly warnings?: readonly string[];
  readonly findings?: readonly JsonObject[];
  readonly error?: Diagnostic;
  /** Where an unexpected failure came from, for `--debug`. */
  readonly stack?: string;
}

/** How a run ended. A step that failed, or a check that did not pass, makes it `failed`. */
export type RunState = 'done' | 'failed' | 'cancelled';

/** Always the last event: everything that finished is on the disk. */
export interface RunEndEvent extends EventBase {
  readonly event: 'run-end';
  readonly state: RunState;
  readonly seconds: number;
  readonly ran: number;
  /** `cached` and `cut-off`. */
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  /** A failure of the store, which ends the run, or why it was not to go on. */
  readonly error?: Diagnostic;
}
