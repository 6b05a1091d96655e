import type { Diagnostic } from '../../grammar/index.ts';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import type { Guarantee, Plan, PlanStep } from '../../compiler/plan/plan.ts';
import type { Preview, StepPreview } from '../../compiler/plan/preview.ts';
import type { PlanBasis } from '../../compiler/plan/saved-plan.ts';
import type { TableTest } from '../../compiler/tests/table-test.ts';
import type { TestOutcome } from '../../runtime/engines/duckdb/run-test.ts';
import type { DuckDBHelper } from '../../runtime/duckdb-helper.ts';
import type { FetchProgress } from '../../runtime/providers/ensure-provider.ts';
import type { JobOutcome } from '../../runtime/scheduler/pool.ts';
import type { Difference } from '../../runtime/verify/find-difference.ts';
import type { RunEvent } from '../../runtime/events.ts';
import type { Files } from '../../runtime/store/files.ts';
import type { Store } from '../../runtime/store/store.ts';
import type { ActionRecord } from '../../runtime/store/record.ts';

/** What the commands share: a project's folder, its store, lock and caches, with the compiler and runtime wired to them. */
export interface SessionOptions {
  /** Where the command was started, or `-C DIR`. */
  readonly folder: string;
  /** `--store DIR`; absent: `.mlp/store` in the project's folder. */
  readonly store?: string;
  readonly params: Readonly<Record<string, string>>;
  readonly targets: readonly string[];
  /** The program of worker processes, where it does not lie beside this one: for tests. */
  readonly worker?: string;
  /** Stands in for the file system in tests. */
  readonly files?: Files;
  /**
   * Whether steps will be run, and how often: a first worker is then started as soon as something new is seen, and for
   * `often` workers are kept between runs. Absent: the command only looks.
   */
  readonly work?: 'once' | 'often';
}

/** A project opened for one command; `close` lets go of what it has started. */
export interface Session {
  /** The nearest folder upwards with `mlp.lock` or `package.json`; else the folder itself. */
  readonly project: string;
  /** The folder of the store, there or not. */
  readonly storeFolder: string;
  /** Compiles a file; `plan` is absent when there are errors. */
  readonly compile: (file: string) => Promise<Compiled>;
  /** What the pipeline of a file is called, also when it does not compile. Throws a `SessionError` if it cannot be read. */
  readonly pipelineOf: (file: string) => Promise<string>;
  /**
   * The state of every step of a plan. Damaged records are a `StoreError`; before an apply, with `mend`, they are moved
   * aside, so that what they held is made again, and told of.
   */
  readonly preview: (plan: Plan, mend?: { readonly onDamage: (damage: Diagnostic) => void }) => Promise<Preview>;
  /** Applies a plan as previewed. Throws a `SessionError` when something that it needs is missing: nothing was run then. */
  readonly apply: (preview: Preview, options: ApplyOptions) => Promise<ApplyResult>;
  /** Runs a test of a file in a helper process; it reads and writes no file. */
  readonly test: (test: TableTest) => Promise<TestOutcome>;
  /** Predicts the rows of a file in a worker process. Throws a `SessionError` when something that it needs is missing. */
  readonly predict: (preview: Preview, request: PredictRequest) => Promise<JobOutcome>;
  /** Runs steps again, beside the store, and compares. Throws a `SessionError` when something that it needs is missing. */
  readonly verify: (preview: Preview, request: VerifyRequest) => Promise<readonly VerifiedStep[]>;
  /** How the columns that a step reads differ from those of the last apply, by the parts of its reasons, as far as the store can tell. */
  readonly compareInputs: (preview: Preview, one: StepPreview) => Promise<ReadonlyMap<string, ChangedColumn>>;
  /** What an apply has made of a step, if it is there and of this plan. */
  readonly find: (preview: Preview, name: string) => Promise<Found>;
  /** DuckDB, in a process of its own: this one loads no native library. */
  readonly duckdb: Pick<DuckDBHelper, 'ask'>;
  readonly openStore: () => Promise<Store>;
  /** Gets ready, in the background, for questions that come later. */
  readonly warm: () => void;
  /** Resolves when every result that is there is on the disk: a preview after it knows of all of them. */
  readonly settled: () => Promise<void>;
  /** Stops the steps under way whose keys are not wanted any more. */
  readonly keepWanted: (wanted: ReadonlySet<string>) => void;
  /** Whether a file is as an apply of this session wrote it, or would: nothing has changed then. */
  readonly isOurs: (path: string) => boolean;
  readonly close: () => Promise<void>;
}

/** What compiling a file gave: its plan, and everything found on the way. */
export interface Compiled {
  readonly plan?: Plan;
  /** What the plan was made from, beside the files that its steps read; there when it is. */
  readonly basis?: PlanBasis;
  readonly tests: readonly TableTest[];
  readonly diagnostics: readonly Diagnostic[];
  /** The texts of the files that diagnostics point into. */
  readonly textOf: (file: string) => string | undefined;
  /** What was looked at outside the store, there or not: absolute paths, and the folders in which globs were resolved. */
  readonly reads: ReadonlySet<string>;
}

/** The limits of an apply, and who listens to it. A limit that is absent follows from the machine. */
export interface ApplyOptions {
  /** Steps at once. */
  readonly jobs?: number;
  /** Processor threads in all. */
  readonly threads?: number;
  /** Bytes in all. */
  readonly memory?: number;
  /** What the user calls the run. */
  readonly label?: string;
  readonly onEvent: (event: RunEvent) => void;
  /** Fetching an engine: what, and how far. */
  readonly onFetch?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
  /** Another apply of this session follows: nothing more is started, and what is under way goes on until `keepWanted`. */
  readonly replaced?: AbortSignal;
  /** Asked once, when nothing that the apply could find is collected any more and nothing is settled yet: why it is not to go on. */
  readonly refuse?: () => Promise<Diagnostic | undefined>;
}

/** What is to be predicted. Paths are absolute. */
export interface PredictRequest {
  /** The step of the model. */
  readonly model: string;
  readonly input: string;
  /** The file to be made. */
  readonly out: string;
  /** The step of the source whose files the rows are like; without it they are like the table that was split. */
  readonly from?: string;
  readonly threads?: number;
  /** How many rows are done. */
  readonly onRows?: (rows: number) => void;
  readonly onFetch?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
}

/** Which steps are run again, and how. */
export interface VerifyRequest {
  /** By name; those that are run in place of others, or inside of them, are not made on their own. */
  readonly steps: ReadonlySet<string>;
  /** Steps at once, each in a process of its own. */
  readonly jobs: number;
  /** Of a step; absent: another number than its result was made with. */
  readonly threads?: number;
  /** Each step as soon as it is done. */
  readonly onStep: (step: VerifiedStep) => void;
  readonly onFetch?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal;
}

/** What came of running a step again. */
export interface VerifiedStep {
  readonly name: string;
  readonly kind: string;
  readonly guarantee: Guarantee;
  /** `not-made`: there is nothing to compare with; `not-compared`: the step promises no equal bytes. */
  readonly state: 'same' | 'different' | 'failed' | 'not-made' | 'not-compared';
  /** With which it was run now, and with which its result was made, where a journal tells. */
  readonly threads?: number;
  readonly madeWith?: number;
  readonly seconds?: number;
  /** The first difference of each part that is not the same. */
  readonly differences?: readonly PartDifference[];
  readonly error?: Diagnostic;
}

/** Where a part of a step's result differs first. */
export interface PartDifference extends Difference {
  readonly part: string;
}

/** How a column differs from what it was: in how many of its rows, and the first of them, counted from 1. */
export interface ChangedColumn {
  readonly differ: number;
  readonly of: number;
  readonly first?: { readonly row: number; readonly before: string | null; readonly after: string | null };
}

/** How an apply ended. Counts are of steps. */
export interface ApplyResult {
  readonly state: 'done' | 'failed' | 'cancelled';
  readonly seconds: number;
  readonly ran: number;
  readonly cached: number;
  readonly failed: number;
  /** Whether damage of the store was met on the way. */
  readonly damaged: boolean;
  /** Whether it was not to go on: then nothing was run. */
  readonly refused: boolean;
  /** Records of the steps that are there now, by name. */
  readonly records: ReadonlyMap<string, ActionRecord>;
}

/** What an apply has made of a step, by name, or why there is nothing to show. */
export type Found =
  | { readonly found: true; readonly step: PlanStep; readonly record: ActionRecord; readonly artifact: (part: string) => Artifact | undefined }
  /** No step is called so; `known` has the names of those that there are. */
  | { readonly found: false; readonly reason: 'unknown'; readonly known: readonly string[] }
  /** Not made yet, or made of something else. */
  | { readonly found: false; readonly reason: 'not-made'; readonly step: PlanStep };

/** What a command needs is missing or wrong; nothing was run. */
export class SessionError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join('; '));
    this.name = 'SessionError';
    this.diagnostics = diagnostics;
  }
}
