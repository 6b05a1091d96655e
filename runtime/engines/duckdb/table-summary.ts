import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../../compiler/types.ts';
import { sqlName, sqlString } from './connect.ts';
import { IN_FOOTER, isFlat, type Leaf } from './table-footer.ts';

/** A column's nulls, and its bounds as DuckDB prints them: absent where it has no value, or no order. */
export interface ColumnSummary {
  readonly nulls: number;
  readonly min?: string;
  readonly max?: string;
}

/** Types that have an order worth showing. */
const ORDERED: ReadonlySet<string> = new Set([...IN_FOOTER, 'float', 'bool']);

/**
 * Nulls, least and greatest values of the columns of a Parquet file, from its footer where that has them, else by one
 * scan of the columns that need it (floats, whose NaN has no place in the footer, and long strings, which it cuts).
 */
export async function summarizeColumns(connection: DuckDBConnection, path: string, columns: readonly Column[], leaves: readonly Leaf[]): Promise<readonly ColumnSummary[]> {
  const flat = isFlat(columns);
  const told = columns.map(({ type }, i) => (flat && IN_FOOTER.has(type.kind) && leaves[i]?.exact === true ? summaryOf(leaves[i]) : undefined));
  const scanned = await fromScan(connection, sqlString(path), columns.filter((_, i) => told[i] === undefined));
  let next = 0;
  return told.map((summary) => summary ?? scanned[next++] ?? { nulls: 0 });
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
  return columns.map((_, i) => {
    const [nulls, min, max] = row.slice(i * 3);
    return summaryOf({ nulls: Number(nulls), ...(typeof min === 'string' ? { min } : {}), ...(typeof max === 'string' ? { max } : {}) });
  });
}

function summaryOf({ nulls, min, max }: ColumnSummary): ColumnSummary {
  return { nulls, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}
