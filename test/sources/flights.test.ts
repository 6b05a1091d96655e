import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../compiler/json.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { selectTable } from '../../runtime/engines/duckdb/read-table.ts';
import { parquet } from '../../stdlib/sources/parquet.ts';
import { openWorkbench, type Workbench } from '../support/run-kind.ts';

const FLIGHTS = 'npm:vega-datasets/data/flights-3m.parquet';
const FILE = new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url).pathname;
const LIMIT = 200_000;

const params: JsonObject = {
  limit: LIMIT,
  schema: {
    DATE: { $type: 'timestamp', nullable: false },
    delay: { $type: 'int', nullable: false },
    distance: { $type: 'int', nullable: false, where: 'distance > 100' },
    origin: { $type: 'string', nullable: false, where: "length(origin) = 3 AND origin <> 'ATL'" },
    destination: { $type: 'string', nullable: false },
  },
  dedupe: [{ $column: 'date' }, { $column: 'origin' }, { $column: 'destination' }],
  invalid: 'quarantine',
};

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

describe('flights', () => {
  test('limit, schema, dedupe and quarantine give the rows that a plain query gives', async () => {
    const { outputs, statistics } = await bench.make({ kind: parquet, input: FLIGHTS, params });
    const value = outputs['value'] as TableArtifact;
    const quarantine = outputs['quarantine'] as TableArtifact;
    const connection = await connectDuckDB({ threads: 2, memory: 2 ** 30 });
    const one = async (query: string): Promise<unknown[]> => (await connection.runAndReadAll(query)).getRows()[0] ?? [];
    const made = (table: TableArtifact): string => `(${selectTable({ path: bench.blobPath(table.file.digest), columns: table.columns })})`;
    // Another way to the same rows: a window over everything, and no row numbers but the file's.
    const expected = `(SELECT * EXCLUDE (r, n) FROM (
      SELECT *, row_number() OVER (PARTITION BY date, origin, destination ORDER BY r) AS n
      FROM (SELECT * EXCLUDE file_row_number, file_row_number AS r FROM read_parquet(${sqlString(FILE)}, file_row_number = true))
      WHERE r < ${LIMIT} AND distance > 100 AND origin NOT LIKE 'ATL') WHERE n = 1)`;
    const sums = 'count(*), sum(delay), sum(distance), bit_xor(hash(date, delay, distance, origin, destination)), min(date), max(origin)';
    expect(await one(`SELECT ${sums} FROM ${made(value)}`)).toEqual(await one(`SELECT ${sums} FROM ${expected}`));
    expect(statistics).toEqual({ read: LIMIT, invalid: quarantine.rows, notUnique: 0, repeated: LIMIT - quarantine.rows - value.rows });
    expect(value.columns.map(({ name, sql }) => `${name} ${sql}`)).toEqual([
      'date TIMESTAMP',
      'delay BIGINT',
      'distance BIGINT',
      'origin VARCHAR',
      'destination VARCHAR',
    ]);
    // Rows stay in the order of the file, where dates ascend.
    expect(await one(`SELECT bool_and(date >= before) FROM (SELECT date, lag(date) OVER () AS before FROM ${made(value)})`)).toEqual([true]);
    const near = await one(`SELECT "row", distance, reason FROM ${made(quarantine)} WHERE distance <= 100 ORDER BY "row" LIMIT 1`);
    const source = await one(`SELECT file_row_number + 1, distance FROM read_parquet(${sqlString(FILE)}, file_row_number = true) WHERE distance <= 100 ORDER BY 1 LIMIT 1`);
    expect(near.slice(0, 2)).toEqual(source);
    expect(near[2]).toContain(`\`distance\` is not as its \`where\` asks: \`${String(source[1])}\``);
    connection.closeSync();
  });

  test('one thread and two give the same bytes', async () => {
    const one = await bench.make({ kind: parquet, input: FLIGHTS, params, threads: 1 });
    const two = await bench.make({ kind: parquet, input: FLIGHTS, params, threads: 2 });
    expect(two.outputs).toEqual(one.outputs);
  });

  test('neither the order of keys, nor case, nor the layout of conditions is in the fingerprint', async () => {
    const schema = params['schema'] as JsonObject;
    const other = {
      ...params,
      schema: { ...Object.fromEntries(Object.entries(schema).reverse()), distance: { $type: 'int', nullable: false, where: ' DISTANCE  >\n 100 -- miles' } },
      dedupe: [{ $column: 'DATE' }, { $column: 'Origin' }, { $column: 'destination' }],
    };
    const a = await bench.infer({ kind: parquet, input: FLIGHTS, params });
    const b = await bench.infer({ kind: parquet, input: FLIGHTS, params: other });
    expect(b.inferred?.identity).toEqual(a.inferred?.identity);
    expect(b.inferred?.params?.['dedupe']).toEqual(a.inferred?.params?.['dedupe']);
    const changed = await bench.infer({ kind: parquet, input: FLIGHTS, params: { ...params, schema: { ...schema, distance: { $type: 'int', nullable: true, where: 'distance > 101' } } } });
    expect(changed.inferred?.identity).not.toEqual(a.inferred?.identity);
  });
});
