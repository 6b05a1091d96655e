import { PLAN_VERSION } from './plan.ts';
import { SAVED_PLAN_FORMAT, SAVED_PLAN_VERSION } from './saved-plan.ts';

interface Schema {
  readonly [keyword: string]: unknown;
}

/** An object of exactly these keys; those that end in `?` may be absent. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const named = Object.entries(properties).map(([key, schema]) => [key.replace(/\?$/, ''), schema] as const);
  return {
    type: 'object',
    properties: Object.fromEntries(named),
    required: Object.keys(properties).filter((key) => !key.endsWith('?')),
    additionalProperties: false,
  };
}

function array(items: Schema): Schema {
  return { type: 'array', items };
}

const string: Schema = { type: 'string' };
const name: Schema = { type: 'string', minLength: 1 };
const boolean: Schema = { type: 'boolean' };
const count: Schema = { type: 'integer', minimum: 0 };
const amount: Schema = { type: 'number', minimum: 0 };
const texts: Schema = { type: 'object', additionalProperties: string };
const textOrNull: Schema = { type: ['string', 'null'] };
const digest: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const simpleType = object({ kind: { enum: ['int', 'float', 'bool', 'string', 'date', 'time', 'timestamp', 'other'] } });

const columnType: Schema = {
  oneOf: [
    simpleType,
    object({ kind: { const: 'decimal' }, precision: count, scale: count }),
    object({ kind: { const: 'list' }, item: { $ref: '#/definitions/columnType' }, nullable: boolean }),
    object({ kind: { const: 'struct' }, fields: array({ $ref: '#/definitions/column' }) }),
  ],
};

const column = object({ name: string, type: { $ref: '#/definitions/columnType' }, nullable: boolean, sql: name, 'shape?': array(count) });

const place = object({
  span: object({ file: string, start: count, end: count }),
  start: object({ line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } }),
});

const input = object({ slot: name, step: name, part: name, 'columns?': array(string) });

const output = object({
  part: name,
  type: { enum: ['table', 'split', 'features', 'model', 'report', 'choice', 'check', 'measure'] },
  'columns?': array({ $ref: '#/definitions/column' }),
});

const query = object({ text: string, ordered: string, tables: array(name), rowwise: boolean, parallel: boolean });

const step = object({
  name,
  keyword: name,
  kind: name,
  'doc?': string,
  place,
  params: { type: 'object' },
  inputs: array(input),
  roots: array(object({ path: name, digest, bytes: count })),
  outputs: { type: 'array', items: output, minItems: 1 },
  after: array(name),
  guarantee: { enum: ['bitwise', 'platform', 'statistical'] },
  'engine?': object({ name, version: name }),
  'package?': object({ name, digest }),
  identity: { ...object({ kind: name, 'kind-version': name }), additionalProperties: string },
  fingerprint: digest,
  'query?': query,
  'learns?': object({ parameters: count, bytes: count, exact: boolean }),
  'fusedInto?': name,
  'group?': name,
  'sameAs?': name,
});

const plan = object({ version: { const: PLAN_VERSION }, pipeline: name, file: string, 'doc?': string, steps: array(step) });

const basis = object({
  file: name,
  params: texts,
  targets: array(name),
  environment: texts,
  engines: { type: 'object', additionalProperties: object({ version: name, 'digest?': digest }) },
});

const cost = { seconds: amount, 'rows?': count, 'bytes?': count, 'memory?': count };

const savedStep = object({
  name,
  state: { enum: ['cached', 'run', 'maybe'] },
  change: { enum: ['added', 'changed', 'unchanged'] },
  'renamedFrom?': name,
  reasons: array(object({ part: name, before: textOrNull, after: textOrNull })),
  'key?': digest,
  estimate: object({ ...cost, basis: { enum: ['history', 'guess'] }, 'like?': name, 'scaled?': object({ before: count, after: count }) }),
  'failed?': { const: true },
  'heldBy?': name,
});

const previousStep = object({ name, keyword: name, kind: name, key: digest, fingerprint: digest, parts: texts, 'text?': string, 'cost?': object(cost) });

const draft = { $schema: 'http://json-schema.org/draft-07/schema#', definitions: { column, columnType } };

/** The JSON Schema (draft 7) of a plan: exactly what `Plan` says, nothing beside it. */
export const planSchema: Schema = { ...draft, title: 'A plan of mlp', ...plan };

/** The JSON Schema (draft 7) of the file of a saved plan: exactly what `SavedPlan` says, and the checksum over it. */
export const savedPlanSchema: Schema = {
  ...draft,
  title: 'A saved plan of mlp',
  ...object({
    format: { const: SAVED_PLAN_FORMAT },
    version: { const: SAVED_PLAN_VERSION },
    checksum: digest,
    program: name,
    basis,
    plan,
    steps: array(savedStep),
    removed: array(previousStep),
  }),
};
