import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnManifest } from '../../compiler/plan/artifact.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { readColumns, requestLevels, type ColumnRequest, type ReadArray, type Storage } from '../../runtime/engines/duckdb/read-columns.ts';
import type { FittedCategory, FittedFeature } from './fitted.ts';
import { presentSql } from './present-sql.ts';

/**
 * Columns as they are read, before anything is imputed, encoded or scaled: numbers (NaN is missing), raw codes, texts, lists, or
 * microseconds since 1970.
 */
export type RawColumns = ReadonlyMap<string, ReadArray>;

/** What features are fitted to, as far as reading goes. */
export type ReadFeature = FittedFeature | Omit<FittedCategory, 'encoding'>;

/** A column, as far as reading it goes. */
export type RawColumn = Pick<ColumnManifest, 'name' | 'sql' | 'nulls' | 'min' | 'max'>;

/** The rows that are read, and what the table's manifest says of their columns. */
export interface RawSource {
  /** What stands behind FROM. */
  readonly from: string;
  readonly rows: number;
  /** The columns' types, and what is known of their values; without bounds, numbers are read as wide as they may be. */
  readonly columns: readonly RawColumn[];
}

/** Reads the columns of features, in the narrowest types that hold their values. */
export async function readRaw(connection: DuckDBConnection, source: RawSource, features: readonly ReadFeature[]): Promise<RawColumns> {
  const columns = await requestRaw(connection, source.columns, features);
  return rawColumns(features, await readColumns(connection, { from: source.from, rows: source.rows, columns }));
}

/** What to ask a table with these columns for, so that `rawColumns` understands it. */
export async function requestRaw(connection: DuckDBConnection, columns: RawSource['columns'], features: readonly ReadFeature[]): Promise<ColumnRequest[]> {
  const requests: ColumnRequest[] = [];
  for (const feature of features) {
    const { column } = feature;
    const manifest = columns.find((one) => one.name === column);
    if (manifest === undefined) throw new Error(`the table has no column \`${column}\``);
    requests.push(await requestColumn(connection, manifest, feature));
  }
  return requests;
}

async function requestColumn(connection: DuckDBConnection, manifest: RawColumn, feature: ReadFeature): Promise<ColumnRequest> {
  switch (feature.kind) {
    case 'number':
      return requestNumber(manifest);
    case 'category':
      return requestLevels(connection, { column: feature.column, boolean: feature.type === 'bool', levels: feature.levels });
    case 'date':
      return { sql: `coalesce((${presentSql(feature)})::DOUBLE, 'nan')`, as: 'f8' };
    case 'array':
      return { sql: sqlName(feature.column), as: 'list', size: feature.shape.reduce((product, length) => product * length, 1) };
    case 'hash':
    case 'text':
      return { sql: presentSql(feature), as: 'text' };
  }
}

/** The arrays that were read for `requestRaw`, by their columns. */
export function rawColumns(features: readonly ReadFeature[], arrays: readonly ReadArray[]): Map<string, ReadArray> {
  return new Map(features.map(({ column }, i) => [column, arrays[i] as ReadArray]));
}

function requestNumber(column: RawColumn): ColumnRequest {
  const as = numberStorage(column);
  const name = sqlName(column.name);
  return { sql: column.nulls === 0 ? name : `coalesce(${name}::${as === 'f4' ? 'FLOAT' : 'DOUBLE'}, 'nan')`, as };
}

const RANGES: readonly (readonly [Storage, bigint, bigint])[] = [
  ['u1', 0n, 0xffn],
  ['i1', -0x80n, 0x7fn],
  ['u2', 0n, 0xffffn],
  ['i2', -0x8000n, 0x7fffn],
  ['u4', 0n, 0xffff_ffffn],
  ['i4', -0x8000_0000n, 0x7fff_ffffn],
];

/** Floats of 32 bits hold every whole number up to this. */
const FLOAT_LIMIT = 2n ** 24n;

/** A type that holds every value exactly, NaN where some are missing (beyond 2^53, the nearest double). */
function numberStorage({ sql, nulls, min, max }: RawColumn): Storage {
  if (sql === 'FLOAT') return 'f4';
  if (sql === 'BOOLEAN') return nulls === 0 ? 'u1' : 'f4';
  if (!isInteger(sql) || min === undefined || max === undefined) return 'f8';
  const low = BigInt(min);
  const high = BigInt(max);
  if (nulls > 0) return low >= -FLOAT_LIMIT && high <= FLOAT_LIMIT ? 'f4' : 'f8';
  return RANGES.find(([, least, most]) => low >= least && high <= most)?.[0] ?? 'f8';
}

/** Whether a type of DuckDB holds whole numbers. */
export function isInteger(sql: string): boolean {
  return /^U?(TINY|SMALL|BIG|HUGE)INT$|^U?INTEGER$/.test(sql);
}
