import type { DuckDBConnection } from '@duckdb/node-api';
import type { Json } from '../../../compiler/json.ts';
import type { Column } from '../../../compiler/types.ts';
import { sqlName } from './connect.ts';
import { plainValue, selectTable, type StoredTable } from './read-table.ts';
import { columnOf } from './table-types.ts';

/** What `show` says of a column: exact values, which two runs on the same table give alike. */
export interface ColumnStatistics {
  readonly name: string;
  /** The type in DuckDB. */
  readonly type: string;
  readonly nulls: number;
  readonly distinct?: number;
  readonly min?: Json;
  readonly max?: Json;
  /** Of numbers that are finite. */
  readonly mean?: Json;
  /** 25%, 50%, 75% of numbers: values of the column, none between two. */
  readonly quantiles?: readonly Json[];
  /** Of numbers that are finite: how many are in each of some intervals of one width, from the least to the largest. */
  readonly histogram?: readonly number[];
  /** Of texts and bools: the most frequent values, with how often they occur. */
  readonly top?: readonly { readonly value: Json; readonly count: number }[];
}

/** A table in a file, and how many rows it has. */
export interface CountedTable extends StoredTable {
  readonly rows: number;
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'float', 'decimal']);
const COUNTED: ReadonlySet<string> = new Set(['string', 'bool']);
const TOP_VALUES = 5;
const INTERVALS = 12;

/** Cells that are read at a time where a table is wide: columns of a long one are read alone, where they lie. */
const CELLS = 1_000_000;
const BATCH = '__mlp_batch';

/**
 * Statistics of each column of a table. Deterministic on a connection of one thread; on more, the last digits of the
 * mean of floats may vary.
 */
export async function tableStatistics(connection: DuckDBConnection, table: CountedTable): Promise<ColumnStatistics[]> {
  const prepared = await connection.prepare(selectTable(table));
  const columns = table.columns.map((_, i) => columnOf(prepared.columnName(i), prepared.columnType(i)));
  prepared.destroySync();
  const found: ColumnStatistics[] = [];
  // Opening a file of two thousand columns takes longer than what is asked about one of them.
  const atATime = Math.max(1, Math.floor(CELLS / Math.max(1, table.rows)));
  for (let at = 0; at < columns.length; at += atATime) {
    const batch = columns.slice(at, at + atATime);
    const rows = selectTable({ path: table.path, columns: batch });
    if (batch.length > 1) await connection.run(`CREATE OR REPLACE TEMP TABLE ${BATCH} AS ${rows}`);
    for (const column of batch) found.push(await columnStatistics(connection, batch.length > 1 ? BATCH : `(${rows})`, column));
  }
  return found;
}

async function columnStatistics(connection: DuckDBConnection, rows: string, { name, type, sql }: Column): Promise<ColumnStatistics> {
  const from = `(SELECT ${sqlName(name)} AS x FROM ${rows})`;
  if (type.kind === 'list' || type.kind === 'struct' || type.kind === 'other') {
    return { name, type: sql, ...(await oneRow(connection, `SELECT count(*) - count(x) AS nulls FROM ${from}`)) };
  }
  const finite = type.kind === 'float' ? ' FILTER (WHERE isfinite(x))' : '';
  const numeric = NUMBERS.has(type.kind) ? `, avg(x)${finite} AS mean, quantile_disc(x, [0.25, 0.5, 0.75]) AS quantiles` : '';
  const row = await oneRow(connection, `SELECT count(*) - count(x) AS nulls, count(DISTINCT x) AS distinct, min(x) AS min, max(x) AS max${numeric} FROM ${from}`);
  const top = COUNTED.has(type.kind) ? { top: await topValues(connection, from) } : {};
  const shape = NUMBERS.has(type.kind) && row.min !== undefined ? { histogram: await countIntervals(connection, from) } : {};
  return { name, type: sql, ...row, ...shape, ...top };
}

/** Halves, so that the distance of the ends is a number too. */
async function countIntervals(connection: DuckDBConnection, from: string): Promise<number[]> {
  const halves = `(SELECT x::DOUBLE / 2 AS half FROM ${from} WHERE isfinite(x::DOUBLE))`;
  const result = await connection.runAndReadAll(
    `SELECT CASE WHEN high > low THEN least(${INTERVALS - 1}, floor((half - low) / (high - low) * ${INTERVALS})) ELSE 0 END, count(*)
    FROM ${halves}, (SELECT min(half) AS low, max(half) AS high FROM ${halves}) GROUP BY 1`,
  );
  const counts = new Array<number>(INTERVALS).fill(0);
  for (const [interval, count] of result.getRows()) counts[Number(interval)] = Number(count);
  return counts;
}

type Aggregates = Omit<ColumnStatistics, 'name' | 'type' | 'top' | 'histogram'>;

/** The one row of a query whose columns are called as in `Aggregates`, without what is null. */
async function oneRow(connection: DuckDBConnection, query: string): Promise<Aggregates> {
  const [row = {}] = (await connection.runAndReadAll(query)).getRowObjects();
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (value === null ? [] : [[name, plainValue(value)]]))) as unknown as Aggregates;
}

async function topValues(connection: DuckDBConnection, from: string): Promise<{ value: Json; count: number }[]> {
  const result = await connection.runAndReadAll(
    `SELECT x, count(*) FROM ${from} WHERE x IS NOT NULL GROUP BY x ORDER BY count(*) DESC, x LIMIT ${TOP_VALUES}`,
  );
  return result.getRows().map(([value = null, count]) => ({ value: plainValue(value), count: Number(count) }));
}
