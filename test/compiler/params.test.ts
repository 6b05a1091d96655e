import { describe, expect, it } from 'vitest';
import { shiftDecimal } from '../../compiler/params/shift-decimal.ts';
import { planOf, stepOf } from '../support/compile.ts';

const GROUND = `
source flights = csv("flights.csv") { schema { id: int, delay: int, distance: int?, late: bool }, extra: drop }
split parts = holdout(flights) { target: late }
features x = prepare(parts)
model lines = logistic(x)
report scores = evaluate(lines)
`;

const names = { csv: 'source s = csv("flights.csv")', holdout: 'split s = holdout(flights)', prepare: 'features s = prepare(parts)', xgboost: 'model s = xgboost(x)', select: 'choice s = select(scores.validate)' };

/** How values are encoded: a kind, what stands in its block, and a part of the step's parameters. */
const encoded: readonly (readonly [kind: keyof typeof names, written: string, expected: object])[] = [
  ['csv', 'unique: [id, delay]', { unique: [{ $column: 'id' }, { $column: 'delay' }] }],
  // A list in a list stays one: the pair is unique, not each of the two.
  ['csv', 'unique: [[id, delay]]', { unique: [[{ $column: 'id' }, { $column: 'delay' }]] }],
  ['csv', 'dedupe: ["ID"]', { dedupe: [{ $column: 'id' }] }],
  ['csv', 'nullstr: ["", "-"]', { nullstr: ['', '-'] }],
  ['csv', 'nullstr: "${word}"', { nullstr: 'none' }],
  ['csv', 'schema { id: int(where: "id > ${n}")? }', { schema: { id: { $type: 'int', nullable: true, where: 'id > CAST(3 AS BIGINT)' } } }],
  ['csv', 'schema { id: decimal(9, 2), delay: list(int?) }', { schema: { id: { $type: 'decimal', nullable: false, precision: 9, scale: 2 } } }],
  ['holdout', 'target: late, train: 33.3%, validate: 33.4%, test: 33.3%', { train: 0.333, validate: 0.334, test: 0.333 }],
  ['holdout', 'target: late, train: share', { train: 0.6 }],
  ['prepare', 'impute { distance: constant(-1) }', { impute: { distance: { $call: 'constant', value: -1 } } }],
  ['prepare', 'impute { distance: none, numeric: mean }', { impute: { delay: 'mean', id: 'mean' } }],
  ['prepare', 'encode { id: one_hot, delay: one_hot(min_count: 3) }', { encode: { id: { $call: 'one_hot', min_count: 1 }, delay: { $call: 'one_hot', min_count: 3 } } }],
  ['xgboost', 'rounds: n, eta: ${share}', { rounds: 3, eta: 0.6 }],
  ['xgboost', 'interaction_constraints: [[id, delay], [distance]]', { interaction_constraints: [[{ $column: 'id' }, { $column: 'delay' }], [{ $column: 'distance' }]] }],
  ['xgboost', 'monotone_constraints { Delay: -1 }', { monotone_constraints: { delay: -1 } }],
  ['select', 'maximize: auc, require { latency_p99: 1ms..1.1ms }', { require: { latency_p99: { $range: [{ $quantity: 0.001, unit: 's' }, { $quantity: 0.0011, unit: 's' }] } } }],
  ['select', 'maximize: auc, require { size: ..1.1MB }', { require: { size: { $range: [null, { $quantity: 1_100_000, unit: 'B' }] } } }],
  ['select', 'maximize: auc, require { size: 1KiB.. }', { require: { size: { $range: [{ $quantity: 1024, unit: 'B' }, null] } } }],
  ['select', 'maximize: auc, require { interpretability: medium..high }', { require: { interpretability: { $range: ['medium', 'high'] } } }],
];

describe('a value', () => {
  const withParams = `param n = 3\nparam share = 60%\nparam word = "none"\n${GROUND}`;

  it.each(encoded.filter(([, written]) => !written.includes('list(int?)')))('of %s, %s', async (kind, written, expected) => {
    const plan = await planOf(`${withParams}${names[kind]} { ${written} }`);
    expect(stepOf(plan, 's').params).toMatchObject(expected);
  });
});

/** Params of SQL as literals: the declaration, what is given, and what stands in the query. */
const literals: readonly (readonly [declared: string, given: string | undefined, expected: string])[] = [
  ['p = 3', undefined, 'CAST(3 AS BIGINT)'],
  ['p = 3', '4', 'CAST(4 AS BIGINT)'],
  ['p: float = 3', undefined, "CAST('3' AS DOUBLE)"],
  ['p = 1e3', undefined, "CAST('1000' AS DOUBLE)"],
  ['p: int(0..10)', '1_0', 'CAST(10 AS BIGINT)'],
  ['p = 0.7%', undefined, "CAST('0.007' AS DOUBLE)"],
  ['p = "it\'s"', undefined, "'it''s'"],
  ['p = "x"', "'; DROP TABLE flights --", "'''; DROP TABLE flights --'"],
  ['p = true', 'false', 'FALSE'],
  ['p = ["a", "b"]', undefined, "['a', 'b']"],
  ['p = ["a"]', 'c, d', "['c', 'd']"],
  // What is given has the type of the default's members.
  ['p = ["a"]', '[c, "d, e"]', "['c', 'd, e']"],
  ['p: list(string)', '[]', 'CAST([] AS VARCHAR[])'],
  ['p: list(list(int)) = []', '[[1, 2], []]', '[[CAST(1 AS BIGINT), CAST(2 AS BIGINT)], CAST([] AS BIGINT[])]'],
  ['p: date = "2001-02-28"', undefined, "DATE '2001-02-28'"],
  ['p: date = "2001-02-28"', '2004-02-29', "DATE '2004-02-29'"],
  ['p: timestamp = "2001-02-28 13:30"', undefined, "TIMESTAMP '2001-02-28 13:30'"],
  ['p: list(date)', '2001-01-01, 2001-12-31', "[DATE '2001-01-01', DATE '2001-12-31']"],
  ['p: int? = none', undefined, 'CAST(NULL AS BIGINT)'],
  ['p: int? = none', '3', 'CAST(3 AS BIGINT)'],
  ['p: int? = 3', 'none', 'CAST(NULL AS BIGINT)'],
  ['p: float(0..1)', '70%', "CAST('0.7' AS DOUBLE)"],
  ['p: int = env("COUNT")', undefined, 'CAST(12 AS BIGINT)'],
  ['p: int = env("COUNT")', '4', 'CAST(4 AS BIGINT)'],
  ['p = env("PLACE")', undefined, "'it''s here'"],
  ['p = [1, 2]', '3,4', '[CAST(3 AS BIGINT), CAST(4 AS BIGINT)]'],
];

const ENVIRONMENT = { COUNT: '12', PLACE: "it's here", MLP_PARAM_q: '5' };

describe('a param', () => {
  it.each(literals)('%s, given %s, is %s', async (declared, given, expected) => {
    const plan = await planOf(`param ${declared}\ntable t = sql("SELECT \${p} AS p")`, { params: given === undefined ? {} : { p: given }, environment: ENVIRONMENT });
    expect(stepOf(plan, 't').query?.text).toBe(`SELECT ${expected} AS p`);
  });

  it('may be called like what every JavaScript object has', async () => {
    const plan = await planOf('param constructor = 3\ntable t = sql("SELECT ${constructor} AS p")');
    expect(stepOf(plan, 't').query?.text).toBe('SELECT CAST(3 AS BIGINT) AS p');
  });

  it('is set by a variable of the environment, over which a flag wins', async () => {
    const textOf = async (params: Record<string, string>): Promise<string | undefined> =>
      stepOf(await planOf('param q = 1\ntable t = sql("SELECT ${q} AS q")', { params, environment: ENVIRONMENT }), 't').query?.text;
    expect(await textOf({})).toBe('SELECT CAST(5 AS BIGINT) AS q');
    expect(await textOf({ q: '7' })).toBe('SELECT CAST(7 AS BIGINT) AS q');
  });

  it('names a file', async () => {
    const plan = await planOf('param file = "flights.csv"\nsource a = csv(file)\nsource b = csv("${file}")');
    expect(stepOf(plan, 'a').roots).toEqual(stepOf(plan, 'b').roots);
  });
});

describe('shiftDecimal', () => {
  it.each([
    [0.7, -2, 0.007],
    [33.3, -2, 0.333],
    [1e-7, -2, 1e-9],
    [1e21, 3, 1e24],
    [-5, -3, -0.005],
    [0, 6, 0],
  ])('%d by %d places is %d', (value, places, expected) => {
    expect(shiftDecimal(value, places)).toBe(expected);
  });
});
