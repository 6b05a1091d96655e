import type { JsonObject } from '../../compiler/json.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';

/** A column as parameters name it. */
export interface NamedColumn {
  readonly $column: string;
}

/** Inclusive; null: open. */
export interface Limits<T> {
  readonly $range: readonly [T | null, T | null];
}

/** A value that a column may have. */
export type Accepted = string | number | boolean;

/** What is checked, of a step's parameters. */
export interface Expectations {
  readonly rows?: Limits<number>;
  readonly not_null?: readonly NamedColumn[];
  readonly unique?: readonly (NamedColumn | readonly NamedColumn[])[];
  readonly between?: Readonly<Record<string, Limits<number | string>>>;
  readonly one_of?: Readonly<Record<string, readonly Accepted[]>>;
  readonly matches?: Readonly<Record<string, string>>;
  readonly holds?: Readonly<Record<string, string>>;
  readonly references?: Readonly<Record<string, NamedColumn>>;
  readonly at_least?: number;
  readonly show?: readonly NamedColumn[];
  readonly severity?: 'fail' | 'warn';
}

/** Something that is expected of every row. */
export interface RowExpectation {
  readonly what: 'not_null' | 'unique' | 'between' | 'one_of' | 'matches' | 'holds' | 'references';
  /** The column, the columns of a key, or the condition's name. */
  readonly of: string;
  readonly columns: readonly string[];
  /** Of values, in words: `0..100`, `no nulls`. */
  readonly expected: string;
  /** Of rows that do not meet it, in words: `are null`. */
  readonly unmet: string;
  /** A condition in SQL, never null; absent for keys, which are of several rows. */
  readonly holds?: string;
}

/** The table of the check's second input, as it is called in SQL. */
export const OTHER_TABLE = '__mlp_other';

/** The parameters as what they are: the kind's schema has checked them. */
export function expectationsOf(params: JsonObject): Expectations {
  return params;
}

/**
 * What is expected of rows, in the order in which it is reported. Like SQL's own CHECK, all but `not_null` pass nulls.
 * Floats are among the columns that are named.
 */
export function rowExpectations(params: Expectations, floats: ReadonlySet<string>): RowExpectation[] {
  const { not_null = [], unique = [], between = {}, one_of = {}, matches = {}, holds = {}, references = {} } = params;
  const of = <T>(entries: Readonly<Record<string, T>>, make: (column: string, value: T) => Omit<RowExpectation, 'of' | 'columns'>): RowExpectation[] =>
    Object.entries(entries).map(([column, value]) => ({ of: column, columns: [column], ...make(column, value) }));
  return [
    ...not_null.map(({ $column: name }): RowExpectation => ({ what: 'not_null', of: name, columns: [name], expected: 'no nulls', unmet: 'null', holds: `${sqlName(name)} IS NOT NULL` })),
    ...unique.map(uniqueKey),
    ...of(between, (column, limits) => ({ what: 'between', expected: shownLimits(limits), unmet: 'outside', holds: within(column, limits, floats.has(column)) })),
    ...of(one_of, (column, accepted) => ({
      what: 'one_of',
      expected: accepted.map((value) => JSON.stringify(value)).join(', '),
      unmet: 'something else',
      holds: `(${sqlName(column)} IN (${accepted.map(literal).join(', ')})) IS NOT FALSE`,
    })),
    ...of(matches, (column, pattern) => ({ what: 'matches', expected: JSON.stringify(pattern), unmet: 'of another form', holds: `regexp_full_match(${sqlName(column)}, ${sqlString(pattern)}) IS NOT FALSE` })),
    ...Object.entries(holds).map(([name, condition]): RowExpectation => ({ what: 'holds', of: name, columns: [], expected: condition.trim(), unmet: 'otherwise', holds: `((${condition}\n) IS NOT FALSE)` })),
    ...of(references, (column, { $column: to }) => ({
      what: 'references',
      expected: `values of \`${to}\``,
      unmet: 'without a match',
      holds: `(${sqlName(column)} IS NULL OR ${sqlName(column)} IN (SELECT ${sqlName(to)} FROM ${OTHER_TABLE} WHERE ${sqlName(to)} IS NOT NULL))`,
    })),
  ];
}

function uniqueKey(key: NamedColumn | readonly NamedColumn[]): RowExpectation {
  const columns = ('$column' in key ? [key] : key).map(({ $column }) => $column);
  return { what: 'unique', of: columns.join(', '), columns, expected: 'no repeats', unmet: 'like an earlier one' };
}

/** The limits as the author wrote them. */
export function shownLimits({ $range: [low, high] }: Limits<number | string>): string {
  const shown = (end: number | string | null): string => (end === null ? '' : JSON.stringify(end));
  return `${shown(low)}..${shown(high)}`;
}

/** DuckDB counts NaN above every number, where it would pass a limit that has no upper end. */
function within(column: string, { $range: [low, high] }: Limits<number | string>, float: boolean): string {
  const value = sqlName(column);
  const ends = [...(low === null ? [] : [`${value} >= ${literal(low)}`]), ...(high === null ? [] : [`${value} <= ${literal(high)}`])];
  return `((${[...ends, ...(float ? [`NOT isnan(${value})`] : [])].join(' AND ')}) IS NOT FALSE)`;
}

function literal(value: Accepted): string {
  return typeof value === 'string' ? sqlString(value) : String(value);
}
