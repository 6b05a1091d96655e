import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { describeSavedChange } from '../../apps/cli/render/saved-changes.ts';
import { compareSaved } from '../../compiler/plan/compare-saved.ts';
import { savedPlanSchema } from '../../compiler/plan/plan-schema.ts';
import { decodeSavedPlan, encodeSavedPlan, savedPreview, type PlanBasis, type SavedPlan } from '../../compiler/plan/saved-plan.ts';
import { planOf, type CompileOptions } from '../support/compile.ts';
import { applyTo, newStore, preview, type FakeStore } from './fake-store.ts';

const BASE = `pipeline base { seed: 1 }
source flights = csv("flights.csv") { schema { id: int, delay: int }, extra: drop }
table late = sql("SELECT id, delay, delay > 15 AS late FROM flights")
check sane = expect(late) { rows: 1.. }
split parts = holdout(late) { target: late }
features x = prepare(parts)
model gbm = xgboost(x) { rounds: 10 }
model guess = baseline(x)
report scores = evaluate(gbm, guess)
`;

const basis: PlanBasis = {
  file: 'p.mlp',
  params: {},
  targets: [],
  environment: { REGION: 'eu' },
  engines: { duckdb: { version: '1.0' }, xgboost: { version: '1.0', digest: 'a'.repeat(64) } },
};

function decoded(text: string): SavedPlan {
  const result = decodeSavedPlan(text, 'p.plan');
  if (!result.ok) throw new Error(result.diagnostic.message);
  return result.saved;
}

const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(savedPlanSchema);

describe('the file of a saved plan', () => {
  it('holds the whole preview, and is the same for the same', async () => {
    const shown = preview(await planOf(BASE), applyTo(newStore(), await planOf(BASE.replace('10', '9'))));
    const text = encodeSavedPlan(shown, basis, '1.2.3');
    expect(encodeSavedPlan(preview(await planOf(BASE), applyTo(newStore(), await planOf(BASE.replace('10', '9')))), basis, '1.2.3')).toBe(text);
    const saved = decoded(text);
    expect(savedPreview(saved)).toEqual(shown);
    expect(saved.basis).toEqual(basis);
    expect(saved.program).toBe('1.2.3');
  });

  it('is refused when it is not as it was written, wherever it was cut or a byte was flipped', async () => {
    const text = encodeSavedPlan(preview(await planOf(BASE.split('\n').slice(0, 2).join('\n')), newStore()), basis, '1');
    for (let at = 0; at < text.length - 1; at += 7) {
      expect(decodeSavedPlan(text.slice(0, at), 'p.plan').ok, `cut at ${at}`).toBe(false);
      const flipped = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      const result = decodeSavedPlan(flipped, 'p.plan');
      // White space between tokens says nothing.
      expect(!result.ok || JSON.stringify(result.saved) === JSON.stringify(decoded(text)), `flipped at ${at}`).toBe(true);
    }
  });

  it.each([
    ['', 'it is empty'],
    ['{"format": "mlp-plan", "ver', 'it is cut off, or no JSON'],
    ['[1, 2]', 'it is cut off, or no JSON'],
    ['{"steps": []}', 'it is JSON, but no plan of mlp'],
    ['{"format": "mlp-plan", "version": 2, "program": "9.0.0"}', 'a newer mlp made it (9.0.0): it has version 2, this program knows version 1'],
    ['{"format": "mlp-plan", "version": 1, "checksum": "0"}', 'it is not as it was written: damaged or edited'],
  ])('%j: %s', (text, reason) => {
    const result = decodeSavedPlan(text, 'p.plan');
    expect(result.ok ? '' : result.diagnostic.message).toBe(`\`p.plan\` cannot be used as a saved plan: ${reason}`);
  });
});

describe('the schema of saved plans', () => {
  const renamed = BASE.replace('report scores', 'report results').replace('model guess = baseline(x)\n', '').replace(', guess', '');

  it.each([
    ['before the first apply', undefined, BASE],
    ['after one of the same', BASE, BASE],
    ['of what waits', BASE, BASE.replace('delay > 15', 'delay > 16')],
    ['of what is new, removed and has another name', BASE, renamed],
  ])('says what stands in one %s', async (_, applied, text) => {
    const store = newStore();
    if (applied !== undefined) applyTo(store, await planOf(applied));
    expect(validate(JSON.parse(encodeSavedPlan(preview(await planOf(text), store), basis, '1'))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('says all that has to be there, and nothing beside it', async () => {
    const store = applyTo(newStore(), await planOf(BASE));
    const text = encodeSavedPlan(preview(await planOf(renamed.replace('rounds: 10', 'rounds: 9')), store), basis, '1');
    const refused = (path: Path, change: object): void => expect(validate(withChange(text, path, change)), `${path.join('.')} with ${JSON.stringify(change)}`).toBe(false);
    let objects = 0;
    visit(JSON.parse(text), [], (path, value) => {
      refused(path, { surplus: 1 });
      for (const key of Object.keys(value)) if (!OPTIONAL.has(key)) refused(path, { [key]: undefined });
      objects++;
    });
    expect(objects).toBeGreaterThan(50);
  });
});

/** What objects of plans may lack. */
const OPTIONAL = new Set(['text', 'cost', 'digest', 'columns', 'query', 'key', 'scaled', 'like', 'rows', 'bytes', 'memory', 'engine', 'renamedFrom']);

/** Keyed by names of the pipeline and of kinds: nothing has to be there. */
const MAPS = new Set(['params', 'identity', 'parts', 'environment', 'engines']);

type Path = readonly (string | number)[];

function visit(value: unknown, path: Path, see: (path: Path, value: object) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const isMap = MAPS.has(String(path.at(-1)));
  if (!Array.isArray(value) && !isMap) see(path, value);
  if (!isMap) for (const [key, item] of Object.entries(value)) visit(item, [...path, key], see);
}

function withChange(text: string, path: Path, change: object): unknown {
  const whole: unknown = JSON.parse(text);
  const place = path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], whole) as Record<string, unknown>;
  for (const [key, value] of Object.entries(change)) if (value === undefined) delete place[key];
  else place[key] = value;
  return whole;
}

interface Case {
  readonly what: string;
  readonly edit?: readonly (readonly [from: string | RegExp, to: string])[];
  readonly options?: CompileOptions;
  readonly basis?: Partial<PlanBasis>;
  /** What happens to the store after the plan was saved. */
  readonly store?: (store: FakeStore) => void;
  readonly expected: readonly (string | RegExp)[];
}

function lose(...names: readonly string[]): (store: FakeStore) => void {
  return (store) => names.forEach((name) => store.records.delete(store.previous.get(name)?.key ?? ''));
}

const cases: readonly Case[] = [
  { what: 'nothing', expected: [] },
  { what: 'comments, order and layout', edit: [[/(model gbm.*\n)(model guess.*\n)/, '// said\n$2\n\n$1']], expected: [] },
  { what: 'a parameter', edit: [['rounds: 10', 'rounds: 12']], expected: ['`gbm`: rounds 10 → 12'] },
  { what: 'a query', edit: [['> 15', '> 20']], expected: ['`late`: sql changed'] },
  { what: 'a check that is new', edit: [['split parts', 'check more = expect(late) { rows: 2.. }\nsplit parts']], expected: ['the step `more` is new'] },
  { what: 'a check that is gone', edit: [[/check sane.*\n/, '']], expected: ['the step `sane` is gone'] },
  { what: 'the name of a step', edit: [[/\bgbm\b/g, 'trees']], expected: ['the step `gbm` is gone', 'the step `trees` is new', '`scores`: reads gbm → trees'] },
  { what: 'the order of inputs', edit: [['(gbm, guess)', '(guess, gbm)']], expected: ['`scores`: reads gbm → guess', '`scores`: reads guess → gbm'] },
  { what: 'the content of a file', edit: [['flights.csv', 'more-flights.csv']], expected: [/test\/compiler\/data\/flights\.csv [0-9a-f]{8}… → gone/, /more-flights\.csv not there → [0-9a-f]{8}…/] },
  { what: 'a variable', basis: { environment: { REGION: 'us' } }, expected: ['REGION eu → us'] },
  { what: 'a variable that is not set any more, and one that is', basis: { environment: { OTHER: 'x' } }, expected: ['OTHER not set → x', 'REGION eu → not set'] },
  {
    what: 'the lock',
    options: { engines: { duckdb: '1.0', xgboost: '2.0' } },
    basis: { engines: { ...basis.engines, xgboost: { version: '2.0', digest: 'b'.repeat(64) } } },
    expected: ['mlp.lock xgboost 1.0 → 2.0'],
  },
  { what: 'the wheel of a version', basis: { engines: { ...basis.engines, xgboost: { version: '1.0', digest: 'b'.repeat(64) } } }, expected: ['mlp.lock xgboost 1.0 (aaaaaaaa…) → 1.0 (bbbbbbbb…)'] },
  { what: 'DuckDB', options: { engines: { duckdb: '2.0', xgboost: '1.0' } }, basis: { engines: { ...basis.engines, duckdb: { version: '2.0' } } }, expected: ['duckdb 1.0 → 2.0'] },
  { what: 'the platform', options: { machine: { platform: 'win32-x64', processor: 'a processor', arithmetic: 'some' } }, expected: ['`x`: platform linux-x64 → win32-x64', '`gbm`: platform linux-x64 → win32-x64'] },
  { what: 'a result that was lost', store: lose('x'), expected: [/^`x`: its result [0-9a-f]{8}… → no longer in the store$/] },
  { what: 'all results: the first is what counts', store: lose('flights', 'late', 'x'), expected: [/^`flights`: its result/] },
  {
    what: 'a result that was made anew with another content',
    store: (store) => {
      const key = store.previous.get('late')?.key ?? '';
      const record = store.records.get(key);
      const value = record?.outputs['value'];
      if (record === undefined || value?.type !== 'table') throw new Error('no table');
      store.records.set(key, { ...record, outputs: { value: { ...value, rows: 4 } } });
    },
    expected: [/^`sane`: its inputs were made anew, with another content: key/, /^`parts`: its inputs/],
  },
];

function edited(edits: Case['edit'] = []): string {
  return edits.reduce((text, [from, to]) => {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`${String(from)} is not in the text`);
    return next;
  }, BASE);
}

describe('what has changed since a plan was saved', () => {
  it.each(cases)('$what', async ({ edit, options, basis: changed = {}, store: happen, expected }) => {
    const store = applyTo(newStore(), await planOf(BASE));
    const saved = decoded(encodeSavedPlan(preview(await planOf(BASE), store), basis, '1'));
    happen?.(store);
    const lines = compareSaved(saved, preview(await planOf(edited(edit), options), store), { ...basis, ...changed }).map(describeSavedChange);
    expect(lines).toHaveLength(expected.length);
    expected.forEach((line, index) => (typeof line === 'string' ? expect(lines[index]).toBe(line) : expect(lines[index]).toMatch(line)));
  });

  it('a result that was gained is none, nor is what may run and turns out to run', async () => {
    const store = applyTo(newStore(), await planOf(BASE));
    const next = await planOf(BASE.replace('> 15', '> 20'));
    const saved = decoded(encodeSavedPlan(preview(next, store), basis, '1'));
    expect(saved.steps.filter(({ state }) => state === 'maybe').map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'gbm', 'scores']));
    applyTo(store, next, { late: 'another content' });
    lose('gbm')(store);
    expect(compareSaved(saved, preview(next, store), basis)).toEqual([]);
  });
});
