/** A parameter of an engine's, as its documentation describes it. */
export interface TrainerParameter {
  readonly name: string;
  /** Other names that may be written for it. */
  readonly aliases: readonly string[];
  readonly type: ParameterType;
  /** What the engine takes when nothing is said; absent where it depends on objective or data. */
  readonly default?: number | boolean | string;
  readonly doc: string;
}

/** What values a parameter takes. */
export type ParameterType =
  | ({ readonly kind: 'number' | 'integer' } & NumberRange)
  | { readonly kind: 'boolean' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** By feature: −1 decreasing, 0 free, 1 increasing. */
  | { readonly kind: 'monotone' }
  /** Groups of features that may meet in a tree. */
  | { readonly kind: 'interactions' };

/** Bounds, as JSON Schema names them. */
export interface NumberRange {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** What a model is trained to predict. */
export type TrainerTask = 'binary' | 'multiclass' | 'regression' | 'ranking';

/** Values of an engine's parameters, by its own names. */
export type EngineParameters = Readonly<Record<string, string | number | boolean>>;

/** No less than 0. */
export const NOT_NEGATIVE: NumberRange = { minimum: 0 };
/** More than 0, up to 1. */
export const SHARE: NumberRange = { exclusiveMinimum: 0, maximum: 1 };
/** From 0 to 1. */
export const PROBABILITY: NumberRange = { minimum: 0, maximum: 1 };

/** A parameter that is a number. */
export function numberParameter(name: string, preset: number | undefined, range: NumberRange, doc: string, aliases: readonly string[] = []): TrainerParameter {
  return { name, aliases, type: { kind: 'number', ...range }, ...(preset === undefined ? {} : { default: preset }), doc };
}

/** A parameter that is a whole number. */
export function integerParameter(name: string, preset: number, range: NumberRange, doc: string): TrainerParameter {
  return { name, aliases: [], type: { kind: 'integer', ...range }, default: preset, doc };
}

/** A parameter that is on or off. */
export function flagParameter(name: string, preset: boolean, doc: string): TrainerParameter {
  return { name, aliases: [], type: { kind: 'boolean' }, default: preset, doc };
}

/** A choice whose first value is the default. */
export function choiceParameter(name: string, values: readonly [string, ...string[]], doc: string): TrainerParameter {
  return { name, aliases: [], type: { kind: 'enum', values }, default: values[0], doc };
}
