import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexText } from '../../grammar/lex-text.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { compileText, DATA, PROJECT, recompileText, type Compiled } from '../support/compile.ts';

/** Tables that read each other in all the ways there are, with what else a file may hold between them. */
const TABLES = `pipeline tables { seed: 7 }
param least: int = 3
/// What was flown.
source flights = csv("flights.csv")
table legs = sql("SELECT distance, delay FROM flights WHERE distance > \${least}") // the long ones
check sound = expect(legs) { not_null: [distance] }

for part in ["a", "b"] {
  table half = sql("SELECT distance + 1 AS distance FROM legs WHERE distance <> \${least}")
  table quarter = sql("SELECT distance FROM half")
}
table joined = sql("""
  -- table no = sql("SELECT 1")
  SELECT h.distance FROM "half.a" h JOIN "quarter.b" q ON h.distance = q.distance ORDER BY h.distance
""")
table counted = sql("WITH legs AS (SELECT distance FROM joined) SELECT count(*) AS n FROM legs")
table again = sql("SELECT distance, delay FROM flights WHERE distance > \${least}")
table spelled = sql("SELECT count(*) AS n\\nFROM\\nlegs")
test "long ones" {
  given joined: [{ distance: 9 }]
  expect counted: [{ n: 1 }]
}
`;

const FOLDER = join(PROJECT, 'pipelines');
const texts = [
  ...Array.from({ length: 8 }, () => TABLES),
  ...readdirSync(FOLDER, { withFileTypes: true }).flatMap((one) => (one.isFile() ? [readFileSync(join(FOLDER, one.name), 'utf8')] : [])),
  readFileSync(join(import.meta.dirname, 'same-and-different/base.mlp'), 'utf8'),
];
const PIECES = ['// a comment\n', '/// A note.\n', '\n', ' ', '/// x', '// "', '"""\n', '}\n', '{ k: 1 }', 'table ', 'param least: int = 4\n', 'table more = sql("SELECT 1 AS a")\n', 'table legs2 = sql("SELECT count(*) AS n FROM legs")\n', 'test "none" {}\n'];

interface Edit {
  readonly what: 'digit' | 'delete' | 'copy' | 'swap' | 'insert' | 'cut' | 'rename' | 'token' | 'word';
  readonly at: number;
  readonly by: number;
}
const anEdit = fc.record<Edit>({ what: fc.constantFrom('digit', 'digit', 'delete', 'copy', 'swap', 'insert', 'cut', 'rename', 'token', 'word', 'word'), at: fc.nat(), by: fc.nat() });

/** A text after an edit of the kind that people make, or of a kind that nobody does. */
function edited(text: string, { what, at, by }: Edit): string {
  const { items } = parseDocument('x.mlp', text).value;
  const item = items[at % Math.max(1, items.length)];
  const other = items[by % Math.max(1, items.length)];
  if (item === undefined || other === undefined) return text;
  const { start, end } = item.span;
  const own = text.slice(start, end);
  switch (what) {
    case 'digit':
      return text.slice(0, start) + own.replace(/\d/g, (digit, offset: number) => (offset % 2 === by % 2 ? String((Number(digit) % 9) + 1) : digit)) + text.slice(end);
    case 'delete':
      return text.slice(0, start) + text.slice(end);
    case 'copy':
      return item.kind === 'declaration' ? `${text.slice(0, end)}\n${own.replace(item.name.text, `${item.name.text}_${by % 3}`)}${text.slice(end)}` : text;
    case 'swap':
      if (other.span.start <= end) return text;
      return text.slice(0, start) + text.slice(other.span.start, other.span.end) + text.slice(end, other.span.start) + own + text.slice(other.span.end);
    case 'insert':
      return text.slice(0, by % 2 === 0 ? start : end) + (PIECES[by % PIECES.length] ?? '') + text.slice(by % 2 === 0 ? start : end);
    case 'cut':
      return text.slice(0, by % (text.length + 1)) + text.slice((by % (text.length + 1)) + 1 + (at % 3));
    case 'rename':
      return item.kind === 'declaration' ? text.replaceAll(new RegExp(`\\b${item.name.text}\\b`, 'g'), `${item.name.text}x`) : text;
    case 'word': {
      // Also inside of queries, where a name may come to mean another thing, or be captured.
      const words = [...text.matchAll(/\b[a-z]\w*/gi)];
      const [one, two] = [words[at % words.length], words[by % words.length]];
      return one === undefined || two === undefined ? text : text.slice(0, one.index) + two[0] + text.slice(one.index + one[0].length);
    }
    case 'token': {
      const { tokens } = lexText('x.mlp', text);
      const [one, two] = [tokens[at % tokens.length], tokens[by % tokens.length]];
      return one === undefined || two === undefined ? text : text.slice(0, one.startOffset) + two.image + text.slice(one.startOffset + one.image.length);
    }
  }
}

function folderOf(text: string): string {
  return text.includes('npm:') ? PROJECT : DATA;
}

describe('a text that is compiled from the groundwork of an earlier one', () => {
  it('has the plan, tests and groundwork that it has by itself, and no findings', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.array(anEdit, { minLength: 1, maxLength: 6 }), async (first, edits) => {
        const folder = folderOf(first);
        let before: Compiled = await compileText(first, { folder });
        let [text, sound] = [first, first];
        for (const edit of edits) {
          text = edited(text, edit);
          const whole = await compileText(text, { folder });
          const changed = before.groundwork === undefined ? undefined : await recompileText(text, before.groundwork, { folder });
          if (changed !== undefined) {
            expect(changed).toEqual(whole);
            compared += 1;
          }
          // What does not compile is repaired, from where it did.
          if (whole.groundwork === undefined) text = sound;
          else [before, sound] = [changed ?? whole, text];
        }
      }),
      { numRuns: 80, seed: 20260101 },
    );
    expect(compared).toBeGreaterThan(60);
  }, 120_000);

  it.each<[string, (text: string) => string]>([
    ['a query', (text) => text.replace('distance + 1', 'distance + 2')],
    ['a name that others read', (text) => text.replace('SELECT distance FROM half', 'SELECT distance, 1 AS one FROM half')],
    ['a check that others wait for', (text) => text.replace('not_null: [distance]', 'not_null: [delay]')],
    ['a check that is gone', (text) => text.replace(/check sound.*\n/, '')],
    ['what a query spells with line ends', (text) => text.replace('SELECT distance, delay FROM flights', 'SELECT distance FROM flights')],
    ['a declaration that does what another does', (text) => text.replace('table spelled', 'table twin = sql("SELECT count(*) AS n FROM legs")\ntable spelled')],
    ['the order of declarations', (text) => text.replace(/(table again.*\n)(table spelled.*\n)/, '$2$1')],
    ['lines before others', (text) => text.replace('table again', '\n\n// Twice.\ntable again')],
    ['a note', (text) => text.replace('table again', '/// Twice.\ntable again')],
    ['a test', (text) => text.replace('n: 1', 'n: 2')],
  ])('is so when what changes is %s', async (_, change) => {
    const { groundwork } = await compileText(TABLES);
    const text = change(TABLES);
    expect(text).not.toBe(TABLES);
    const changed = groundwork && (await recompileText(text, groundwork));
    expect(changed).toBeDefined();
    expect(changed).toEqual(await compileText(text));
  });

  it.each<[string, (text: string) => string]>([
    ['a note on the line of the item before', (text) => text.replace(')\ntable spelled', ') /// said late\ntable new = sql("SELECT 1 AS a")\ntable spelled')],
    ['a declaration on the line of the item before', (text) => text.replace(')\ntable spelled', ') table new = sql("SELECT 1 AS a")\ntable spelled')],
    ['the beginning of a long text', (text) => text.replace('table again', 'table new = sql("""SELECT 1 AS a)\ntable again')],
    ['a name that is taken', (text) => text.replace('table again', 'table legs')],
    ['a name that a loop has', (text) => text.replace('table again', 'table half')],
    ['a name that is missed', (text) => text.replace(/table joined[^]*?"""\)\n/, '')],
    ['a param', (text) => text.replace('int = 3', 'int = 4')],
    ['the seed', (text) => text.replace('seed: 7', 'seed: 8')],
    ['what warns', (text) => text.replace('table again', '/// nothing\n\n// here\n')],
  ])('does without it when what changes is %s', async (_, change) => {
    const { groundwork } = await compileText(TABLES);
    const text = change(TABLES);
    expect(text).not.toBe(TABLES);
    expect(groundwork && (await recompileText(text, groundwork))).toBeUndefined();
  });

  it.each([
    ['before', ['model', 'note', 'report']],
    ['after', ['report', 'note', 'model']],
  ])('has the places of folds, which are those of models that stand %s the report, when lines between them change', async (_, order) => {
    const text = (note: string): string => {
      const items: Record<string, string> = { model: 'model lines = logistic(x) { C: 0.5 }', note, report: 'report scores = evaluate(lines) { folds: 3 }' };
      return ['source flights = csv("flights.csv")', 'split parts = holdout(flights) { target: late }', 'features x = prepare(parts) { use: [distance] }', ...order.map((name) => items[name] ?? ''), ''].join('\n');
    };
    const [one, two] = ['table n = sql("SELECT 1 AS a")', 'table n = sql("""\n  SELECT 1 AS a\n""")'].map(text);
    const { groundwork } = await compileText(one ?? '');
    const changed = groundwork && (await recompileText(two ?? '', groundwork));
    expect(changed).toBeDefined();
    expect(changed).toEqual(await compileText(two ?? ''));
  });

  it('compiles no more than what is new, what names it, and what these name', async () => {
    const many = (number: number): string => ['source flights = csv("flights.csv")', ...Array.from({ length: 20 }, (_, index) => `table t${index} = sql("SELECT distance + ${index === 7 ? number : 1} AS distance FROM ${index === 8 ? 't7' : 'flights'}")`), ''].join('\n');
    const { groundwork } = await compileText(many(1));
    const compiled: string[] = [];
    const onPhase = (phase: string, result: unknown): void => {
      if (phase === 'infer') compiled.push(...(result as readonly { readonly name: string }[]).map(({ name }) => name));
    };
    expect(groundwork && (await recompileText(many(2), groundwork, { onPhase }))).toEqual(await compileText(many(2)));
    expect(compiled).toEqual(['flights', 't7', 't8']);
  });
});
