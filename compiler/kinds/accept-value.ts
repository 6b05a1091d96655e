import type { Json, JsonObject } from '../json.ts';
import type { ParamSchema } from './schema.ts';

/** One of a schema's keywords: whether a value is as its rule says. */
type Check = (rule: Json, value: Json, at: { readonly schema: ParamSchema; readonly fill: boolean }) => boolean;

/** Keywords that say nothing of what is allowed. */
const NOTES: ReadonlySet<string> = new Set(['description', 'default']);

const CHECKS: Readonly<Record<string, Check>> = {
  type: (rule, value) => isOfType(rule, value),
  const: (rule, value) => isPlain(rule) && value === rule,
  enum: (rule, value) => (rule as readonly Json[]).some((one) => isPlain(one) && value === one),
  minimum: (rule, value) => typeof value !== 'number' || value >= (rule as number),
  maximum: (rule, value) => typeof value !== 'number' || value <= (rule as number),
  exclusiveMinimum: (rule, value) => typeof value !== 'number' || value > (rule as number),
  exclusiveMaximum: (rule, value) => typeof value !== 'number' || value < (rule as number),
  minItems: (rule, value) => !Array.isArray(value) || value.length >= (rule as number),
  maxItems: (rule, value) => !Array.isArray(value) || value.length <= (rule as number),
  items: (rule, value, { fill }) => !Array.isArray(value) || value.every((item: Json) => accepts(rule as ParamSchema, item, fill)),
  required: (rule, value) => !isObject(value) || (rule as readonly string[]).every((key) => value[key] !== undefined),
  properties: (rule, value, { fill }) =>
    !isObject(value) || Object.entries(rule as Readonly<Record<string, ParamSchema>>).every(([key, schema]) => !Object.hasOwn(value, key) || accepts(schema, value[key] as Json, fill)),
  additionalProperties: (rule, value, { schema, fill }) =>
    !isObject(value) || Object.keys(value).every((key) => Object.hasOwn(propertiesOf(schema), key) || rule === true || (isObject(rule) && accepts(rule, value[key] as Json, fill))),
  // As in ajv, what only one of several forms would fill in is not filled in.
  anyOf: (rule, value) => (rule as unknown as readonly ParamSchema[]).some((schema) => accepts(schema, value, false)),
};

/**
 * Whether a value is as a schema says; what it lacks and has a default is then filled in, in place. Values that this does
 * not accept, and those of schemas with other keywords than our own, are for ajv to judge, which explains what is wrong:
 * it has to compile each schema first, and that took a fifth of a plan in which nothing is wrong.
 */
export function acceptValue(schema: ParamSchema, value: JsonObject): boolean {
  return accepts(schema, value, true);
}

function accepts(schema: ParamSchema, value: Json, fill: boolean): boolean {
  if (fill && isObject(value)) fillDefaults(schema, value);
  return Object.entries(schema).every(([keyword, rule]) => {
    if (NOTES.has(keyword) || keyword.startsWith('x-')) return true;
    return CHECKS[keyword]?.(rule as Json, value, { schema, fill }) === true;
  });
}

function fillDefaults(schema: ParamSchema, value: JsonObject): void {
  for (const [key, { default: fallback }] of Object.entries(propertiesOf(schema))) {
    if (fallback !== undefined && value[key] === undefined) (value as Record<string, Json>)[key] = structuredClone(fallback as Json);
  }
}

function propertiesOf(schema: ParamSchema): Readonly<Record<string, ParamSchema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
}

function isOfType(type: Json, value: Json): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return (type === 'string' || type === 'boolean') && typeof value === type;
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object';
}
