import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileText, planOf, stepOf, type CompileOptions } from '../support/compile.ts';
import { wholes } from '../support/whole-steps.ts';
import { fakes, packages } from './fakes.ts';

const GROUND = `
source flights = csv("flights.csv") { schema { id: int, delay: int, distance: int?, late: bool }, extra: drop }
split parts = holdout(flights) { target: late }
features x = prepare(parts) { impute { numeric: median } }
`;

const names = async (text: string, options?: CompileOptions): Promise<string[]> => (await planOf(text, options)).steps.map((step) => step.name).sort();

/** Pipelines that do the same, written with what puts pipelines together and without it. */
const equal: readonly { readonly what: string; readonly with: string; readonly without: string; readonly options?: CompileOptions }[] = [
  {
    what: 'a loop',
    with: `${GROUND}for c in [0.1, 1] { model m = logistic(x) { C: c } }\nreport r = evaluate(m[*])`,
    without: `${GROUND}model a = logistic(x) { C: 0.1 }\nmodel b = logistic(x) { C: 1 }\nreport r = evaluate(a, b)`,
  },
  {
    what: 'a loop in a loop, over a param',
    with: 'param ks = [1, 2]\nfor k in ks { table t = sql("SELECT ${k} AS k")\nfor w in ["a", "b"] { table u = sql("SELECT k, ${w} AS w FROM t") } }\ntable v = sql("SELECT w FROM \\"u.2.b\\"")',
    without: ['1', '2'].flatMap((k) => [`table t${k} = sql("SELECT CAST(${k} AS BIGINT) AS k")`, ...['a', 'b'].map((w) => `table u${k}${w} = sql("SELECT k, '${w}' AS w FROM t${k}")`)]).join('\n') + '\ntable v = sql("SELECT w FROM u2b")',
  },
  {
    what: 'a collection in SQL',
    with: 'for k in [1, 2] { table t = sql("SELECT ${k} AS k") }\ntable u = sql("SELECT sum(k) AS n FROM t;")',
    without: 'table a = sql("SELECT CAST(1 AS BIGINT) AS k")\ntable b = sql("SELECT CAST(2 AS BIGINT) AS k")\ntable u = sql("WITH t AS (SELECT * FROM a UNION ALL BY NAME SELECT * FROM b) SELECT sum(k) AS n FROM t")',
  },
  {
    what: 'another file',
    with: 'import { legs as hops } from "./base.mlp"\ntable t = sql("SELECT n + 1 AS m FROM hops")',
    without: 'table flights = sql("SELECT 3 AS n")\ntable legs = sql("SELECT n FROM flights WHERE n > CAST(1 AS BIGINT)")\ntable t = sql("SELECT n + 1 AS m FROM legs")',
    options: { files: { 'base.mlp': 'param least = 1\ntable legs = sql("SELECT n FROM flights WHERE n > ${least}")\ntable flights = sql("SELECT 3 AS n")\ntable idle = sql("SELECT 4 AS n")' } },
  },
  {
    what: 'a variable of the environment',
    with: 'source s = csv(env("DATA")) { nullstr: env("MISSING") }',
    without: 'source s = csv("flights.csv") { nullstr: "?" }',
    options: { environment: { DATA: 'flights.csv', MISSING: '?' } },
  },
];

describe('the same steps', () => {
  it.each(equal)('with $what as without', async ({ with: composed, without, options = {} }) => {
    // Unfused: the optimizer may not take in a table whose name means another one elsewhere.
    expect(wholes(await planOf(composed, { ...options, optimize: false }))).toEqual(wholes(await planOf(without, { optimize: false })));
  });

  it('in whatever order they are declared', async () => {
    const items = ['import { least, legs } from "./base.mlp"', 'param ks = [1, 2]', 'for k in ks { table t = sql("SELECT n, ${k} AS k FROM legs WHERE n > ${least}") }', 'table u = sql("SELECT max(k) AS k FROM t")', 'check c = expect(t[1]) { rows: 1.. }'];
    const options = { files: { 'base.mlp': 'param least = 1\ntable legs = sql("SELECT 3 AS n")' } };
    const wanted = wholes(await planOf(items.join('\n'), options));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(items, { minLength: items.length }), async (shuffled) => {
        expect(wholes(await planOf(shuffled.join('\n'), options))).toEqual(wanted);
      }),
      { numRuns: 20, seed: 20260101 },
    );
  });
});

describe('names', () => {
  it('of rounds are those of the loop, quoted where they are no identifiers', async () => {
    expect(await names('for a in ["eu", "New York", "say \\"hi\\""] { for b in [1, 2] { table t = sql("SELECT ${a} AS a, ${b} AS b") } }')).toEqual(
      ['t."New York"."1"', 't."New York"."2"', 't."say \\"hi\\""."1"', 't."say \\"hi\\""."2"', 't.eu."1"', 't.eu."2"'].sort(),
    );
  });

  it('of other files are those that they are imported under, or have their path before them', async () => {
    const files = {
      'base.mlp': 'import { raw } from "./deep/raw.mlp"\ntable legs = sql("SELECT n FROM raw")\ntable idle = sql("SELECT n FROM raw")\ncheck sane = expect(legs) { rows: 1.. }\ncheck other = expect(idle) { rows: 1.. }',
      'deep/raw.mlp': 'import { root } from "../root.mlp"\ntable raw = sql("SELECT n FROM root")',
      'root.mlp': 'pipeline other { seed: 9 }\ntable root = sql("SELECT 1 AS n")',
    };
    expect(await names('import { legs as hops } from "base.mlp"\ntable t = sql("SELECT * FROM hops")', { files })).toEqual(['base/sane', 'deep/raw/raw', 'hops', 'root/root', 't']);
  });

  it('of one table in two files may be the same', async () => {
    const files = { 'base.mlp': 'table raw = sql("SELECT 1 AS n")\ntable legs = sql("SELECT n + 1 AS n FROM raw WHERE n > 0")' };
    const plan = await planOf('import { legs } from "base.mlp"\ntable raw = sql("SELECT 2 AS m")\ntable t = sql("SELECT n, m FROM legs, raw")', { files });
    expect(stepOf(plan, 't').inputs.map((input) => input.step)).toEqual(['legs', 'raw']);
    expect(stepOf(plan, 'legs').inputs.map((input) => input.step)).toEqual(['base/raw']);
  });

  it('select steps as targets: a round, with quotes or without, or all that a loop made', async () => {
    const text = 'for n in [1, 2] { table t = sql("SELECT ${n} AS n") }\ntable u = sql("SELECT 5 AS n")';
    expect(await names(text, { targets: ['t.1'] })).toEqual(['t."1"']);
    expect(await names(text, { targets: ['T."2"'] })).toEqual(['t."2"']);
    expect(await names(text, { targets: ['t'] })).toEqual(['t."1"', 't."2"']);
  });
});

describe('a credential', () => {
  const text = (name: string): string => `import "npm:sound"\n${GROUND}table t = upload(flights) { token: secret("${name}"), to: "there" }`;
  const options = { registry: fakes, packages, environment: { TOKEN: 'hunter2', OTHER: 'hunter3' } };

  it('is in no plan; the variable that holds it is in no key', async () => {
    const plan = await planOf(text('TOKEN'), options);
    expect(JSON.stringify(plan)).not.toContain('hunter');
    expect(stepOf(plan, 't').params['token']).toEqual({ $secret: 'TOKEN' });
    expect(wholes(plan)).toEqual(wholes(await planOf(text('OTHER'), options)));
  });

  it('is not asked for when the plan is made', async () => {
    expect((await compileText(text('NOWHERE'), options)).diagnostics).toEqual([]);
  });
});

describe('a kind of a package', () => {
  it('is keyed by the digest of the code', async () => {
    const { identity, package: from } = stepOf(await planOf(`import "npm:sound"\n${GROUND}table t = shout(flights)`, { packages }), 't');
    expect(from?.name).toBe('sound');
    expect(identity['package']).toBe(from?.digest);
  });
});
