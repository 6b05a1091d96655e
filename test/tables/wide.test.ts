import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { tableStatistics } from '../../runtime/engines/duckdb/table-statistics.ts';
import { writeTable, type WrittenTable } from '../../runtime/engines/duckdb/write-table.ts';
import { selectNumbers } from '../../stdlib/features/fitting-number.ts';

const COLUMNS = 450;
const ROWS = 12;
const at = Array.from({ length: COLUMNS }, (_, i) => i);

/** Column i is of kind i % 3: whole numbers from i on, texts, or quarters. */
const EXPRESSIONS = at.map((i) => [`(${i} + r)::BIGINT`, `'t' || (${i} + r)`, `(${i} + r) / 4`][i % 3] ?? '');

let folder: string;
let connection: DuckDBConnection;
let path: string;
let written: WrittenTable;
let queries: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlp-test-'));
  connection = await connectDuckDB({ threads: 1, memory: 2 ** 29 });
  path = join(folder, 'wide.parquet');
  queries = watchQueries();
  written = await writeTable(connection, { select: `SELECT ${EXPRESSIONS.map((sql, i) => `${sql} AS c${i}`).join(', ')} FROM range(${ROWS}) t(r) ORDER BY r`, path });
});
afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true, force: true });
});

/** Keeps the queries of the connection. */
function watchQueries(): string[] {
  const seen: string[] = [];
  const read = connection.runAndReadAll.bind(connection);
  vi.spyOn(connection, 'runAndReadAll').mockImplementation((sql, ...rest) => {
    seen.push(sql);
    return read(sql, ...rest);
  });
  return seen;
}

describe('a table of many columns', () => {
  test('is summed up by one query of its footer, of a text that grows with the columns', () => {
    const summaries = queries.filter((sql) => sql.includes('parquet_'));
    expect(summaries).toHaveLength(1);
    for (const sql of summaries) expect(sql.length).toBeLessThan(10 * COLUMNS);
    const digits = (value: number): string => `t${value}`;
    for (const i of at) {
      const values = Array.from({ length: ROWS }, (_, r) => i + r);
      const texts = values.map(digits).sort();
      const bounds = [
        [String(i), String(i + ROWS - 1)],
        [texts[0], texts.at(-1)],
        [(i / 4).toFixed(2).replace(/0$/, ''), ((i + ROWS - 1) / 4).toFixed(2).replace(/0$/, '')],
      ][i % 3];
      expect([i, written.columns[i]?.nulls, written.columns[i]?.min, written.columns[i]?.max]).toEqual([i, 0, ...(bounds ?? [])]);
    }
  });

  test('is looked at without opening the file for each of its columns', async () => {
    queries.length = 0;
    const statistics = await tableStatistics(connection, { path, columns: written.columns, rows: ROWS });
    expect(queries.filter((sql) => sql.includes('read_parquet'))).toEqual([]);
    expect(statistics.map(({ name, min, distinct }) => [name, min, distinct])).toEqual(
      at.map((i) => [`c${i}`, i % 3 === 1 ? Array.from({ length: ROWS }, (_, r) => `t${i + r}`).sort()[0] : i % 3 === 0 ? i : i / 4, ROWS]),
    );
  });

  test('gives the same figures a few at a time as alone', async () => {
    queries.length = 0;
    const from = `(SELECT r::DOUBLE AS x FROM range(${ROWS}) t(r))`;
    expect(await selectNumbers({ connection, from }, at.map((i) => `sum(x + ${i})`))).toEqual(at.map((i) => (ROWS * (ROWS - 1)) / 2 + i * ROWS));
    expect(queries).toHaveLength(Math.ceil(COLUMNS / 100));
  });
});
