import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../compiler/types.ts';
import { sqlString } from './connect.ts';

/** One column of one row group: a range of bytes of the file. */
export interface Chunk {
  readonly start: number;
  readonly length: number;
}

/** What a Parquet file's footer says of one of its leaves: a column, or what a nested one is made of. */
export interface Leaf {
  /** One for each row group, in their order. */
  readonly chunks: readonly Chunk[];
  readonly rows: number;
  readonly nulls: number;
  /** Whether least and greatest value, where there are some, are those of the column and not cut off. */
  readonly exact: boolean;
  /** As DuckDB prints them; absent where there is none, or its type has none in the footer. */
  readonly min?: string;
  readonly max?: string;
}

/** Types whose least and greatest value the file's own statistics give, exactly and in DuckDB's order. */
export const IN_FOOTER: ReadonlySet<string> = new Set(['int', 'decimal', 'date', 'time', 'timestamp', 'string']);

/** Whether leaf i of the footer is column i of the table. */
export function isFlat(columns: readonly Column[]): boolean {
  return columns.every(({ type, sql }) => type.kind !== 'list' && type.kind !== 'struct' && !sql.startsWith('MAP('));
}

/**
 * The leaves of a Parquet file of these columns; none where it has no rows. All is asked at once, and nothing grouped
 * that need not be: for a small table, asking takes longer than writing it.
 */
export async function readFooter(connection: DuckDBConnection, path: string, columns: readonly Column[]): Promise<readonly Leaf[]> {
  const result = await connection.runAndReadAll(
    `SELECT column_id, row_group_num_rows::DOUBLE, least(data_page_offset, coalesce(dictionary_page_offset, data_page_offset))::DOUBLE,
      total_compressed_size::DOUBLE, coalesce(stats_null_count, 0)::DOUBLE,
      coalesce(num_values = stats_null_count OR (min_is_exact AND max_is_exact), true), ${printed('min', columns)}, ${printed('max', columns)}
    FROM parquet_metadata(${sqlString(path)}) ORDER BY row_group_id, column_id`,
  );
  const parts: Leaf[][] = [];
  for (const [leaf, rows, start, length, nulls, exact, min, max] of result.getRows()) {
    const part = { chunks: [{ start: Number(start), length: Number(length) }], rows: Number(rows), nulls: Number(nulls), exact: exact === true, ...boundsOf(min, max) };
    (parts[Number(leaf)] ??= []).push(part);
  }
  const leaves = parts.map(joined);
  return parts.every(({ length }) => length === 1) ? leaves : withBounds(connection, { path, columns, leaves });
}

/** The parts of one leaf together; bounds are there if there is one part. */
function joined(parts: readonly Leaf[]): Leaf {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const sum = (count: (part: Leaf) => number): number => parts.reduce((all, part) => all + count(part), 0);
  return { chunks: parts.flatMap(({ chunks }) => chunks), rows: sum(({ rows }) => rows), nulls: sum(({ nulls }) => nulls), exact: parts.every(({ exact }) => exact) };
}

/** The least and greatest of several row groups, which are compared in their columns' types. */
async function withBounds(connection: DuckDBConnection, { path, columns, leaves }: { readonly path: string; readonly columns: readonly Column[]; readonly leaves: readonly Leaf[] }): Promise<readonly Leaf[]> {
  const result = await connection.runAndReadAll(
    `SELECT column_id, ${compared('min', columns)}, ${compared('max', columns)} FROM parquet_metadata(${sqlString(path)}) GROUP BY column_id`,
  );
  const bounds = new Map(result.getRows().map(([leaf, min, max]) => [Number(leaf), boundsOf(min, max)]));
  return leaves.map((leaf, i) => ({ ...leaf, ...bounds.get(i) }));
}

function boundsOf(min: unknown, max: unknown): Pick<Leaf, 'min' | 'max'> {
  return { ...(typeof min === 'string' ? { min } : {}), ...(typeof max === 'string' ? { max } : {}) };
}

/** Kinds of types whose values the footer's statistics print as the type itself does. */
const PRINTED_ALIKE: ReadonlySet<string> = new Set(['int', 'string']);

/** A row group's bound as its column's type prints it. */
function printed(which: 'min' | 'max', columns: readonly Column[]): string {
  const text = `stats_${which}_value`;
  const others = [...placesByType(columns)].filter(([, { kind }]) => !PRINTED_ALIKE.has(kind));
  if (others.length === 0) return text;
  return `CASE ${others.map(([sql, { at }]) => `WHEN column_id IN (${at.join(', ')}) THEN CAST(CAST(${text} AS ${sql}) AS VARCHAR)`).join(' ')} ELSE ${text} END`;
}

/** The least or greatest of a column's row groups, as its type prints it. A column has one type, so one of the texts. */
function compared(which: 'min' | 'max', columns: readonly Column[]): string {
  const texts = [...placesByType(columns)].map(([sql, { at }]) => `CAST(${which}(CASE WHEN column_id IN (${at.join(', ')}) THEN CAST(stats_${which}_value AS ${sql}) END) AS VARCHAR)`);
  return `coalesce(${[...texts, 'NULL'].join(', ')})`;
}

/** Places of the columns that the footer may tell of, by their types in DuckDB: the text of a query grows with the columns alone. */
function placesByType(columns: readonly Column[]): ReadonlyMap<string, { readonly kind: string; readonly at: number[] }> {
  const places = new Map<string, { readonly kind: string; readonly at: number[] }>();
  if (!isFlat(columns)) return places;
  columns.forEach(({ type: { kind }, sql }, i) => {
    if (!IN_FOOTER.has(kind)) return;
    const known = places.get(sql);
    if (known === undefined) places.set(sql, { kind, at: [i] });
    else known.at.push(i);
  });
  return places;
}
