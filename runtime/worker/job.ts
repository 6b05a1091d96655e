import type { JsonObject } from '../../compiler/json.ts';
import type { Progress, RunInput } from '../../compiler/kinds/run.ts';
import type { BlobRef, Digest } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.ts';
import type { RecordedOutput } from '../store/record.ts';
import type { Secrets } from './secrets.ts';

/** One step to run: what the scheduler sends to a worker, one at a time. */
export interface Job {
  readonly step: PlanStep;
  readonly key: Digest;
  readonly inputs: readonly RunInput[];
  /** The project's folder, from which packages of kinds are looked up. */
  readonly project: string;
  /** The folder of the store, of the run's stage, and of the project's cache. */
  readonly store: string;
  readonly staging: string;
  readonly cache: string;
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  readonly engines: Readonly<Record<string, string>>;
  /** The credentials that the step's parameters name. They are written nowhere. */
  readonly secrets: Secrets;
}

/** What a worker sends while it works; `done` and `failed` end the job. */
export type WorkerMessage = ProgressMessage | DoneMessage | FailedMessage;

/** How far the job is. */
export interface ProgressMessage {
  readonly type: 'progress';
  readonly progress: Progress;
}

/** Blobs and manifests are staged. */
export interface DoneMessage {
  readonly type: 'done';
  readonly outputs: Readonly<Record<string, RecordedOutput>>;
  readonly blobs: readonly BlobRef[];
  readonly warnings: readonly string[];
  readonly statistics?: JsonObject;
  readonly seconds: number;
  /** Bytes. */
  readonly peakMemory: number;
}

/** Why the job failed: something that the author can mend, or, with a `stack`, something that no one foresaw. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly message: string;
  readonly hint?: string;
  /** For failures of the store, which have a wording of their own. */
  readonly diagnostic?: Diagnostic;
  /** For failures that no one foresaw. */
  readonly stack?: string;
  readonly seconds: number;
}
