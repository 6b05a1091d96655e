import { expect, it } from 'vitest';
import { fitLevels } from '../../stdlib/features/fit-categories.ts';
import { connect } from '../sql/support.ts';

it('finds the same levels of many columns together, in batches and one by one', async () => {
  const connection = await connect();
  const names = Array.from({ length: 25 }, (_, i) => `the "${i}"`);
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const select = names.map((name, i) => `CASE WHEN n % ${i + 2} <> 1 THEN chr((97 + (n * ${i + 3}) % ${i + 1})::INTEGER) END AS ${quoted(name)}`);
  await connection.run(`CREATE TABLE t AS SELECT ${select.join(', ')} FROM range(100) AS r(n)`);
  const plans = names.map((column, i) => ({ column, type: 'string' as const, encode: { $call: 'native' as const }, ...(i % 3 === 0 ? { impute: { $call: 'constant' as const, value: 'b' } } : {}) }));
  const found = await fitLevels({ connection, from: 't' }, 100, plans);
  // 400,000 rows leave room for two columns at a time, ten million for one.
  for (const rows of [400_000, 10_000_000]) expect(await fitLevels({ connection, from: 't' }, rows, plans)).toEqual(found);
  for (const [i, { column, levels, counts, missing }] of found.entries()) {
    const rows = (await connection.runAndReadAll(`SELECT ${quoted(column)} FROM t`)).getRows().map(([value]) => value as string | null);
    const values = rows.map((value) => (value === null && i % 3 === 0 ? 'b' : value));
    expect(levels).toEqual([...new Set(values)].filter((value) => value !== null).sort());
    expect(counts).toEqual(levels.map((level) => values.filter((value) => value === level).length));
    expect(missing).toBe(values.filter((value) => value === null).length);
  }
});
