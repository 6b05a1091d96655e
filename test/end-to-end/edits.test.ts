import { beforeAll, describe, expect, it } from 'vitest';
import { newProject, statesOf } from './program.ts';

const DATA = ['id,size,colour,heavy', ...Array.from({ length: 240 }, (_, i) => `${i},${(i * 37) % 101},${['red', 'green', 'blue'][i % 3]},${(i * 37) % 101 > 60}`)].join('\n');

const DECLARATIONS = {
  rows: 'source rows = csv("data.csv")',
  shaped: 'table shaped = sql("""\n  SELECT id, size, colour, heavy,\n         size * 2 AS doubled\n  FROM rows\n""")',
  sane: 'check sane = expect(shaped) { rows: 100.. }',
  parts: 'split parts = holdout(shaped) { target: heavy }',
  x: 'features x = prepare(parts) { use: [size, colour, doubled] }',
  trees: 'model trees = xgboost(x) { rounds: 5, max_depth: 3 }',
  lines: 'model lines = logistic(x)',
  scores: 'report scores = evaluate(trees, lines)',
  best: 'choice best = select(scores.validate) { maximize: auc }',
};

type Declarations = Readonly<Record<keyof typeof DECLARATIONS, string>>;

function textOf(declarations: Declarations): string {
  return `${Object.values(declarations).join('\n\n')}\n`;
}

/** An edit of one declaration. */
function edit(name: keyof typeof DECLARATIONS, from: string | RegExp, to: string): string {
  return textOf({ ...DECLARATIONS, [name]: DECLARATIONS[name].replace(from, to) });
}

const original = textOf(DECLARATIONS);

/** Each edit, and the steps that run after it, by their new names: nothing else may. */
const EDITS: readonly (readonly [what: string, text: string, ran: readonly string[]])[] = [
  ['a step with another name', original.replaceAll('trees', 'forest').replaceAll('shaped', 'formed'), []],
  ['comments', `// a line\n${original.replaceAll('\nmodel', '\n/// What a model.\nmodel').replaceAll(' }', ' } // so')}`, []],
  ['another order', `${Object.values(DECLARATIONS).reverse().join('\n')}\n`, []],
  ['a default that is written out', edit('lines', '(x)', '(x) { C: 1 }'), []],
  ['keys in another order', edit('trees', 'rounds: 5, max_depth: 3', 'max_depth: 3\n  rounds: 5'), []],
  ['a comment in SQL', edit('shaped', 'FROM rows', '-- all of them\n  FROM /* here */ rows'), []],
  ['layout, case and quotes in SQL', edit('shaped', 'SELECT id, size,', 'select "ID", SIZE,').replace('size,', 'size  ,'), []],
  ['line ends of Windows and a BOM', `\ufeff${original.replaceAll('\n', '\r\n')}`, []],
  ['a parameter of a model', edit('trees', '5', '6'), ['trees', 'scores', 'best']],
  ['a metric to choose by', edit('best', 'auc', 'f1'), ['best']],
  ['a new column that nothing reads', edit('shaped', 'AS doubled', 'AS doubled, size + 1 AS more'), ['shaped']],
  ['a check that asks more', edit('sane', '100', '200'), ['sane']],
  ['SQL that means the same in another way', edit('shaped', 'size * 2', 'size + size'), ['shaped']],
  ['a column that the features read', edit('shaped', 'size * 2', 'size * 3'), ['shaped', 'x', 'trees', 'lines', 'scores', 'best']],
];

describe('an edit', () => {
  const project = newProject({ 'data.csv': DATA, 'p.mlp': original, ...Object.fromEntries(EDITS.map(([, text], index) => [`edit-${index}.mlp`, text])) });

  beforeAll(async () => {
    expect(await project.run(['apply', 'p.mlp'])).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(EDITS.map(([what, , ran], index) => ({ what, ran, file: `edit-${index}.mlp` })))('of $what runs $ran', async ({ file, ran }) => {
    const planned = await project.run(['plan', file, '--exit-code', '--json']);
    const pending = (JSON.parse(planned.stdout) as { steps: { name: string; state: string }[] }).steps.filter(({ state }) => state === 'run' || state === 'maybe');
    expect({ code: planned.code, pending: pending.map(({ name }) => name) }).toEqual(ran.length === 0 ? { code: 0, pending: [] } : { code: 2, pending: expect.arrayContaining([...ran]) as unknown });
    if (ran.length === 0) return;
    const applied = await project.run(['apply', file, '--json']);
    const states = statesOf(applied);
    expect(applied.code).toBe(0);
    expect(Object.keys(states).filter((name) => states[name] === 'ran').sort()).toEqual([...ran].sort());
  });

  it('by `mlp fmt` changes the text, and nothing else', async () => {
    project.write({ 'fmt.mlp': original.replaceAll(', ', ',   ').replaceAll(' = ', '=') });
    expect((await project.run(['fmt', 'fmt.mlp', '--check'])).code).toBe(1);
    expect((await project.run(['fmt', 'fmt.mlp'])).code).toBe(0);
    expect((await project.run(['fmt', 'fmt.mlp', '--check'])).code).toBe(0);
    expect((await project.run(['plan', 'fmt.mlp', '--exit-code'])).code).toBe(0);
  });

  it('is not what `--target` leaves out', async () => {
    const { stdout } = await project.run(['plan', 'p.mlp', '--json', '--target', 'parts']);
    const { summary, steps } = JSON.parse(stdout) as { summary: unknown; steps: { name: string }[] };
    expect(summary).toMatchObject({ cached: 4, run: 0, maybe: 0, removed: 0 });
    expect(steps.map(({ name }) => name)).toEqual(['rows', 'shaped', 'sane', 'parts']);
    expect((await project.run(['apply', 'p.mlp', '--target', 'parts'])).code).toBe(0);
    project.write({ 'p.mlp': edit('trees', '5', '7') });
    const next = await project.run(['plan', 'p.mlp', '--json']);
    project.write({ 'p.mlp': original });
    const { steps: changed } = JSON.parse(next.stdout) as { steps: { name: string }[] };
    expect(changed.find(({ name }) => name === 'trees')).toMatchObject({ change: 'changed', reasons: [{ part: 'param:rounds', before: '5', after: '7' }] });
  });

  it('of the data that comes out the same in the columns read runs what reads the file', async () => {
    const other = newProject({ 'data.csv': DATA, 'p.mlp': original });
    await other.run(['apply', 'p.mlp']);
    other.write({ 'data.csv': DATA.replaceAll('\n', '\r\n') });
    const states = statesOf(await other.run(['apply', 'p.mlp', '--json']));
    expect(Object.keys(states).filter((name) => states[name] === 'ran')).toEqual(['rows']);
  });
});

describe('mlp why', () => {
  it('says in how many rows a column that a step reads is not what it was, as long as the store has both', async () => {
    const rows = (changed: number): string => ['id,size,class', ...Array.from({ length: 100 }, (_, id) => `${id},${id === changed ? -1 : id % 7},${id % 3}`)].join('\n');
    const project = newProject({ 'p.mlp': 'source rows = csv("rows.csv")\ntable sorted = sql("SELECT * FROM rows ORDER BY id")\ntable total = sql("SELECT sum(size) AS total FROM sorted WHERE class = 1")\n', 'rows.csv': rows(-1) });
    await project.run(['apply', 'p.mlp', '--quiet']);
    project.write({ 'rows.csv': rows(12) });
    await project.run(['apply', 'p.mlp', '--target', 'sorted', '--quiet']);
    const { stdout } = await project.run(['why', 'p.mlp', 'total']);
    expect(stdout).toContain('column:sorted.size: 1 of 100 rows differs, the first is row 13: 5 → -1');
    const { reasons } = JSON.parse((await project.run(['why', 'p.mlp', 'total', '--json'])).stdout) as { reasons: unknown };
    expect(reasons).toMatchObject([{ part: 'column:sorted.size', rows: { differ: 1, of: 100, first: { row: 13, before: '5', after: '-1' } } }]);
  });
});
