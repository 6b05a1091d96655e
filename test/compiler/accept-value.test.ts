import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../compiler/json.ts';
import { acceptValue } from '../../compiler/kinds/accept-value.ts';
import type { ParamSchema } from '../../compiler/kinds/schema.ts';
import { registry } from '../../stdlib/index.ts';

const ajv = new Ajv({ useDefaults: true, strict: false, validateSchema: false, meta: false, addUsedSchema: false });

const JUNK: readonly Json[] = [null, true, 0, -1, 2.5, 1e9, '', 'x', [], ['x'], {}, { x: 1 }, { $column: 'c' }, { $call: 'x' }];

/** Values about as a schema wants them: some right, some just beyond its limits, some of another form. */
function values(schema: ParamSchema, depth = 0): fc.Arbitrary<Json> {
  const right = rightValues(schema, depth);
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...JUNK) });
}

function rightValues(schema: ParamSchema, depth: number): fc.Arbitrary<Json> {
  if (schema['const'] !== undefined) return fc.constant(schema['const'] as Json);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as Json[]));
  if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as ParamSchema[]).map((one) => values(one, depth + 1)));
  switch (schema['type']) {
    case 'object':
      return records(schema, depth);
    case 'array':
      return fc.array(values((schema['items'] ?? {}) as ParamSchema, depth + 1), { maxLength: 3 });
    case 'integer':
    case 'number': {
      const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((name) => (typeof schema[name] === 'number' ? [schema[name]] : []));
      return fc.constantFrom(...limits.flatMap((limit) => [limit - 1, limit, limit + 1]), 0, 0.5, 1, 3, 100);
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.constantFrom('text', '');
  }
}

function records(schema: ParamSchema, depth: number): fc.Arbitrary<JsonObject> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, ParamSchema>>;
  const required = (schema['required'] ?? []) as readonly string[];
  const more = schema['additionalProperties'];
  const free = typeof more === 'object' ? { free: fc.option(values(more as ParamSchema, depth + 1), { nil: undefined }) } : {};
  const known = Object.entries(properties).map(([key, one]) => {
    const present = values(one, depth + 1);
    // A few keys at a time: of dozens, one would always be wrong.
    const weight = required.includes(key) ? 400 : Math.ceil(300 / Object.keys(properties).length);
    return [key, fc.oneof({ weight, arbitrary: present }, { weight: 100, arbitrary: fc.constant(undefined) })] as const;
  });
  const unknown = fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(1) });
  return fc.record({ ...Object.fromEntries(known), ...free, unknown }).map((made) => JSON.parse(JSON.stringify(made)) as JsonObject);
}

test.each([...registry.values()].map((kind) => [kind.name, kind.params] as const))('%s: what is accepted is what ajv accepts, with the same filled in', (_, params) => {
  const validate = ajv.compile(params);
  let right = 0;
  fc.assert(
    fc.property(records(params, 0), (value) => {
      const [own, other] = [structuredClone(value), structuredClone(value)];
      const accepted = acceptValue(params, own);
      expect(accepted).toBe(validate(other));
      if (accepted) expect(own).toEqual(other);
      right += accepted ? 1 : 0;
    }),
    { numRuns: 300, seed: 1 },
  );
  expect(right).toBeGreaterThan(10);
});

test.each<[string, ParamSchema, JsonObject, boolean, JsonObject?]>([
  ['another keyword', { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } }, { a: 'x' }, false],
  ['several types', { type: 'object', properties: { a: { type: ['string', 'null'] } } }, { a: 'x' }, false],
  ['a constant that is no plain value', { type: 'object', properties: { a: { const: [1] } } }, { a: [1] }, false],
  ['defaults', { type: 'object', properties: { a: { type: 'object', properties: { b: { default: [1] } } }, c: { default: 2 } } }, { a: {} }, true, { a: { b: [1] }, c: 2 }],
  ['defaults of one of several forms', { anyOf: [{ type: 'object', properties: { b: { default: 1 } } }] }, {}, true, {}],
  ['a number that is none', { type: 'object', properties: { a: { type: 'number' } } }, { a: NaN }, false],
])('%s', (_, schema, value, accepted, filled) => {
  const own = structuredClone(value);
  expect(acceptValue(schema, own)).toBe(accepted);
  if (filled !== undefined) expect(own).toEqual(filled);
});
