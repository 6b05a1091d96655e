import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { airports, connect, facts, fill, flights, rowsOf } from './support.ts';

/** A condition of a query, and how it may be spelled. */
type Condition =
  | { readonly kind: 'compare'; readonly operands: readonly [Operand, Operand]; readonly operator: string }
  | { readonly kind: 'AND' | 'OR'; readonly parts: readonly Condition[] };

/** A text that has no other spelling, a column, or a cast. */
type Operand = string | { readonly column: string } | { readonly cast: Operand; readonly to: string; readonly attempt: boolean };

const types: Readonly<Record<string, readonly string[]>> = {
  INTEGER: ['INTEGER', 'int', 'INT4', 'Signed'],
  DOUBLE: ['DOUBLE', 'double precision', 'float8'],
  VARCHAR: ['VARCHAR', 'text', 'String', 'char(9)'],
  'DECIMAL(9,2)': ['DECIMAL(9,2)', 'numeric(9, 2)', 'dec(9,2)'],
};

const plain = fc.oneof(
  fc.constantFrom('10', '20', 'NULL', '1.5', "'SFO'", "'12'", "'nan'::DOUBLE", '-0.0::DOUBLE', '1e400', 'delay + 10', 'speed / 0', 'abs(delay)'),
  fc.constantFrom('delay', 'distance', 'speed', 'price', 'origin').map((column) => ({ column })),
);
const operand: fc.Arbitrary<Operand> = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: fc.record({ cast: plain, to: fc.constantFrom(...Object.keys(types)), attempt: fc.boolean() }) },
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('compare' as const),
      operands: fc.tuple(operand, operand),
      operator: fc.constantFrom('<', '<=', '=', '<>', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'),
    }),
    fc.record({
      kind: fc.constantFrom('AND' as const, 'OR' as const),
      parts: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const mirror: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Chooses among spellings, the first of all being the plainest. */
type Choose = <T>(spellings: readonly T[]) => T;

function spellOperand(of: Operand, choose: Choose): string {
  if (typeof of === 'string') return of;
  if ('column' in of) return choose([of.column, of.column.toUpperCase(), `"${of.column}"`]);
  const inner = spellOperand(of.cast, choose);
  const type = choose(types[of.to] ?? [of.to]);
  if (of.attempt) return `${choose(['TRY_CAST', 'try_cast'])}(${inner} AS ${type})`;
  return choose([`CAST(${inner} AS ${type})`, `cast( ${inner} as ${type} )`, `(${inner})::${type}`]);
}

function spell(of: Condition, choose: Choose): string {
  const gap = (): string => choose([' ', '\n\t', ' /* then */ ', ' -- so\n']);
  if (of.kind !== 'compare') {
    const parts = of.parts.map((part) => `(${spell(part, choose)})`);
    return (choose([false, true]) ? parts.reverse() : parts).join(gap() + choose([of.kind, of.kind.toLowerCase()]) + gap());
  }
  const [left, right] = of.operands.map((each) => spellOperand(each, choose)) as [string, string];
  const turned = choose([false, true]);
  const operator = turned ? (mirror[of.operator] ?? of.operator) : of.operator;
  return `${turned ? right : left} ${operator === '<>' ? choose(['<>', '!=']) : operator} ${turned ? left : right}`;
}

type Outcome = { readonly rows: readonly string[] } | { readonly error: string };

async function outcomeOf(connection: DuckDBConnection, text: string): Promise<Outcome> {
  try {
    return { rows: await rowsOf(connection, text) };
  } catch (error) {
    return { error: String(error).split(':')[0] ?? '' };
  }
}

describe('spellings of one identity', () => {
  it('give one result, or all fail', { timeout: 300_000 }, async () => {
    const connection = await connect();
    await fill(connection, [flights, airports], 60);
    let ran = 0;
    const property = fc.asyncProperty(condition, fc.infiniteStream(fc.nat(11)), async (each, stream) => {
      const choose: Choose = (spellings) => spellings[(stream.next().value ?? 0) % spellings.length] as (typeof spellings)[number];
      const texts = [<T>(spellings: readonly T[]) => spellings[0] as T, choose].map(
        (how) => `SELECT *, ${spell(each, how)} AS c FROM flights WHERE ${spell(each, how)} OR delay = 10`,
      );
      const [first, second] = [await tried(texts[0] ?? ''), await tried(texts[1] ?? '')];
      // What cannot be bound in one spelling cannot in the other.
      expect(second?.canonical).toBe(first?.canonical);
      expect(second?.columns).toEqual(first?.columns);
      if (first === undefined || second === undefined) return;
      const [before, after] = [await outcomeOf(connection, first.ordered), await outcomeOf(connection, second.ordered)];
      // Which operand is looked at first may decide whether a cast is tried: a result is never another one.
      if ('rows' in before && 'rows' in after) {
        ran += 1;
        expect(after.rows).toEqual(before.rows);
      }
    });
    await fc.assert(property, { numRuns: 120 });
    expect(ran).toBeGreaterThan(30);
  });
});

async function tried(text: string): Promise<Awaited<ReturnType<typeof facts>> | undefined> {
  return facts(text).catch(() => undefined);
}

/** Values of every kind that a comparison may meet, by type. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  INTEGER: ['0', '-1', '7', 'NULL'],
  BIGINT: ['7', '9007199254740993', '-9223372036854775808', 'NULL'],
  UBIGINT: ['7', '18446744073709551615', 'NULL'],
  HUGEINT: ['7', '170141183460469231731687303715884105727', 'NULL'],
  'DECIMAL(9,2)': ['7.00', '-0.01', '9.99', 'NULL'],
  'DECIMAL(38,10)': ['7', '0.0000000001', 'NULL'],
  FLOAT: ["'nan'", "'inf'", '-0.0', '0.0', '7', '0.1', 'NULL'],
  DOUBLE: ["'nan'", "'-inf'", '-0.0', '0.0', '7', '0.1', '9007199254740992', 'NULL'],
  VARCHAR: ["''", "'a'", "'A'", "'é'", "'7'", "'2001-01-01'", 'NULL'],
  BOOLEAN: ['true', 'false', 'NULL'],
  DATE: ["'2001-01-01'", "'infinity'", 'NULL'],
  TIMESTAMP: ["'2001-01-01 00:00:00'", "'2001-01-01 00:00:01'", 'NULL'],
  'TIMESTAMP WITH TIME ZONE': ["'2001-01-01 00:00:00+00'", "'2001-01-01 00:00:00+01'", 'NULL'],
  TIME: ["'01:00:00'", "'23:59:59'", 'NULL'],
  INTERVAL: ["'1 month'", "'30 days'", "'31 days'", "'24 hours'", 'NULL'],
  BLOB: ["'a'", "'\\xAA'", 'NULL'],
  "ENUM('b', 'a')": ["'a'", "'b'", 'NULL'],
  'INTEGER[]': ['[1, 2]', '[1, NULL]', '[]', 'NULL'],
  'STRUCT(x INTEGER, y VARCHAR)': ["{'x': 1, 'y': 'a'}", "{'x': NULL, 'y': 'a'}", 'NULL'],
  JSON: ["'7'", '\'{"a": 1}\'', 'NULL'],
  UUID: ["'00000000-0000-0000-0000-000000000001'", 'NULL'],
};

describe('a comparison the other way round', () => {
  const names = Object.keys(VALUES);
  const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '=': '=', '<>': '<>', 'IS DISTINCT FROM': 'IS DISTINCT FROM' };
  const connections: DuckDBConnection[] = [];
  beforeAll(async () => {
    const connection = await connect();
    for (const [i, type] of names.entries()) {
      const values = VALUES[type] ?? [];
      await connection.run(`CREATE TABLE v${i} AS SELECT CAST(v AS ${type}) AS v, i FROM (VALUES ${values.map((value, at) => `(CAST(${value} AS ${type}), ${at})`).join(', ')}) t(v, i)`);
    }
    connections.push(connection);
  });

  it.each(names.map((type, i) => ({ type, i })))('of $type with every type says the same, or is refused too', async ({ i }) => {
    const [connection] = connections;
    if (connection === undefined) throw new Error('there is no database');
    let compared = 0;
    for (const [j] of names.entries()) {
      for (const [operator, back] of Object.entries(turned)) {
        const ask = (expression: string): Promise<Outcome> => outcomeOf(connection, `SELECT a.i, b.i, ${expression} AS c FROM v${i} a, v${j} b ORDER BY 1, 2`);
        const [one, two] = [await ask(`a.v ${operator} b.v`), await ask(`b.v ${back} a.v`)];
        expect(two).toEqual(one);
        if ('rows' in one) compared += 1;
      }
      // A literal takes its type from what it is compared with, on either side.
      for (const literal of ["'7'", "'a'", '7', '0.1', '1e0', 'NULL']) {
        const ask = (expression: string): Promise<Outcome> => outcomeOf(connection, `SELECT a.i, ${expression} AS c FROM v${i} a ORDER BY 1`);
        if (j === 0) expect(await ask(`a.v < ${literal}`), literal).toEqual(await ask(`${literal} > a.v`));
      }
    }
    expect(compared).toBeGreaterThan(0);
  });
});

describe('the order of operands', () => {
  const truth = ['true', 'false', 'NULL::BOOLEAN'];
  const places = [
    (condition: string) => `SELECT ${condition} AS c FROM b ORDER BY x, y, z`,
    (condition: string) => `SELECT x, y, z FROM b WHERE ${condition} ORDER BY ALL`,
    (condition: string) => `SELECT x, count(*) AS n FROM b GROUP BY x, y, z HAVING ${condition} ORDER BY ALL`,
    (condition: string) => `SELECT CASE WHEN ${condition} THEN 1 ELSE 2 END AS c FROM b ORDER BY x, y, z`,
    (condition: string) => `SELECT count(*) FILTER (WHERE ${condition}) AS n FROM b`,
    (condition: string) => `SELECT l.x, r.n FROM b l LEFT JOIN (SELECT 1 AS n) r ON ${condition.replaceAll(/\b([xyz])\b/g, 'l.$1')} ORDER BY ALL`,
  ];
  it.each(['AND', 'OR'])('%s is the same over true, false and null, wherever it stands', async (word) => {
    const connection = await connect();
    await connection.run(`CREATE TABLE b AS SELECT x, y, z FROM (SELECT unnest([${truth.join(', ')}]) AS x), (SELECT unnest([${truth.join(', ')}]) AS y), (SELECT unnest([${truth.join(', ')}]) AS z)`);
    for (const place of places) {
      const all = await Promise.all([['x', 'y', 'z'], ['z', 'y', 'x'], ['y', 'z', 'x']].map((names) => rowsOf(connection, place(names.join(` ${word} `)))));
      for (const other of all) expect(other).toEqual(all[0]);
    }
  });

  it('changes no result of a query that succeeds: an operand that may fail', async () => {
    const connection = await connect();
    await connection.run("CREATE TABLE s AS SELECT * FROM (VALUES ('1', 0), ('x', 1), ('3', 2), (NULL, 3)) t(s, i)");
    const guarded = ["s <> 'x'", 'CAST(s AS INTEGER) > 2'];
    const [one, two] = [await outcomeOf(connection, `SELECT i FROM s WHERE ${guarded.join(' AND ')} ORDER BY i`), await outcomeOf(connection, `SELECT i FROM s WHERE ${[...guarded].reverse().join(' AND ')} ORDER BY i`)];
    for (const outcome of [one, two]) if ('rows' in outcome) expect(outcome.rows).toEqual(['[2]']);
    // Division has nothing to fail of.
    const numbers = 'FROM (VALUES (0), (1), (-1), (NULL)) t(x)';
    expect(await rowsOf(connection, `SELECT x ${numbers} WHERE x <> 0 AND 1 / x > 0 ORDER BY 1`)).toEqual(await rowsOf(connection, `SELECT x ${numbers} WHERE 1 / x > 0 AND x <> 0 ORDER BY 1`));
  });
});
