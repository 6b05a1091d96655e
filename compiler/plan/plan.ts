import type { Position, Span } from '../../grammar/span.ts';
import type { JsonObject } from '../json.ts';
import type { Column } from '../types.ts';
import type { Digest } from './artifact.ts';

/** Changes whenever the meaning of the fields below does. */
export const PLAN_VERSION = 1;

/** Which equality two runs of a step promise: the same bytes, the same on one platform, or the same in distribution. */
export type Guarantee = 'bitwise' | 'platform' | 'statistical';

/** What the compiler makes of a file: plain data, steps in an order in which they could run. */
export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly pipeline: string;
  readonly file: string;
  readonly doc?: string;
  readonly steps: readonly PlanStep[];
}

/** One step: what it does, what it reads, and what it leaves. */
export interface PlanStep {
  readonly name: string;
  readonly keyword: string;
  /** The kind from the registry. */
  readonly kind: string;
  readonly doc?: string;
  readonly place: Place;
  /** Encoded parameters with defaults filled in, keys that change no result included. */
  readonly params: JsonObject;
  readonly inputs: readonly PlanInput[];
  /** Files from outside, in order. Their paths are in no key, their digests are. */
  readonly roots: readonly RootFile[];
  readonly outputs: readonly PlanOutput[];
  /** Checks that have to pass before this step may be used. They are in no key. */
  readonly after: readonly string[];
  readonly guarantee: Guarantee;
  readonly engine?: EngineRef;
  /** Where the kind comes from, unless it is one of the standard library. */
  readonly package?: PackageRef;
  /** What the step does, by parts (`kind`, `kind-version`, `engine`, `package`, `platform`, `seed`, `sql`, `param:KEY`): the fingerprint's preimage. */
  readonly identity: Readonly<Record<string, string>>;
  readonly fingerprint: Digest;
  /** For steps that are a query: what is run. */
  readonly query?: PlanQuery;
  /** Of networks: how large they will be. */
  readonly learns?: LearnedSize;
  /** The step whose query contains this one's; this step is made only when it is asked for by name. */
  readonly fusedInto?: string;
  /** Shared by steps that are one thing several times over, such as a model in each fold: people see them on one line. */
  readonly group?: string;
  /** The step that does the same on the same inputs, and is run in place of this one. */
  readonly sameAs?: string;
}

/** How large a model will be, as far as the compiler knows its inputs. */
export interface LearnedSize {
  /** Numbers that training finds. */
  readonly parameters: number;
  /** What these take in memory with what training keeps beside them, and with the values and gradients of one batch. */
  readonly bytes: number;
  /** Whether it is no less than that and no more: columns of categories, and classes, are counted when it runs. */
  readonly exact: boolean;
}

/** A step's query, in DuckDB's SQL. */
export interface PlanQuery {
  /** As the author wrote it, params put in. */
  readonly text: string;
  /** With a total order of rows at its end. */
  readonly ordered: string;
  /** The names that its tables have in the text, in the order of the step's inputs. */
  readonly tables: readonly string[];
  /** Whether each of its rows is made from one row of its one table, in order. */
  readonly rowwise: boolean;
  /** Whether threads can change no value. */
  readonly parallel: boolean;
}

/** Where in the pipeline's file something stands, for messages at run time. */
export interface Place {
  readonly span: Span;
  readonly start: Position;
}

/** An engine in the version that the plan was made for: another version is another step. */
export interface EngineRef {
  readonly name: string;
  readonly version: string;
}

/** A way in which content flows into a step. */
export interface PlanInput {
  /**
   * The input's role: its name among the kind's inputs, with `[i]` where there are several, the part's name
   * where that is not the whole, and `.table`, `.split` for what it stands on.
   */
  readonly slot: string;
  readonly step: string;
  readonly part: string;
  /** The columns read, for a table. Absent: the whole value. */
  readonly columns?: readonly string[];
}

/** One part of what a step leaves, named `value` where it is the whole. */
export interface PlanOutput {
  readonly part: string;
  readonly type: 'table' | 'split' | 'features' | 'model' | 'report' | 'choice' | 'check' | 'measure';
  /** For tables. */
  readonly columns?: readonly Column[];
}

/** A file from outside of the store, as it was when the plan was made. `digest` is of its content. */
export interface RootFile {
  readonly path: string;
  readonly digest: Digest;
  readonly bytes: number;
}

/** An npm package of kinds, with the digest of its code. */
export interface PackageRef {
  readonly name: string;
  readonly digest: Digest;
}
