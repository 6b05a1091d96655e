import type { DeclarationItem, Diagnostic, Document, ImportItem, Span, TestItem } from '../grammar/index.ts';
import type { JsonObject } from './json.ts';
import type { Inferred, InferInput, Kind, Registry } from './kinds/kind.ts';

/** After loading: every file that a pipeline is made of, and what it asks of the environment. */
export interface LoadedProgram {
  /** The one that is run comes first, each other once. */
  readonly files: readonly [LoadedFile, ...LoadedFile[]];
  /** The registry with the kinds of every package that a file imports. */
  readonly registry: Registry;
  readonly environment: Environment;
}

/** A file with what its imports stand for. */
export interface LoadedFile {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  /** The files that it imports, by their items; those that could not be read, or lead back to the file itself, are left out. */
  readonly imports: ReadonlyMap<ImportItem, LoadedFile>;
  /** The kinds that it can name. */
  readonly registry: Registry;
}

/** Variables of the environment, by name: each that the pipeline may ask for; `undefined` where it is not set. */
export type Environment = ReadonlyMap<string, string | undefined>;

/** After resolving: every name has one meaning, every declaration one kind. What could not be resolved is left out. */
export interface ResolvedProgram {
  readonly pipeline: { readonly name: string; readonly seed: number; readonly doc?: string };
  /** Names of the file that is run. */
  readonly scope: Scope;
  /** In the order of the files and in each of its lines; those in a loop once for each round, one round after another. */
  readonly declarations: readonly ResolvedDeclaration[];
  /** Steps that are wanted for themselves: those of the file that is run, and what it imports by name. */
  readonly wanted: ReadonlySet<string>;
  /** Of the file that is run; those in a loop once for each round. */
  readonly tests: readonly ResolvedTest[];
}

/** A test, in the scope in which it stands. */
export interface ResolvedTest {
  readonly item: TestItem;
  readonly scope: Scope;
  /** The rounds of the loops around it, as they are part of names: `.eu`. */
  readonly round: string;
}

/** A declaration whose name is its own and whose kind is known. */
export interface ResolvedDeclaration {
  /** The name of its step: in the file that is run as declared, `gbm.eu` in a loop, `base/legs` of another file. */
  readonly name: string;
  readonly item: DeclarationItem;
  readonly kind: Kind;
  readonly scope: Scope;
}

/** Where names are looked up: a file, or one round of a loop in it. */
export interface Scope {
  readonly file: string;
  /** The text of the file. */
  readonly source: string;
  /** Values that have a name: params of the file, what it imports of them, and loop variables. */
  readonly params: Params;
  readonly environment: Environment;
  /** The kinds that the file can name. */
  readonly kinds: Registry;
  /** What is declared right here, by lower-cased name. */
  readonly own: ReadonlyMap<string, Meaning>;
  readonly parent?: Scope;
}

/** What a declared name stands for. `name` is as declared in the file. */
export type Meaning = StepMeaning | CollectionMeaning | BrokenMeaning;

/** One declaration, by the name of its step. */
export interface StepMeaning {
  readonly kind: 'step';
  readonly name: string;
  readonly step: string;
}

/** The declarations that a loop made, by the loop's values as text, in their order. */
export interface CollectionMeaning {
  readonly kind: 'collection';
  readonly name: string;
  readonly members: ReadonlyMap<string, Meaning>;
}

/** Something that is wrong, which has been reported. */
export interface BrokenMeaning {
  readonly kind: 'broken';
  readonly name: string;
}

/** A value with a name, of its declared type. */
export interface BoundParam {
  readonly name: string;
  readonly type: ParamType;
  readonly value: ParamValue;
}

/** The types of params. */
export type ParamType =
  | { readonly kind: ScalarType; readonly nullable?: boolean }
  /** `item` is absent where nothing says what the list holds. */
  | { readonly kind: 'list'; readonly nullable?: boolean; readonly item?: ParamType };

/** Types of single values. */
export type ScalarType = 'int' | 'float' | 'bool' | 'string' | 'date' | 'timestamp';

/** The value of a param: a share such as `70%` is 0.7, a date its text, a list may hold lists. */
export type ParamValue = number | boolean | string | null | readonly ParamValue[];

/** Values by their names. */
export type Params = ReadonlyMap<string, BoundParam>;

/** After checking parameters: they are what the kind's schema says, with defaults. */
export interface CheckedDeclaration extends ResolvedDeclaration {
  readonly params: JsonObject;
  readonly spanOf: (path: readonly (string | number)[], part?: 'key' | 'value') => Span;
}

/** After inference: the type of every value, and what each step reads. */
export interface TypedDeclaration extends CheckedDeclaration {
  readonly inputs: readonly InferInput[];
  readonly inferred: Inferred;
}

/** A program in which everything has a type, ready to be lowered. */
export interface TypedProgram {
  readonly pipeline: ResolvedProgram['pipeline'];
  /** Each after what it reads; otherwise in the order of the file. */
  readonly declarations: readonly TypedDeclaration[];
}

/** Where phases leave what they find. */
export interface Findings {
  readonly add: (diagnostic: Diagnostic) => void;
}
