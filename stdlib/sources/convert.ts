import { renderColumnType, type Column, type ColumnType } from '../../compiler/types.ts';
import { sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { sqlOf } from './declared-type.ts';

/** Formats of dates in text, in the letters of `strptime`: the first that fits counts. */
export interface TextFormats {
  readonly dateformat?: readonly string[];
  readonly timestampformat?: readonly string[];
}

/** How a column becomes one of another type. */
export interface Conversion {
  /** The type in DuckDB of the column that comes out. */
  readonly sql: string;
  /** The expression that makes it, null where a value has no place in the type; absent where nothing is to be done. */
  readonly expression?: string;
}

/**
 * How values of a column that a reader gives become values of a declared type. No conversion drops a part of a value:
 * 3.7 is no int, 2001-01-01 10:00 is no date, 2 is no bool; what does not fit is an invalid value. (Digits that a float
 * or the scale of a decimal has no place for are rounded.) A column that is of the type already stays as it is, in its
 * own width. `undefined`: no value of such a column could ever be converted.
 */
export function convert(value: string, from: Column, to: ColumnType, formats: TextFormats = {}): Conversion | undefined {
  const sql = sqlOf(to);
  if (from.sql === 'JSON') {
    if (to.kind === 'list' || to.kind === 'struct') return { sql, expression: `TRY_CAST(${value} AS ${sql})` };
    return { sql, expression: fromText(`(${value}->>'$')`, to, formats) };
  }
  if (sameType(from, to)) return { sql: from.sql };
  if (from.type.kind === 'string') return { sql, expression: fromText(`CAST(${value} AS VARCHAR)`, to, formats) };
  const expression = fromTyped(value, from.type, to);
  return expression === undefined ? undefined : { sql, expression };
}

function sameType(from: Column, to: ColumnType): boolean {
  if (from.sql.startsWith('ENUM(')) return false;
  return from.type.kind !== 'other' && renderColumnType(unmarked(from.type)) === renderColumnType(unmarked(to));
}

/** The type with every item and field marked as not null: readers do not know. */
function unmarked(type: ColumnType): ColumnType {
  if (type.kind === 'list') return { ...type, item: unmarked(type.item), nullable: false };
  if (type.kind === 'struct') return { kind: 'struct', fields: type.fields.map((field) => ({ ...field, type: unmarked(field.type), nullable: false })) };
  return type;
}

function fromText(text: string, to: ColumnType, { dateformat, timestampformat }: TextFormats): string {
  const cast = `TRY_CAST(${text} AS ${sqlOf(to)})`;
  switch (to.kind) {
    case 'string':
      return text;
    case 'int':
      // A cast alone would round 3.7 and read 1e3, 1_000 and 0x1F.
      return plainly(text, cast, `WHEN regexp_full_match(${text}, '\\s*[+-]?[0-9]+(\\.0*)?\\s*') THEN ${cast}`);
    case 'float':
      // 1e400 has no place in a float, and is not the infinity that a cast makes of it.
      return `CASE WHEN NOT isinf(${cast}) THEN ${cast} WHEN regexp_full_match(${text}, '(?i)\\s*[+-]?inf(inity)?\\s*') THEN ${cast} END`;
    case 'date':
      if (dateformat !== undefined) return `CAST(try_strptime(${text}, [${dateformat.map(sqlString).join(', ')}]) AS DATE)`;
      return plainly(text, cast, `WHEN TRY_CAST(${text} AS TIMESTAMP) = ${cast} THEN ${cast}`);
    case 'timestamp':
      if (timestampformat !== undefined) return `CAST(try_strptime(${text}, [${timestampformat.map(sqlString).join(', ')}]) AS TIMESTAMP)`;
      // By way of a time with a zone, as a cast to TIMESTAMP drops an offset such as +02:00. The session is in UTC.
      return plainly(text, cast, `ELSE CAST(TRY_CAST(${text} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)`);
    default:
      return cast;
  }
}

/** A value that prints as the text that it was made from is that value, which is faster to find out than the rest. */
function plainly(text: string, cast: string, otherwise: string): string {
  return `CASE WHEN CAST(${cast} AS VARCHAR) = ${text} THEN ${cast} ${otherwise} END`;
}

const NUMBERS: ReadonlySet<ColumnType['kind']> = new Set(['int', 'float', 'decimal']);

function fromTyped(value: string, from: ColumnType, to: ColumnType): string | undefined {
  const cast = `TRY_CAST(${value} AS ${sqlOf(to)})`;
  if (to.kind === 'string') return from.kind === 'list' || from.kind === 'struct' ? undefined : cast;
  if (to.kind === 'int' && (from.kind === 'float' || from.kind === 'decimal')) return `CASE WHEN ${value} = trunc(${value}) THEN ${cast} END`;
  if (to.kind === 'int' && from.kind === 'bool') return cast;
  if ((to.kind === 'float' || to.kind === 'decimal') && NUMBERS.has(from.kind)) return cast;
  if (to.kind === 'bool' && from.kind === 'int') return `CASE WHEN ${value} IN (0, 1) THEN ${value} = 1 END`;
  if (to.kind === 'date' && from.kind === 'timestamp') return `CASE WHEN ${value} = CAST(${value} AS DATE) THEN CAST(${value} AS DATE) END`;
  if (to.kind === 'timestamp' && from.kind === 'date') return cast;
  if ((to.kind === 'list' || to.kind === 'struct') && to.kind === from.kind) return cast;
  return undefined;
}
