import type { DeclarationItem, Diagnostic, Document, ParamItem, Span, TestItem } from '../grammar/index.ts';
import type { JsonObject } from './json.ts';
import type { Inferred, InferInput, Kind } from './kinds/kind.ts';

/** After resolving: every name has one meaning, every declaration one kind. What could not be resolved is left out. */
export interface ResolvedProgram {
  readonly document: Document;
  readonly pipeline: { readonly name: string; readonly seed: number; readonly doc?: string };
  readonly params: readonly ParamItem[];
  /** In the order of the file. */
  readonly declarations: readonly ResolvedDeclaration[];
  readonly tests: readonly TestItem[];
}

/** A declaration whose name is its own and whose kind is known. */
export interface ResolvedDeclaration {
  readonly name: string;
  readonly item: DeclarationItem;
  readonly kind: Kind;
}

/** The value of a param, of its declared type. */
export interface BoundParam {
  readonly name: string;
  readonly type: ParamType;
  readonly value: ParamValue;
}

/** The types of params. What a list holds is checked when it is bound, and is not kept. */
export type ParamType = 'int' | 'float' | 'bool' | 'string' | 'list';

/** The value of a param: a share such as `70%` is 0.7, a list may hold lists. */
export type ParamValue = number | boolean | string | readonly ParamValue[];

/** The params of a program, by name. */
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
