import type { Json, JsonObject } from '../json.ts';
import type { Artifact, BlobRef, Digest } from '../plan/artifact.ts';
import type { PlanStep } from '../plan/plan.ts';

/** What a kind's `run` is given, in a worker process. Everything it reads comes through here; it has no other inputs. */
export interface RunContext {
  readonly step: PlanStep;
  readonly inputs: readonly RunInput[];
  /** The seed derived for this step, a decimal string of 64 bits; absent for kinds without randomness. */
  readonly seed?: string;
  /** Where a verified blob lies, for engines that read files themselves. */
  readonly blobPath: (digest: Digest) => Promise<string>;
  readonly readBlob: (digest: Digest) => Promise<Uint8Array>;
  /** A path in the run's staging folder for a file to be made; it ends with `extension`. */
  readonly temporaryFile: (extension: string) => string;
  /** Takes a file made at a path of `temporaryFile` into the store. */
  readonly putFile: (path: string) => Promise<BlobRef>;
  readonly putBytes: (bytes: Uint8Array) => Promise<BlobRef>;
  readonly progress: (progress: Progress) => void;
  /** The last checkpoint of an interrupted run of the same key, and where to leave the next. */
  readonly checkpoint: Checkpoints;
  /** What steps that read the same would work out again. No result may depend on whether it is there. */
  readonly kept: KeptBytes;
  readonly threads: number;
  /** Bytes of memory that the step should stay within. */
  readonly memory: number;
  /** Where the engines that the step's kind asks for lie, by name: a library or a folder. */
  readonly engines: Readonly<Record<string, string>>;
  /** The credential that a parameter of the schema `secret()` stands for. It must not be written anywhere. */
  readonly secret: (parameter: Json | undefined) => string;
}

/** The content of one of the step's inputs, as its manifest describes it. */
export interface RunInput {
  readonly slot: string;
  readonly part: string;
  readonly artifact: Artifact;
  /** The columns that the plan says are read, for a table. */
  readonly columns?: readonly string[];
}

/** How far a step is. All of it is only shown: no result depends on it. */
export interface Progress {
  /** What is going on, in a word or two: `reading`, `training`. */
  readonly phase?: string;
  readonly round?: number;
  readonly rounds?: number;
  /** Rows that are done. */
  readonly rows?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The state of a long run, in bytes that only its kind understands; `undefined` where none was saved. */
export interface Checkpoints {
  readonly load: () => Promise<Uint8Array | undefined>;
  readonly save: (bytes: Uint8Array) => Promise<void>;
}

/** Contents by names that say all that they follow from, in the project's cache: they may be gone at any time. */
export interface KeptBytes<B extends Uint8Array = Uint8Array> {
  /** A content that is whole. */
  readonly find: (name: string) => B | undefined;
  /** Keeps a content, if that can be, in place of those that were not used for longest. */
  readonly save: (name: string, content: Uint8Array) => Promise<void>;
  /** Bytes that a content may have at most. */
  readonly room: number;
}

/** What `run` returns: an artifact for each part that the plan names. */
export interface RunResult {
  readonly outputs: Readonly<Record<string, Artifact>>;
  /** Things a person should know that stop nothing: unseen categories, a metric that is not defined. */
  readonly warnings?: readonly string[];
  /** Figures of the run that belong into no artifact: rows read, seconds by phase. */
  readonly statistics?: JsonObject;
}

/** The failure of a step for a reason that its user can mend: said in their terms, without a stack trace. */
export class StepError extends Error {
  /** The way out, where one is known. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'StepError';
    this.hint = hint;
  }
}
