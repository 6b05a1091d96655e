import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { exportTable } from '../../runtime/engines/duckdb/export-table.ts';
import { tableHead, type StoredTable } from '../../runtime/engines/duckdb/read-table.ts';
import { tableStatistics } from '../../runtime/engines/duckdb/table-statistics.ts';
import { writeTable } from '../../runtime/engines/duckdb/write-table.ts';

const ROWS = 70_000;
let folder: string;
let connection: DuckDBConnection;
let table: StoredTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlp-test-'));
  connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
  const path = join(folder, 'table.parquet');
  const { columns } = await writeTable(connection, {
    select: `SELECT i::INT AS i, 9007199254740993 + i AS big, CASE i WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE ELSE i / 4 END AS f,
      CASE WHEN i % 3 > 0 THEN 's' || (i % 7) END AS s, i % 2 = 0 AS b, DATE '1969-12-31' + (i % 3)::INT AS d, TIMESTAMP '2001-01-01 10:00:00.5' AS t,
      (i / 8)::DECIMAL(9, 2) AS dec, [i, NULL] AS l, {'a': i} AS st, 5::HUGEINT AS h FROM range(${ROWS}) t(i) ORDER BY i`,
    path,
  });
  table = { path, columns };
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

describe('show', () => {
  test('the head is plain JSON; what numbers cannot say is text', async () => {
    expect(await tableHead(connection, table, 2)).toEqual([
      { i: 0, big: '9007199254740993', f: 'NaN', s: null, b: true, d: '1969-12-31', t: '2001-01-01 10:00:00.5', dec: 0, l: [0, null], st: { a: 0 }, h: 5 },
      { i: 1, big: '9007199254740994', f: '-Infinity', s: 's1', b: false, d: '1970-01-01', t: '2001-01-01 10:00:00.5', dec: 0.13, l: [1, null], st: { a: 1 }, h: 5 },
    ]);
  });

  test('statistics are those of the values', async () => {
    const found = new Map((await tableStatistics(connection, { ...table, rows: ROWS })).map((column) => [column.name, column]));
    expect(found.get('i')).toEqual({ name: 'i', type: 'INTEGER', nulls: 0, distinct: ROWS, min: 0, max: ROWS - 1, mean: (ROWS - 1) / 2, quantiles: [0.25, 0.5, 0.75].map((q) => q * ROWS - 1), histogram: Array.from({ length: 12 }, (_, at) => Array.from({ length: ROWS }, (_row, i) => Math.min(11, Math.floor((i / (ROWS - 1)) * 12))).filter((interval) => interval === at).length) });
    expect(found.get('f')).toMatchObject({ min: '-Infinity', max: 'NaN', mean: (ROWS + 1) / 8 });
    expect(found.get('s')).toMatchObject({ nulls: Math.ceil(ROWS / 3), distinct: 7, min: 's0', max: 's6' });
    const counts = new Map<string, number>();
    for (let i = 0; i < ROWS; i++) if (i % 3 > 0) counts.set(`s${i % 7}`, (counts.get(`s${i % 7}`) ?? 0) + 1);
    const top = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 5);
    expect(found.get('s')?.top).toEqual(top.map(([value, count]) => ({ value, count })));
    expect(found.get('l')).toEqual({ name: 'l', type: 'BIGINT[]', nulls: 0 });
  });
});

describe('export', () => {
  const lines = async (name: string): Promise<string[]> => (await readFile(join(folder, name), 'utf8')).trim().split('\n');

  test('.csv and .ndjson have the rows in order', async () => {
    expect(await exportTable(connection, { table, columns: ['s', 'i'], out: join(folder, 'out.csv') })).toEqual({ ok: true });
    const csv = await lines('out.csv');
    expect([csv.length, ...csv.slice(0, 3)]).toEqual([ROWS + 1, 's,i', ',0', 's1,1']);
    await exportTable(connection, { table, columns: ['i', 'st'], out: join(folder, 'out.ndjson') });
    const ndjson = (await lines('out.ndjson')).map((line) => JSON.parse(line) as unknown);
    expect(ndjson).toEqual(Array.from({ length: ROWS }, (_, i) => ({ i, st: { a: i } })));
  });

  test('.parquet has the types that the columns had', async () => {
    const out = join(folder, 'out.parquet');
    await exportTable(connection, { table, columns: ['i', 'd', 'dec'], out });
    const found = await connection.runAndReadAll(`SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM read_parquet('${out}'))`);
    expect(found.getRows().flat()).toEqual(['i INTEGER', 'd DATE', 'dec DECIMAL(9,2)']);
  });

  test('.arrow has every value, in several batches', async () => {
    const out = join(folder, 'out.arrow');
    await exportTable(connection, { table, out });
    const arrow = tableFromIPC(await readFile(out));
    expect(arrow.numRows).toBe(ROWS);
    expect(arrow.batches.length).toBeGreaterThan(1);
    expect(arrow.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      'i Int32', 'big Int64', 'f Float64', 's Utf8', 'b Bool', 'd Date32<DAY>', 't Timestamp<MICROSECOND>', 'dec Utf8', 'l Utf8', 'st Utf8', 'h Utf8',
    ]); // prettier-ignore
    for (const i of [0, 1, 2, 65_535, 65_536, ROWS - 1]) {
      const row = arrow.get(i);
      expect([row?.['i'], row?.['big'], row?.['s'], row?.['b'], row?.['l']]).toEqual([i, 9007199254740993n + BigInt(i), i % 3 > 0 ? `s${i % 7}` : null, i % 2 === 0, `[${i},null]`]);
      expect(new Date(row?.['d'] as number).toISOString().slice(0, 10)).toBe(['1969-12-31', '1970-01-01', '1970-01-02'][i % 3]);
    }
    expect(arrow.getChild('s')?.nullCount).toBe(Math.ceil(ROWS / 3));
  });

  test('another extension names the nearest', async () => {
    expect(await exportTable(connection, { table, out: 'out.parket' })).toEqual({ ok: false, message: 'tables are not exported as `.parket`', hint: 'did you mean `.parquet`?' });
  });
});
