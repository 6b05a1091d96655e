import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { selectTable, tableHead } from '../../runtime/engines/duckdb/read-table.ts';
import { writeTable, type WrittenTable } from '../../runtime/engines/duckdb/write-table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlp-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(select: string, threads: number, name = 'table'): Promise<{ table: WrittenTable; path: string; file: string }> {
  const connection = await connectDuckDB({ threads, memory: 2 ** 30 });
  const path = join(folder, `${name}-${threads}.parquet`);
  try {
    const table = await writeTable(connection, { select, path });
    return { table, path, file: createHash('sha256').update(await readFile(path)).digest('hex') };
  } finally {
    connection.closeSync();
  }
}

/** One expression for each type that DuckDB's Parquet has trouble with, and some that it has none with. */
const TYPES: readonly string[] = [
  '1::HUGEINT', '99999999999999999999999999999999999999::UHUGEINT', "'a'::ENUM('b', 'a')", "INTERVAL '1 day 3 microseconds'", "'101'::BIT", "'10:00:00+02'::TIMETZ",
  "'2001-01-01'::TIMESTAMP_S", "'2001-01-01 10:00:00.123456789'::TIMESTAMP_NS", "'2001-01-01 10:00:00+02'::TIMESTAMPTZ", "'ab'::BLOB", '\'{"a": 1}\'::JSON',
  '1.25::DECIMAL(38, 10)', '[1, 2]::INTEGER[2]', '[[1.5], NULL]', "{'a': 1, 'b c': [2::HUGEINT]}", "MAP {'k': 1.5::FLOAT}", '1::UTINYINT', "'infinity'::DATE",
  "'9f8fd2f6-5f0a-4a0e-8b0a-111111111111'::UUID", 'true', "'10:00:00.000001'::TIME", '9007199254740993', "'O''Brien'::ENUM('O''Brien')", "{'a \"b\"': 1, 'c''d': 'x,)'::ENUM('x,)')}",
]; // prettier-ignore

describe('a written table', () => {
  test('is read back with the types and values it had', async () => {
    const select = `SELECT ${TYPES.map((value, i) => `${value} AS c${i}`).join(', ')}`;
    const { table, path } = await write(select, 1, 'types');
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    const list = (each: (name: string) => string): string => TYPES.map((_, i) => each(`c${i}`)).join(', ');
    const shown = `SELECT ${list((name) => `typeof(${name}), ${name}::VARCHAR`)} FROM`;
    const back = await connection.runAndReadAll(`${shown} (${selectTable({ path, columns: table.columns })})`);
    const before = await connection.runAndReadAll(`${shown} (${select})`);
    connection.closeSync();
    expect(back.getRows()).toEqual(before.getRows());
  });

  test('has the same bytes on one thread and two', async () => {
    const select = `SELECT i, i % 7 AS k, 'text ' || (i * 7919 % 1000) AS s, sqrt(i) AS f, [i % 3, i] AS l FROM range(300000) t(i) WHERE i % 5 <> 0 ORDER BY i`;
    const one = await write(select, 1);
    const two = await write(select, 2);
    expect(two.file).toBe(one.file);
    expect(two.table).toEqual(one.table);
  });

  test('has one zero and one NaN, inside lists, structs and maps too', async () => {
    const values = (zero: string, nan: string): string =>
      `SELECT ${zero} AS z, ${nan} AS n, [${zero}, ${nan}] AS l, {'a': ${zero}, 'b': 'x'} AS s, MAP {'k': ${zero}} AS m, (${zero})::FLOAT AS f`;
    const plain = await write(values("'0.0'::DOUBLE", "'nan'::DOUBLE"), 1, 'plain');
    const other = await write(values("'-0.0'::DOUBLE", "-('nan'::DOUBLE)"), 1, 'other');
    expect(other.table).toEqual(plain.table);
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    const signs = await connection.runAndReadAll(`SELECT signbit(z), signbit(n), signbit(l[1]), signbit(s.a), signbit(f) FROM read_parquet('${other.path}')`);
    connection.closeSync();
    expect(signs.getRows()).toEqual([[false, false, false, false, false]]);
  });

  test('has a digest for each column that others do not touch', async () => {
    const select = (b: string): string => `SELECT i AS a, {'x': i, 'y': [i]} AS n, ${b} AS b, i || '' AS c FROM range(200000) t(i) ORDER BY i`;
    const first = await write(select('i * 2'), 2, 'first');
    const second = await write(select('i * 2 + (i = 150000)::INT'), 2, 'second');
    const same = first.table.columns.map(({ digest }, i) => digest === second.table.columns[i]?.digest);
    expect(same).toEqual([true, true, false, true]);
    expect(new Set(first.table.columns.map(({ digest }) => digest)).size).toBe(4);
  });

  test('has counts, least and greatest values as a query finds them', async () => {
    const long = `repeat('x', 3000) || i`;
    const select = `SELECT i AS a, CASE WHEN i % 3 > 0 THEN i / 7 END AS f, CASE WHEN i = 5 THEN 'nan'::DOUBLE END AS nan, ${long} AS long,
      DATE '2001-01-01' + i::INT AS d, NULL::INT AS none, i::DECIMAL(9, 2) - 10 AS dec, CASE WHEN i > 130000 THEN -i END AS late,
      'é' || (i % 10) AS s, i > 5 AS flag, [i] AS l FROM range(130010) t(i) ORDER BY i`;
    const { table, path } = await write(select, 2, 'summary');
    expect(table.rows).toBe(130_010);
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
    const names = table.columns.map(({ name }) => name).filter((name) => name !== 'l');
    const found = await connection.runAndReadAll(
      `SELECT ${names.map((name) => `count(*) FILTER ("${name}" IS NULL)::INT, min("${name}")::VARCHAR, max("${name}")::VARCHAR`).join(', ')} FROM read_parquet('${path}')`,
    );
    connection.closeSync();
    const row = found.getRows()[0] ?? [];
    const expected = names.map((name, i) => [name, row[i * 3], row[i * 3 + 1] ?? undefined, row[i * 3 + 2] ?? undefined]);
    expect(table.columns.filter(({ name }) => name !== 'l').map(({ name, nulls, min, max }) => [name, nulls, min, max])).toEqual(expected);
    expect(table.columns.at(-1)).toMatchObject({ name: 'l', nulls: 0 });
  });

  test('may be empty', async () => {
    const { table, path } = await write('SELECT 1 AS a, 0.5::DOUBLE AS b WHERE false', 1, 'empty');
    expect(table).toMatchObject({ rows: 0, columns: [{ name: 'a', nulls: 0 }, { name: 'b', nulls: 0 }] });
    const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
    expect(await tableHead(connection, { path, columns: table.columns }, 5)).toEqual([]);
    connection.closeSync();
  });

  test('does not take the names by which rows are numbered', async () => {
    await expect(write('SELECT 1 AS file_row_number', 1, 'reserved')).rejects.toThrow('no column of a table can be called `file_row_number`');
  });
});
