import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlName } from '../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../runtime/engines/duckdb/read-table.ts';

/** Which rows repeat a key, among which, and where the answer goes. */
export interface RepeatsQuestion {
  /** What stands behind FROM, with its rows numbered. */
  readonly from: string;
  /** Rows that count, a condition in SQL. */
  readonly where: string;
  readonly key: readonly string[];
  /** The order in which the row that stays is the first of those alike; without it, that of their numbers. */
  readonly order?: string;
  /** Whether rows with a null in the key are alike, as DISTINCT has it, or never, as UNIQUE has it. */
  readonly nullsAlike: boolean;
  /** The temporary table to be made, of `row` and `first`: each row whose key an earlier one has, and that one. */
  readonly into: string;
}

/**
 * Finds the rows that repeat a key. Hashes that are seen twice choose candidates, which are few; these alone are
 * compared. (On 3,000,000 flights 0.5 s, where a window over everything takes 2.4 s.)
 */
export async function findRepeats(connection: DuckDBConnection, { from, where, key, order = ROW_NUMBER, nullsAlike, into }: RepeatsQuestion): Promise<number> {
  const columns = key.map(sqlName).join(', ');
  const counted = nullsAlike ? where : [where, ...key.map((name) => `${sqlName(name)} IS NOT NULL`)].join(' AND ');
  const hashes = sqlName(`${into}_hashes`);
  await connection.run(
    `CREATE TEMP TABLE ${hashes} AS SELECT hash(${columns}) AS h FROM ${from} WHERE ${counted} GROUP BY h HAVING count(*) > 1`,
  );
  await connection.run(
    `CREATE TEMP TABLE ${sqlName(into)} AS SELECT row, first FROM (
       SELECT ${ROW_NUMBER} AS row, first_value(${ROW_NUMBER}) OVER same AS first, row_number() OVER same AS place
       FROM ${from} WHERE ${counted} AND hash(${columns}) IN (SELECT h FROM ${hashes})
       WINDOW same AS (PARTITION BY ${columns} ORDER BY ${order})) WHERE place > 1`,
  );
  await connection.run(`DROP TABLE ${hashes}`);
  const result = await connection.runAndReadAll(`SELECT count(*) FROM ${sqlName(into)}`);
  return Number(result.getRows()[0]?.[0]);
}
