import { Ajv } from 'ajv';
import { expect } from 'vitest';

/** The JSON of the command line as its reference writes it down (`plan`, `apply`, `check`, `show` with `--json`). */
type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const number = { type: 'number' };
const count = { type: 'integer', minimum: 0 };
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const list = (items: Schema): Schema => ({ type: 'array', items });
const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** An object that has these properties, those that end in `?` perhaps; `closed`: and no others. */
function object(properties: Readonly<Record<string, Schema>>, closed = false): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name.replace('?', ''), schema])),
    required: names.filter((name) => !name.endsWith('?')),
    ...(closed ? { additionalProperties: false } : {}),
  };
}

const place = object({ line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } }, true);
const diagnostic = object({ code: text, severity: oneOf('error', 'warning'), message: text, 'file?': text, 'start?': place, 'end?': place, 'hint?': text, 'related?': list(object({ message: text })) }, true);
const event = (name: string, properties: Readonly<Record<string, Schema>>): Schema => object({ time: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }, event: { const: name }, ...properties });
const metrics = mapOf({ type: ['number', 'null'] });
const part = object({ rows: count, metrics, optimistic: { type: 'boolean' }, 'classes?': mapOf(object({ precision: { type: ['number', 'null'] }, recall: number, f1: { type: ['number', 'null'] }, support: count })), 'confusion?': object({ labels: list(text), matrix: list(list(count)) }) });

const run = object({ run: text, name: text, began: text, state: oneOf('done', 'failed', 'cancelled', 'unfinished'), seconds: number, ran: count, cached: count, failed: count, skipped: count, 'targets?': list(text), 'metric?': object({ name: text, value: number, model: text }, true) }, true);

const schemas = {
  check: object({ diagnostics: list(diagnostic) }, true),
  plan: object({
    pipeline: text,
    file: text,
    summary: object({ cached: count, run: count, maybe: count, removed: count, fits: count, 'lastEstimate?': object({ expected: number, took: number }, true) }, true),
    steps: list(
      object({
        name: text,
        keyword: text,
        kind: text,
        state: oneOf('cached', 'run', 'maybe', 'removed'),
        change: oneOf('added', 'changed', 'unchanged', 'removed'),
        reasons: list(object({ part: { type: 'string', pattern: '^(kind|kind-version|engine|seed|platform|processor|arithmetic|package|sql|(param|column|rows|source|value):.+)$' }, before: {}, after: {} })),
        inputs: list(text),
        reads: mapOf(list(text)),
        'produces?': list(object({ name: text, type: text }, true)),
        fingerprint: digest,
        'key?': digest,
        guarantee: oneOf('bitwise', 'platform', 'statistical'),
        estimate: object({ seconds: number, 'rows?': count, 'bytes?': count, 'memory?': count, basis: oneOf('history', 'guess'), 'like?': text, 'scaled?': object({ before: count, after: count }, true) }, true),
      }),
    ),
  }),
  event: {
    oneOf: [
      event('plan', { steps: list(object({ name: text, keyword: text, kind: text, fingerprint: digest })) }),
      event('step-waiting', { name: text, key: digest }),
      event('step-start', { name: text, key: digest, threads: { type: 'integer', minimum: 1 } }),
      event('step-progress', { name: text, 'round?': count, 'rounds?': count, 'metrics?': mapOf(number) }),
      event('step-end', { name: text, state: oneOf('ran', 'cached', 'cut-off', 'failed', 'skipped'), seconds: number, outputs: mapOf(digest), 'error?': diagnostic }),
      event('run-end', { state: oneOf('done', 'failed', 'cancelled'), seconds: number, ran: count, cached: count, failed: count }),
    ],
  },
  table: object({ rows: count, columns: list(object({ name: text, type: text, nulls: count })), digest, head: list({ type: 'object' }) }),
  rows: object({ rows: count, columns: list(object({ name: text, type: text, nulls: count })), head: list({ type: 'object' }) }),
  report: object({ models: mapOf(object({ task: oneOf('binary', 'multiclass', 'regression'), parts: mapOf(part) })) }),
  choice: object({ chosen: { type: ['string', 'null'] }, candidates: list(object({ name: text, value: { type: ['number', 'null'] }, rejected: list(text) })) }),
  split: object({ task: text, rows: count, parts: mapOf(object({ rows: count })), digest }),
  features: object({ features: list(object({ column: text, kind: text })), digest }),
  model: object({ kind: text, task: text, bytes: count, parts: mapOf(object({ metrics })), digest }),
  runs: object({ pipeline: text, runs: list(run) }, true),
  diff: object({
    before: run,
    after: run,
    steps: list(object({ name: text, keyword: text, kind: text, change: oneOf('added', 'removed', 'changed', 'unchanged'), reasons: list(object({ part: text, before: {}, after: {} })), 'rows?': object({ before: count, after: count }), seconds: object({ before: { type: ['number', 'null'] }, after: { type: ['number', 'null'] } }) })),
    metrics: list(object({ report: text, part: text, model: text, metric: text, before: { type: ['number', 'null'] }, after: { type: ['number', 'null'] }, 'better?': { type: 'boolean' } })),
  }, true),
  checked: object({ passed: { type: 'boolean' }, findings: list({ type: 'object' }), digest }),
} satisfies Record<string, Schema>;

const ajv = new Ajv({ allErrors: true, strict: false });

/** Fails the test unless a value, or a text that is its JSON, has the shape of that name. */
export function expectShape(name: keyof typeof schemas, value: unknown): void {
  const validate = ajv.compile(schemas[name]);
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  expect(validate(parsed) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`)).toEqual([]);
}
