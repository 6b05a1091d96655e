import type { Span } from './span.ts';

/** A parsed file. Items that could not be understood at all are left out; their diagnostics stay. */
export interface Document {
  readonly kind: 'document';
  readonly span: Span;
  readonly items: readonly Item[];
  /** Every comment of the file in order, `///` included: what the formatter must keep. */
  readonly comments: readonly Comment[];
}

/** `// …` to the end of its line; with three slashes, the documentation of the item below. */
export interface Comment {
  readonly kind: 'comment';
  readonly span: Span;
  /** The text with its slashes. */
  readonly text: string;
  readonly doc: boolean;
}

/** What a file, or the body of a `for`, consists of. */
export type Item = PipelineItem | ParamItem | ImportItem | DeclarationItem | ForItem | TestItem;

/** An identifier where it stands. */
export interface Word {
  readonly kind: 'word';
  readonly span: Span;
  readonly text: string;
}

/** `pipeline name { seed: 1 }` */
export interface PipelineItem {
  readonly kind: 'pipeline';
  readonly span: Span;
  readonly doc?: string;
  readonly name: Word;
  readonly body: RecordValue;
}

/** `param name: type = default`; the type and the default are values. */
export interface ParamItem {
  readonly kind: 'param';
  readonly span: Span;
  readonly doc?: string;
  readonly name: Word;
  readonly type?: Value;
  readonly value?: Value;
}

/** `import { a as b, c } from "./x.mlp"`, or `import "npm:kinds"` with no names. */
export interface ImportItem {
  readonly kind: 'import';
  readonly span: Span;
  readonly names: readonly ImportedName[];
  readonly from: StringValue;
}

/** `a` or `a as b` */
export interface ImportedName {
  readonly kind: 'imported-name';
  readonly span: Span;
  readonly name: Word;
  readonly alias?: Word;
}

/** `keyword name = kind(inputs) { parameters }` */
export interface DeclarationItem {
  readonly kind: 'declaration';
  readonly span: Span;
  readonly doc?: string;
  readonly keyword: Word;
  readonly name: Word;
  /** The kind's name and its inputs. Inputs are values: references mostly, or strings such as a path or SQL. */
  readonly call: CallValue;
  readonly body?: RecordValue;
}

/** `for region in ["eu", "us"] { … }` */
export interface ForItem {
  readonly kind: 'for';
  readonly span: Span;
  readonly doc?: string;
  readonly variable: Word;
  readonly over: Value;
  readonly items: readonly Item[];
}

/** `test "name" { given table: [rows] expect table: [rows] }` */
export interface TestItem {
  readonly kind: 'test';
  readonly span: Span;
  readonly doc?: string;
  readonly title: StringValue;
  readonly clauses: readonly TestClause[];
}

/** `given table: [rows]` or `expect table["eu"]: [rows]` */
export interface TestClause {
  readonly kind: 'test-clause';
  readonly span: Span;
  readonly role: 'given' | 'expect';
  readonly table: WordValue | ReferenceValue;
  readonly rows: Value;
}

/** Whatever can stand where a value is wanted. What it means is decided by its place, after parsing. */
export type Value =
  | NumberValue
  | StringValue
  | BooleanValue
  | NoneValue
  | WordValue
  | InterpolationValue
  | ReferenceValue
  | CallValue
  | OptionalValue
  | RangeValue
  | ListValue
  | RecordValue;

/** A number with its sign and unit, one token: `-1_000`, `15%`, `20MB`. */
export interface NumberValue {
  readonly kind: 'number';
  readonly span: Span;
  /** As written, unit included: no digit is lost. */
  readonly text: string;
  /** The number before the unit; `70%` has 70. */
  readonly value: number;
  readonly unit?: Unit;
}

/** The units of numbers: a share, durations (`m` is minutes), and sizes by 1000 and by 1024. */
export type Unit = '%' | 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'B' | 'kB' | 'KB' | 'MB' | 'GB' | 'KiB' | 'MiB' | 'GiB';

/** A string in pieces; without interpolation there is at most one piece, a text. */
export interface StringValue {
  readonly kind: 'string';
  readonly span: Span;
  /** `"""…"""`: raw, with its common indent removed. */
  readonly raw: boolean;
  readonly pieces: readonly StringPiece[];
}

/** A part of a string: text, or a name whose value is put in. */
export type StringPiece = TextPiece | InterpolationValue;

/** Text after escapes are undone (or the indent removed); `span` is where it stands in the source. */
export interface TextPiece {
  readonly kind: 'text';
  readonly span: Span;
  readonly text: string;
}

/** `true` or `false` */
export interface BooleanValue {
  readonly kind: 'boolean';
  readonly span: Span;
  readonly value: boolean;
}

/** `none`: the explicit absence of a value. */
export interface NoneValue {
  readonly kind: 'none';
  readonly span: Span;
}

/** A bare word: an enum value, a column, a param, a declaration or a type, as its place decides. */
export interface WordValue {
  readonly kind: 'word-value';
  readonly span: Span;
  readonly text: string;
}

/** `${name}`: always a param or a loop variable. */
export interface InterpolationValue {
  readonly kind: 'interpolation';
  readonly span: Span;
  readonly name: Word;
}

/** `parts.train`, `gbm["eu"]`, `gbm[*]`, `gbm["eu"].x`: a word followed by at least one step. */
export interface ReferenceValue {
  readonly kind: 'reference';
  readonly span: Span;
  readonly name: Word;
  readonly path: readonly PathStep[];
}

/** One step from a name to a part of what it stands for. */
export type PathStep = MemberStep | IndexStep | EachStep;

/** `.train` */
export interface MemberStep {
  readonly kind: 'member';
  readonly span: Span;
  readonly name: Word;
}

/** `["eu"]`: the declaration that a loop made for this value. */
export interface IndexStep {
  readonly kind: 'index';
  readonly span: Span;
  readonly key: Value;
}

/** `[*]`: the declarations that a loop made, all of them. */
export interface EachStep {
  readonly kind: 'each';
  readonly span: Span;
}

/** `log_uniform(0.01..0.3)`: positional, then named arguments. */
export interface CallValue {
  readonly kind: 'call';
  readonly span: Span;
  readonly name: Word;
  readonly args: readonly Value[];
  readonly named: readonly Entry[];
}

/** A type that may be null: `int?`, `list(int?)?`. */
export interface OptionalValue {
  readonly kind: 'optional';
  readonly span: Span;
  readonly inner: Value;
}

/** Inclusive; either end may be left out, not both. */
export interface RangeValue {
  readonly kind: 'range';
  readonly span: Span;
  readonly low?: Value;
  readonly high?: Value;
}

/** `[a, b]` */
export interface ListValue {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly Value[];
}

/** `{ key: value, … }` */
export interface RecordValue {
  readonly kind: 'record';
  readonly span: Span;
  readonly entries: readonly Entry[];
}

/** `key: value`, or `key { … }`; in a call, a named argument. */
export interface Entry {
  readonly kind: 'entry';
  readonly span: Span;
  readonly key: Key;
  readonly value: Value;
}

/** An identifier or a string without interpolation. */
export interface Key {
  readonly kind: 'key';
  readonly span: Span;
  readonly text: string;
  readonly quoted: boolean;
}

/** Every node of the tree. */
export type Node =
  | Document
  | Item
  | ImportedName
  | TestClause
  | Value
  | TextPiece
  | Entry
  | Key
  | Word
  | PathStep
  | Comment;
