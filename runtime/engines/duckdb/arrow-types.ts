import type * as Arrow from 'apache-arrow';
import type { Column } from '../../../compiler/types.ts';
import { columnTypeOf } from './sql-column-type.ts';

/** The package, loaded when it is needed. */
export type ArrowPackage = typeof Arrow;

type Physical = 'BIGINT' | 'BOOLEAN' | 'DOUBLE' | 'FLOAT' | 'INTEGER' | 'SMALLINT' | 'TINYINT' | 'UBIGINT' | 'UINTEGER' | 'USMALLINT' | 'UTINYINT' | 'VARCHAR';

const SIGNED = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' } as const;
const UNSIGNED = { 8: 'UTINYINT', 16: 'USMALLINT', 32: 'UINTEGER', 64: 'UBIGINT' } as const;

/** How a column of an Arrow file comes into DuckDB: as values of one type, and from there by an expression. */
export interface ArrowTransfer {
  readonly name: string;
  /** The type in DuckDB that its values are laid out in. */
  readonly physical: Physical;
  /** Whether values are copied as one array; if not, one by one. */
  readonly copied: boolean;
  /** The type of the column. */
  readonly sql: string;
  /** The column from what was laid out. */
  readonly expression: (value: string) => string;
}

const same = (value: string): string => value;

/** `undefined` for types that are not read: lists, structs, maps, binary values and intervals. */
export function arrowTransfer(arrow: ArrowPackage, { name, type }: Arrow.Field): ArrowTransfer | undefined {
  const copied = (physical: Physical, sql: string = physical, expression = same): ArrowTransfer => ({ name, physical, copied: true, sql, expression });
  const single = (physical: Physical, sql: string = physical): ArrowTransfer => ({ name, physical, copied: false, sql, expression: sql === physical ? same : (value) => `CAST(${value} AS ${sql})` });
  const { DataType } = arrow;
  if (DataType.isDictionary(type)) return DataType.isUtf8(type.dictionary as Arrow.DataType) ? single('VARCHAR') : undefined;
  if (DataType.isInt(type)) return copied((type.isSigned ? SIGNED : UNSIGNED)[type.bitWidth]);
  if (DataType.isFloat(type)) return type.precision === arrow.Precision.HALF ? single('FLOAT') : copied(type.precision === arrow.Precision.SINGLE ? 'FLOAT' : 'DOUBLE');
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isNull(type)) return single('VARCHAR');
  if (DataType.isBool(type)) return single('BOOLEAN');
  if (DataType.isDate(type)) {
    return type.unit === arrow.DateUnit.DAY ? copied('INTEGER', 'DATE', (value) => `DATE '1970-01-01' + ${value}`) : copied('BIGINT', 'DATE', (value) => `CAST(make_timestamp_ms(${value}) AS DATE)`);
  }
  if (DataType.isTimestamp(type)) {
    if (type.unit === arrow.TimeUnit.NANOSECOND) return copied('BIGINT', 'TIMESTAMP_NS', (value) => `make_timestamp_ns(${value})`);
    const scale = { [arrow.TimeUnit.SECOND]: 1_000_000, [arrow.TimeUnit.MILLISECOND]: 1000, [arrow.TimeUnit.MICROSECOND]: 1 }[type.unit];
    return copied('BIGINT', 'TIMESTAMP', (value) => `make_timestamp(${value} * ${scale})`);
  }
  if (DataType.isDecimal(type) && type.bitWidth === 128) return single('VARCHAR', `DECIMAL(${type.precision},${type.scale})`);
  return undefined;
}

/** The columns of an Arrow file as those of a table. */
export function arrowColumn({ name, sql }: ArrowTransfer): Column {
  return { name, type: columnTypeOf(sql), nullable: true, sql };
}
