import type { DeclarationKeyword } from '../../grammar/index.ts';
import type { Json, JsonObject } from '../json.ts';

/**
 * Schemas of parameters: JSON Schema for the encoded values, as ajv checks it, with annotations (`x-…`) that say how a
 * bare word is to be understood in this place. Built by the functions below, which are all that a kind needs.
 *
 * Encoded values: a column is `{ "$column": name }`; a range `{ "$range": [low|null, high|null] }`; a typed constructor
 * `{ "$call": name, …arguments by name }`; a number with a unit `{ "$quantity": seconds|bytes, "unit": "s"|"B" }`; a
 * share such as `70%` is the number 0.7; a credential `{ "$secret": variable }`; words, texts, numbers, lists and records
 * are themselves.
 */
export interface ParamSchema {
  readonly [key: string]: unknown;
  readonly description?: string;
}

/** The schema of a record: its keys, each with the schema of its value. */
export interface RecordSchema extends ParamSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ParamSchema>>;
  readonly required?: readonly string[];
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** The bounds themselves are excluded. */
  readonly above?: number;
  readonly below?: number;
}

function bounds({ min, max, above, below }: Bounds): Record<string, number> {
  return {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(below === undefined ? {} : { exclusiveMaximum: below }),
  };
}

/** Gives a schema its documentation and, where it has one, its default. */
export function described(schema: ParamSchema, description: string, fallback?: unknown): ParamSchema {
  return { ...schema, description, ...(fallback === undefined ? {} : { default: fallback }) };
}

/** A whole number within limits. */
export function integer(limits: Bounds = {}): ParamSchema {
  return { type: 'integer', ...bounds(limits) };
}

/** A number within limits. */
export function number(limits: Bounds = {}): ParamSchema {
  return { type: 'number', ...bounds(limits) };
}

/** A number from 0 to 1, or within other limits, written `0.7` or `70%`. */
export function share(limits: Bounds = { min: 0, max: 1 }): ParamSchema {
  return { ...number(limits), 'x-unit': '%' };
}

/** `true` or `false`. */
export function boolean(): ParamSchema {
  return { type: 'boolean' };
}

/** A quoted text. */
export function text(): ParamSchema {
  return { type: 'string', 'x-text': true };
}

/**
 * A credential, written `secret("NAME")` and encoded as `{ "$secret": "NAME" }`: the name of the variable of the
 * environment that holds it. The value is in no plan, key or artifact; `RunContext.secret` gives it to the step.
 */
export function secret(): ParamSchema {
  return {
    type: 'object',
    properties: { $secret: { type: 'string' } },
    required: ['$secret'],
    additionalProperties: false,
    'x-secret': true,
  };
}

/** One of some bare words. */
export function word(...words: readonly string[]): ParamSchema {
  return { type: 'string', enum: words, 'x-words': words };
}

/** The literal `none`. */
export function none(): ParamSchema {
  return { type: 'null' };
}

/** A condition in SQL, in quotes. Params in it are values, never text. */
export function condition(): ParamSchema {
  return { type: 'string', 'x-text': true, 'x-condition': true };
}

/** A column of the kind's first input, or of the one of another name. The compiler checks that it exists. */
export function column(input?: string): ParamSchema {
  return {
    ...(input === undefined ? {} : { 'x-column-of': input }),
    type: 'object',
    properties: { $column: { type: 'string' } },
    required: ['$column'],
    additionalProperties: false,
    'x-column': true,
  };
}

/** A list of values of one schema. */
export function list(items: ParamSchema, limits: { readonly min?: number } = {}): ParamSchema {
  return { type: 'array', items, ...(limits.min === undefined ? {} : { minItems: limits.min }) };
}

/** A duration (`s`) or a size (`B`) with its unit. */
export function quantity(unit: 's' | 'B'): ParamSchema {
  return {
    type: 'object',
    properties: { $quantity: { type: 'number', minimum: 0 }, unit: { const: unit } },
    required: ['$quantity', 'unit'],
    additionalProperties: false,
    'x-quantity': unit,
  };
}

/** An inclusive range, either end of which may be left out. */
export function range(of: ParamSchema): ParamSchema {
  return {
    type: 'object',
    properties: { $range: { type: 'array', items: { anyOf: [of, { type: 'null', 'x-open-end': true }] }, minItems: 2, maxItems: 2 } },
    required: ['$range'],
    additionalProperties: false,
    'x-range': of,
  };
}

/** A typed constructor: its arguments, in the order in which they may be given without a name. */
export function call(name: string, args: Readonly<Record<string, ParamSchema>> = {}, required: readonly string[] = []): ParamSchema {
  return {
    type: 'object',
    properties: { $call: { const: name }, ...args },
    required: ['$call', ...required],
    additionalProperties: false,
    'x-call': name,
    'x-arguments': Object.keys(args),
  };
}

/**
 * A kind of a keyword that learns from features, by its name, with its parameters as named arguments: `logistic(C: 0.5)`.
 * Encoded as `{ "$kind": "logistic", "C": 0.5 }`, its defaults filled in.
 */
export function kindOf(keyword: DeclarationKeyword): ParamSchema {
  return { type: 'object', properties: { $kind: { type: 'string' } }, required: ['$kind'], 'x-kind': keyword };
}

/** A value of any of some schemas. */
export function either(...schemas: readonly ParamSchema[]): ParamSchema {
  return { anyOf: schemas };
}

/** Keys that are known. */
export function record(properties: Readonly<Record<string, ParamSchema>>, required: readonly string[] = []): RecordSchema {
  return { type: 'object', properties, required, additionalProperties: false, 'x-record': true };
}

/** Gives a record the names under which others know its keys: who writes one of them is told the key. */
export function knownAs(schema: RecordSchema, names: Readonly<Record<string, string>>): RecordSchema {
  return { ...schema, 'x-known-as': names };
}

/** Gives a record the keys that are looked for in it and stand elsewhere, each with the way there. */
export function elsewhere(schema: RecordSchema, ways: Readonly<Record<string, string>>): RecordSchema {
  return { ...schema, 'x-elsewhere': ways };
}

/** Keys that are columns of the kind's input, beside known ones. */
export function byColumn(value: ParamSchema, known: Readonly<Record<string, ParamSchema>> = {}): RecordSchema {
  return { type: 'object', properties: known, additionalProperties: value, 'x-record': true, 'x-columns-as-keys': true };
}

/** Keys that are names of the author's data, such as classes: only a run knows which there are. */
export function byName(value: ParamSchema): RecordSchema {
  return { type: 'object', properties: {}, additionalProperties: value, 'x-record': true };
}

/** The columns of a source with their types: keys are new names, values are types. */
export function columnTypes(): RecordSchema {
  return { type: 'object', properties: {}, additionalProperties: typeSchema(), 'x-record': true };
}

/** Types are encoded as `{ "$type": name, "nullable": boolean, … }`. */
function typeSchema(): ParamSchema {
  return {
    type: 'object',
    properties: {
      $type: { enum: ['int', 'float', 'decimal', 'bool', 'string', 'date', 'time', 'timestamp', 'list', 'struct'] },
      nullable: { type: 'boolean' },
      where: { type: 'string' },
      precision: { type: 'integer', minimum: 1, maximum: 38 },
      scale: { type: 'integer', minimum: 0, maximum: 38 },
      item: { type: 'object' },
      fields: { type: 'object' },
    },
    required: ['$type', 'nullable'],
    additionalProperties: false,
    'x-type': true,
  };
}

/** The schemas that a value may satisfy, without the `anyOf` around them. */
export function alternatives(schema: ParamSchema | undefined): readonly ParamSchema[] {
  if (schema === undefined) return [];
  const any = schema['anyOf'] as readonly ParamSchema[] | undefined;
  return any === undefined ? [schema] : any.flatMap(alternatives);
}

/** The schema of a key among others; a key may be called like what every JavaScript object has. */
export function propertyOf(properties: Readonly<Record<string, ParamSchema>>, key: string): ParamSchema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** The parameters of a declaration that says none. */
export function defaultsOf({ properties }: RecordSchema): JsonObject {
  const given = Object.entries(properties).filter(([, schema]) => schema['default'] !== undefined);
  return structuredClone(Object.fromEntries(given.map(([key, schema]) => [key, schema['default'] as Json])));
}
