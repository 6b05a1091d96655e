import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../compiler/types.ts';
import { sqlName, sqlString } from './connect.ts';

/** A column's nulls, and its bounds as DuckDB prints them: absent where it has no value, or no order. */
export interface ColumnSummary {
  readonly nulls: number;
  readonly min?: string;
  readonly max?: string;
}

/** What is known of a table's rows and columns, in their order. */
export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

/** Types whose least and greatest value the file's own statistics give, exactly and in DuckDB's order. */
const IN_METADATA: ReadonlySet<string> = new Set(['int', 'decimal', 'date', 'time', 'timestamp', 'string']);

/** Types that have an order worth showing. */
const ORDERED: ReadonlySet<string> = new Set([...IN_METADATA, 'float', 'bool']);

/**
 * Rows, nulls, least and greatest values of a Parquet file, from its footer where that has them, else by one scan of
 * the columns that need it (floats, whose NaN has no place in the footer, and long strings, which it cuts).
 */
export async function summarizeTable(connection: DuckDBConnection, path: string, columns: readonly Column[]): Promise<TableSummary> {
  const source = sqlString(path);
  const counted = await connection.runAndReadAll(`SELECT num_rows FROM parquet_file_metadata(${source})`);
  const rows = Number(counted.getRows()[0]?.[0]);
  const summaries = flat(columns) ? await fromFooter(connection, source, columns) : columns.map(() => undefined);
  const missing = columns.filter((_, i) => summaries[i] === undefined);
  const scanned = await fromScan(connection, source, missing);
  let next = 0;
  return { rows, columns: summaries.map((summary) => summary ?? scanned[next++] ?? { nulls: 0 }) };
}

/** Whether column i of the footer is column i of the table. */
function flat(columns: readonly Column[]): boolean {
  return columns.every(({ type, sql }) => type.kind !== 'list' && type.kind !== 'struct' && !sql.startsWith('MAP('));
}

/** One query for each type: its text and what it takes do not grow with the number of columns times that of chunks. */
async function fromFooter(connection: DuckDBConnection, source: string, columns: readonly Column[]): Promise<(ColumnSummary | undefined)[]> {
  const found: (ColumnSummary | undefined)[] = columns.map(() => undefined);
  for (const [sql, places] of placesByType(columns)) {
    const result = await connection.runAndReadAll(
      `SELECT column_id, bool_and(num_values = stats_null_count OR (min_is_exact AND max_is_exact)), coalesce(sum(stats_null_count), 0)::DOUBLE,
        CAST(min(CAST(stats_min_value AS ${sql})) AS VARCHAR), CAST(max(CAST(stats_max_value AS ${sql})) AS VARCHAR)
      FROM parquet_metadata(${source}) WHERE column_id IN (${places.join(', ')}) GROUP BY column_id`,
    );
    for (const [place, exact, nulls, min, max] of result.getRows()) {
      if (exact !== false) found[Number(place)] = summary(nulls, min, max);
    }
  }
  return found;
}

/** Places of the columns that the footer may tell of, by their types in DuckDB. */
function placesByType(columns: readonly Column[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  columns.forEach(({ type, sql }, i) => {
    if (IN_METADATA.has(type.kind)) places.set(sql, [...(places.get(sql) ?? []), i]);
  });
  return places;
}

async function fromScan(connection: DuckDBConnection, source: string, columns: readonly Column[]): Promise<ColumnSummary[]> {
  if (columns.length === 0) return [];
  const parts = columns.map(({ name, type, sql }) => {
    const value = `CAST(${sqlName(name)} AS ${sql})`;
    const bound = (which: string): string => (ORDERED.has(type.kind) ? `CAST(${which}(${value}) AS VARCHAR)` : 'NULL');
    return `(count(*) - count(${sqlName(name)}))::DOUBLE, ${bound('min')}, ${bound('max')}`;
  });
  const result = await connection.runAndReadAll(`SELECT ${parts.join(', ')} FROM read_parquet(${source})`);
  const row = result.getRows()[0] ?? [];
  return columns.map((_, i) => summary(row[i * 3], row[i * 3 + 1], row[i * 3 + 2]));
}

function summary(nulls: unknown, min: unknown, max: unknown): ColumnSummary {
  return {
    nulls: Number(nulls),
    ...(typeof min === 'string' ? { min } : {}),
    ...(typeof max === 'string' ? { max } : {}),
  };
}
