import { expect, it } from 'vitest';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { bytesOfRow, streamColumns } from '../../runtime/engines/duckdb/read-columns.ts';

const ROWS = 10_000;

it.each([1, 2048, 5000, 100_000])('batches of about %d rows hold every row once, in order', async (most) => {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  try {
    const seen: number[] = [];
    const sizes: number[] = [];
    for await (const { rows, columns } of streamColumns(connection, { from: `range(${ROWS}) AS r(i)`, columns: [{ sql: 'i', as: 'u4' }, { sql: 'i % 7', as: 'f8' }], most })) {
      const [numbers, rest] = columns;
      for (let row = 0; row < rows; row++) {
        seen.push(numbers?.[row] as number);
        expect(rest?.[row]).toBe((numbers?.[row] as number) % 7);
      }
      sizes.push(rows);
    }
    expect(seen).toEqual(Array.from({ length: ROWS }, (_, row) => row));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.max(most, 2048));
  } finally {
    connection.closeSync();
  }
});

it('a row of columns takes what their types take', () => {
  expect(bytesOfRow([{ sql: 'a', as: 'f8' }, { sql: 'b', as: 'u1' }, { sql: 'c', as: 'pair' }])).toBe(17);
});
