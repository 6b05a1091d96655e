import { describe, expect, it } from 'vitest';
import { deriveSeed } from '../../compiler/plan/keys.ts';
import type { Preview } from '../../compiler/plan/preview.ts';
import { planOf, type CompileOptions } from '../support/compile.ts';
import { applyTo, newStore, preview } from './fake-store.ts';

const BASE = `pipeline base { seed: 1 }
source flights = csv("flights.csv") { schema { id: int, delay: int }, extra: drop }
table late = sql("SELECT id, delay, delay > 15 AS late FROM flights")
table few = sql("SELECT id FROM late WHERE id < 3 ORDER BY id")
check sane = expect(late) { rows: 1.. }
split parts = holdout(late) { target: late }
features x = prepare(parts)
model gbm = xgboost(x) { rounds: 10 }
model guess = baseline(x)
report scores = evaluate(gbm, guess)
`;

/** `name: state change (from name) [reasons]` of every step that is not cached and unchanged, then what was removed. */
function shown({ steps, removed }: Preview): string[] {
  return [
    ...steps
      .map(({ step, state, change, renamedFrom, reasons }) => {
        const why = reasons.map(({ part, before, after }) => `${part}: ${before ?? '–'} → ${after ?? '–'}`.replace(/\b[\w ()]*:?[0-9a-f]{64}\b/g, '#'));
        return `${step.name}: ${state} ${change}${renamedFrom === undefined ? '' : ` from ${renamedFrom}`}${why.length === 0 ? '' : ` [${why.join('; ')}]`}`;
      })
      .filter((line) => !line.endsWith(': cached unchanged')),
    ...removed.map((step) => `${step.name}: removed`),
  ];
}

interface Case {
  readonly what: string;
  readonly edit?: readonly (readonly [from: string | RegExp, to: string])[];
  readonly options?: CompileOptions;
  /** Steps whose records are gone. */
  readonly lost?: readonly string[];
  /** Every line, or some of them, or only how they begin. */
  readonly expected?: readonly string[];
  readonly contains?: readonly string[];
  readonly states?: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'nothing changed', expected: [] },
  { what: 'comments and order', edit: [[/(model gbm.*\n)(model guess.*\n)/, '// said\n$2$1']], expected: [] },
  {
    what: 'a parameter of a model',
    edit: [['rounds: 10', 'rounds: 11']],
    expected: ['gbm: run changed [param:rounds: 10 → 11]', 'scores: maybe unchanged [value:gbm: made → to be made]'],
  },
  {
    what: 'a parameter that is new',
    edit: [['rounds: 10', 'rounds: 10, class_weight: balanced']],
    expected: ['gbm: run changed [param:class_weight: – → "balanced"]', 'scores: maybe unchanged [value:gbm: made → to be made]'],
  },
  {
    what: 'a name',
    edit: [[/\bgbm\b/g, 'trees']],
    expected: ['trees: cached unchanged from gbm'],
  },
  {
    what: 'the name of a table that SQL reads',
    edit: [[/\bflights\b(?!\.csv)/g, 'trips']],
    expected: ['trips: cached unchanged from flights'],
  },
  {
    what: 'two names that change places',
    edit: [[/\bgbm\b/g, 'swap'], [/\bguess\b/g, 'gbm'], [/\bswap\b/g, 'guess']],
    // A step is compared with what had its name: that its content is known all the same is what counts.
    states: ['guess: cached changed', 'gbm: cached changed'],
  },
  {
    what: 'a step that is new',
    edit: [['report scores', 'model lines = logistic(x)\nreport scores']],
    expected: ['lines: run added'],
  },
  {
    what: 'a step twice, of which one is new',
    edit: [['report scores', 'model again = baseline(x)\nreport scores']],
    expected: ['again: cached added'],
  },
  {
    what: 'a renamed step twice: one of them is it',
    edit: [['model guess = baseline(x)', 'model one = baseline(x)\nmodel two = baseline(x)'], ['(gbm, guess)', '(gbm, one)']],
    expected: ['one: cached unchanged from guess', 'two: cached added'],
  },
  {
    what: 'a step that is gone',
    edit: [[/table few.*\n/, '']],
    expected: ['few: removed'],
  },
  {
    what: 'the query of a table: below it all may come out the same',
    edit: [['delay > 15', 'delay > 20']],
    expected: [
      'late: run changed [sql: SELECT id, delay, delay > 15 AS late FROM flights → SELECT id, delay, delay > 20 AS late FROM flights]',
      'sane: maybe unchanged [value:late: made → to be made]',
      'parts: maybe unchanged [value:late: made → to be made]',
      'few: maybe unchanged [value:late: made → to be made]',
      'x: maybe unchanged [value:parts: made → to be made; value:late: made → to be made]',
      'gbm: maybe unchanged [value:x: made → to be made; value:parts: made → to be made; value:late: made → to be made]',
      'guess: maybe unchanged [value:x: made → to be made; value:parts: made → to be made; value:late: made → to be made]',
      'scores: maybe unchanged [value:gbm: made → to be made; value:guess: made → to be made]',
    ],
  },
  {
    what: 'a change above and a change of its own: it runs whatever comes',
    edit: [['delay > 15', 'delay > 20'], ['rounds: 10', 'rounds: 11'], [/table few.*\n/, ''], [/check.*\n/, ''], [/report.*\n/, '']],
    contains: [
      'gbm: run changed [param:rounds: 10 → 11; value:x: made → to be made; value:parts: made → to be made; value:late: made → to be made]',
    ],
  },
  {
    what: 'the seed',
    edit: [['seed: 1', 'seed: 2'], [/table few.*\n/, ''], [/check.*\n/, ''], [/(model|features|report).*\n/g, '']],
    expected: [
      `parts: run changed [seed: ${deriveSeed(1, 'holdout', { stream: 0 })} → ${deriveSeed(2, 'holdout', { stream: 0 })}]`,
      ...['sane', 'few', 'x', 'gbm', 'guess', 'scores'].map((name) => `${name}: removed`),
    ],
  },
  {
    what: 'the version of an engine',
    options: { engines: { duckdb: '1.0', xgboost: '2.0' } },
    expected: ['gbm: run changed [engine: xgboost 1.0 → xgboost 2.0]', 'scores: maybe unchanged [value:gbm: made → to be made]'],
  },
  {
    what: 'the platform',
    options: { machine: { platform: 'win32-x64', processor: 'a processor', arithmetic: 'some' } },
    expected: [
      'x: run changed [platform: linux-x64 → win32-x64]',
      'gbm: run changed [platform: linux-x64 → win32-x64; value:x: made → to be made]',
      'guess: maybe unchanged [value:x: made → to be made]',
      'scores: maybe unchanged [value:gbm: made → to be made; value:guess: made → to be made]',
    ],
  },
  {
    what: 'how JavaScript rounds',
    options: { machine: { platform: 'linux-x64', processor: 'a processor', arithmetic: 'other' } },
    expected: [
      'gbm: run changed [arithmetic: some → other]',
      'scores: run changed [arithmetic: some → other; value:gbm: made → to be made]',
    ],
  },
  {
    what: 'the content of a file',
    edit: [['"flights.csv"', '"more-flights.csv"'], [/(table few|check|split|features|model|report).*\n/g, '']],
    contains: [
      'flights: run changed [source:test/compiler/data/more-flights.csv: # → #]',
      'late: maybe unchanged [value:flights: made → to be made]',
    ],
  },
  {
    what: 'a result that was lost',
    lost: ['gbm'],
    expected: ['gbm: run unchanged', 'scores: maybe unchanged [value:gbm: made → to be made]'],
  },
  {
    what: 'the result of a table that was lost, while those below it are kept',
    lost: ['parts'],
    contains: ['parts: run unchanged', 'x: maybe unchanged [value:parts: made → to be made]'],
  },
];

function edited(edits: Case['edit'] = []): string {
  return edits.reduce((text, [from, to]) => {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`${String(from)} is not in the text`);
    return next;
  }, BASE);
}

describe('a preview', () => {
  it.each(cases)('$what', async ({ edit, options, lost = [], expected, contains = [], states = [] }) => {
    const store = applyTo(newStore(), await planOf(BASE));
    for (const name of lost) store.records.delete(store.previous.get(name)?.key ?? '');
    const lines = shown(preview(await planOf(edited(edit), options), store));
    if (expected !== undefined) expect(lines).toEqual(expected);
    for (const line of contains) expect(lines).toContain(line);
    for (const start of states) expect(lines).toContainEqual(expect.stringMatching(`^${start}`));
  });

  it('of an empty store runs everything, and knows the keys of what reads nothing that is missing', async () => {
    const { steps } = preview(await planOf(BASE), newStore());
    expect(steps.map(({ state, change }) => `${state} ${change}`)).toEqual(steps.map(() => 'run added'));
    expect(steps.filter(({ key }) => key !== undefined).map(({ step }) => step.name)).toEqual(['flights']);
  });

  it('invents no reasons where the record of the last time is lost', async () => {
    const store = applyTo(newStore(), await planOf(BASE));
    for (const [name, step] of store.previous) store.previous.set(name, { ...step, parts: {} });
    store.records.clear();
    expect(shown(preview(await planOf(BASE), store)).slice(0, 3)).toEqual([
      'flights: run unchanged',
      'late: maybe unchanged [value:flights: made → to be made]',
      'sane: maybe unchanged [value:late: made → to be made]',
    ]);
    const changed = preview(await planOf(BASE.replace('extra: drop', 'extra: keep').replace('delay > 15', 'delay > 16')), store);
    expect(shown(changed).slice(0, 2)).toEqual(['flights: run changed', 'late: run changed [value:flights: made → to be made]']);
  });

  it('says which columns and rows are others', async () => {
    const store = applyTo(newStore(), await planOf(BASE));
    // The table came out with other values in all of its columns, and was applied since.
    const since = applyTo(newStore(), await planOf(BASE), { late: 'other' });
    const { steps } = preview(await planOf(BASE), { ...since, previous: store.previous });
    const reasons = (name: string): string[] | undefined => steps.find(({ step }) => step.name === name)?.reasons.map(({ part }) => part);
    expect(reasons('few')).toEqual(['column:late.id']);
    expect(reasons('parts')).toEqual(['column:late.late']);
    // A check that counts rows reads no column.
    expect(reasons('sane')).toEqual([]);
  });

  it('of steps that stand for others: they are done when those are', async () => {
    const plan = await planOf(`${BASE.split('\n').slice(0, 2).join('\n')}
table a = sql("SELECT id, delay FROM flights WHERE id > 1")
table b = sql("SELECT id, delay * 2 AS twice FROM a")
table c = sql("SELECT sum(twice) AS n FROM b")
table d = sql("SELECT sum(id) AS n FROM flights")
table e = sql("SELECT sum(id) AS n FROM flights")
`);
    expect(plan.steps.flatMap(({ name, fusedInto, sameAs }) => (fusedInto ?? sameAs ? [`${name} ${fusedInto ?? sameAs}`] : []))).toEqual(['a b', 'b c', 'e d']);
    const store = newStore();
    expect(preview(plan, store).steps.map(({ step, state }) => `${step.name} ${state}`)).toEqual(['flights run', 'd run', 'a run', 'b run', 'c run', 'e run']);
    applyTo(store, plan);
    // What runs inside of another query leaves nothing of its own.
    for (const name of ['a', 'b']) store.records.delete(store.previous.get(name)?.key ?? '');
    expect(preview(plan, store).steps.map(({ step, state }) => `${step.name} ${state}`)).toEqual(['flights cached', 'd cached', 'a cached', 'b cached', 'c cached', 'e cached']);
  });

  it('estimates from history, or guesses', async () => {
    const store = newStore();
    const plan = await planOf(BASE);
    const guessed = preview(plan, store).steps.map(({ estimate }) => estimate.basis);
    expect(new Set(guessed)).toEqual(new Set(['guess']));
    applyTo(store, plan);
    expect(preview(plan, store).steps.map(({ estimate }) => estimate)).toEqual(plan.steps.map(() => ({ seconds: 2, rows: 3, basis: 'history' })));
  });

  it('scales what a step took by the rows that it reads, and takes others of its kind for those that are new', async () => {
    const store = applyTo(newStore(), await planOf(BASE));
    // Three times as many rows come out of the source.
    for (const [key, record] of store.records) {
      const { value } = record.outputs;
      if (key === store.previous.get('flights')?.key && value?.type === 'table') store.records.set(key, { ...record, outputs: { ...record.outputs, value: { ...value, rows: 9 } } });
    }
    const { steps } = preview(await planOf(`${BASE}table more = sql("SELECT id FROM flights WHERE id > 7")\n`), store);
    const estimateOf = (name: string): unknown => steps.find(({ step }) => step.name === name)?.estimate;
    expect(estimateOf('late')).toEqual({ seconds: 6, rows: 9, basis: 'history', scaled: { before: 3, after: 9 } });
    // Its input is still to be made: as many rows as are expected of that.
    expect(estimateOf('few')).toEqual({ seconds: 6, rows: 9, basis: 'history', scaled: { before: 3, after: 9 } });
    expect(estimateOf('more')).toMatchObject({ seconds: 6, basis: 'history', like: 'few', scaled: { before: 3, after: 9 } });
  });
});
