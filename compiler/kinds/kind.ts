import type { Code, DeclarationKeyword, Parameters, Related, Span } from '../../grammar/index.ts';
import type { JsonObject } from '../json.ts';
import type { AnswerTo, KindNeed } from '../needs.ts';
import type { Guarantee, LearnedSize, PackageRef, PlanInput, PlanOutput, PlanQuery, RootFile } from '../plan/plan.ts';
import type { ModelType, SplitType, ValueType } from '../types.ts';
import type { RunContext, RunResult } from './run.ts';
import type { RecordSchema } from './schema.ts';

/**
 * One step kind of the language: everything that the compiler and the runtime know of it. Kinds are plain records in
 * an immutable registry that is passed as an argument; importing one has no effect.
 */
export interface Kind {
  readonly name: string;
  /** Absent for kinds that no declaration can name: steps that others imply. */
  readonly keyword?: DeclarationKeyword;
  /** Changes whenever the same inputs and parameters would give another result. */
  readonly version: number;
  /** The first sentence says what it is for. */
  readonly doc: string;
  /** A pipeline that compiles and shows the kind in use. */
  readonly example: string;
  readonly inputs: readonly InputSpec[];
  readonly params: RecordSchema;
  /** Parameters that change no result and are in no key. */
  readonly unkeyed?: readonly string[];
  /**
   * The engine whose version is part of what the step does: `duckdb`, or one of `mlp.lock`. Of several, it is the first
   * that the lock has for this platform.
   */
  readonly engine?: string | readonly string[];
  /** Whether that is for training alone: its models are asked without it. */
  readonly engineTrainsOnly?: boolean;
  readonly seeded: boolean;
  readonly guarantee: Guarantee;
  /** Whether it computes with `Math.exp` and its like, whose last digit may differ between versions of Node. */
  readonly arithmetic?: boolean;
  /** Whether it makes use of one thread only, or of as many as its parameter `workers` says, so that others may have the rest. */
  readonly sequential?: boolean;
  /** The npm package that it comes from, and the digest of the package's code; set when it is loaded. */
  readonly package?: PackageRef;
  /**
   * The type of its value. `undefined` when an answer to `context.ask` is still missing or an error was reported.
   * Pure; it may be called again with more answers.
   */
  readonly infer: (context: InferContext) => Inferred | undefined;
  /** Makes its artifacts, in a worker process; loads engines lazily. */
  readonly run: (context: RunContext) => Promise<RunResult>;
}

/** One input of a kind, given by position: what it is called and what it accepts. */
export interface InputSpec {
  readonly name: string;
  readonly accepts: readonly InputType[];
  /** Whether it takes one or more. */
  readonly many?: boolean;
  /** Whether it may be left out; what stands after it may be, too. */
  readonly optional?: boolean;
  readonly doc: string;
}

/** `file` is a string that names files, `sql` one that is a query; the rest are types of values. */
export type InputType = 'file' | 'sql' | ValueType['kind'];

/** What a kind's `infer` is given: the declaration, its inputs, and ways to ask, look up and report. */
export interface InferContext {
  readonly name: string;
  /** The file of the declaration. */
  readonly file: string;
  readonly span: Span;
  /** Checked against the kind's schema, defaults filled in. */
  readonly params: JsonObject;
  readonly inputs: readonly InferInput[];
  readonly machine: Machine;
  /** Versions of the engines, by name, with the backend behind a blank where there are several. */
  readonly engines: Readonly<Record<string, string>>;
  /** Every declared table in scope, by its lower-cased name, for references inside SQL; asking makes it an input. */
  readonly table: (name: string) => TableLookup;
  /** A kind that the file can name, for parameters that name kinds. */
  readonly kind: (name: string) => Kind | undefined;
  readonly ask: <N extends KindNeed>(need: N) => AnswerTo<N> | undefined;
  readonly report: <C extends Code>(code: C, at: Span, parameters: Parameters<C>, related?: readonly Related[]) => void;
  /** Where a parameter stands: `['encode', 'origin']`; the nearest that exists, for a default. */
  readonly spanOf: (path: readonly (string | number)[], part?: 'key' | 'value') => Span;
}

/** What of the machine a result may depend on. */
export interface Machine {
  /** What native code rounds by, such as `linux-x64 glibc-2.36 fma`. */
  readonly platform: string;
  readonly processor: string;
  /** How JavaScript rounds `Math.exp` and its like. */
  readonly arithmetic: string;
}

/** What a name inside SQL stands for. */
export type TableLookup =
  | { readonly found: 'table'; readonly name: string; readonly type: ValueType; /** Of its declaration. */ readonly span?: Span }
  /** What a loop made, not one of its members; these are called so in SQL. */
  | { readonly found: 'collection'; readonly name: string; readonly members: readonly string[] }
  /** Declared, and not yet inferred, or wrong itself: say nothing more. */
  | { readonly found: 'pending' }
  /** With every name that could have been meant. */
  | { readonly found: 'nothing'; readonly candidates: readonly string[] };

/** An argument of a declaration, bound to the input of the kind that `slot` names. */
export type InferInput = ValueInput | TextInput;

/** A reference to a declaration or a part of it. */
export interface ValueInput {
  readonly kind: 'value';
  readonly slot: string;
  readonly span: Span;
  /** As written: `parts.train`. */
  readonly text: string;
  readonly step: string;
  readonly part: string;
  readonly type: ValueType;
  /** The kind of the declaration. */
  readonly maker: Pick<Kind, 'name' | 'seeded'>;
}

/** A string, with params already put in: into SQL as literals. */
export interface TextInput {
  readonly kind: 'text';
  readonly slot: string;
  readonly span: Span;
  readonly text: string;
  /** Where an offset of the text stands in the file. */
  readonly at: (offset: number) => number;
}

/** What a kind says of one declaration: its type, what it reads, and what differs from the kind in general. */
export interface Inferred {
  readonly type: ValueType;
  /** Parts beside the value itself, by name. */
  readonly parts?: Readonly<Record<string, ValueType>>;
  /** Parts that it has not and could have, each with what would give them. */
  readonly absent?: Readonly<Record<string, string>>;
  readonly roots?: readonly RootFile[];
  /** Columns read of the table behind an input, by slot; absent: all of them. */
  readonly reads?: Readonly<Record<string, readonly string[]>>;
  /** Tables read that are not among the declared inputs (SQL names them in its text), in order. */
  readonly tables?: readonly { readonly slot: string; readonly step: string; readonly columns: readonly string[] }[];
  /** Declared inputs, by slot, whose content is not read: only what is made of them. */
  readonly unread?: readonly string[];
  /** Inputs beside those that the declared ones stand for. */
  readonly more?: readonly PlanInput[];
  /** Steps that this one needs and no declaration names; their value arrives under `slot`. */
  readonly implied?: readonly ImpliedStep[];
  /** Parts of the fingerprint beside the parameters, or in place of one (`sql`). */
  readonly identity?: Readonly<Record<string, string>>;
  /** Where it is weaker than the kind's own. */
  readonly guarantee?: Guarantee;
  /** Parameters as the run gets them, where inference completed them. */
  readonly params?: JsonObject;
  /** For networks. */
  readonly learns?: LearnedSize;
  /** For kinds that are a query; `run` finds it in the step. */
  readonly query?: PlanQuery;
}

/** A step that a declaration needs and that no other declares. */
export type ImpliedStep = StepMaking | SplitRecut | ModelRefit | ModelVariant;

/** A step of any kind: `NAME.name` of the declaration `NAME`. */
export interface StepMaking extends Pick<Inferred, 'identity' | 'guarantee'> {
  readonly does: 'make';
  /** Where its value arrives; absent if only other implied steps read it. */
  readonly slot?: string;
  readonly name: string;
  readonly kind: string;
  readonly params: JsonObject;
  readonly inputs: readonly PlanInput[];
  /** What it needs itself, beside its inputs. */
  readonly implied?: readonly ImpliedStep[];
  readonly outputs: readonly PlanOutput[];
}

/** What deals the rows of a split out in another way: a kind that reads it as `parts`, and of its table some columns. */
export interface Recutting {
  readonly kind: string;
  readonly params: JsonObject;
  readonly columns: readonly string[];
}

/** A split as it is in a fold. */
export interface SplitRecut {
  readonly does: 'recut';
  readonly slot: string;
  readonly from: SplitType;
  /** From 1. */
  readonly fold: number;
  readonly split: Recutting;
}

/** A model fitted again in a fold, with all that stands between it and its split, on the same rows dealt out in another way. */
export interface ModelRefit {
  readonly does: 'refit';
  readonly slot: string;
  readonly model: ModelType;
  /** From 1; what is random in it differs by that. */
  readonly fold: number;
  readonly split: Recutting;
}

/** A model fitted once more on the same features: with other random numbers, and where `split` says so on other rows. */
export interface ModelVariant {
  readonly does: 'vary';
  readonly slot: string;
  readonly model: ModelType;
  /** What people see of it: `seed`, `sample`. */
  readonly label: string;
  /** From 1; what is random differs by that from the model, which itself is the first where rows do not differ. */
  readonly number: number;
  readonly split?: Recutting;
}

/** The kinds of the language, by name. */
export type Registry = ReadonlyMap<string, Kind>;
