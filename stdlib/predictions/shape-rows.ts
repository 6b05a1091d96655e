import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RunContext } from '../../compiler/kinds/run.ts';
import type { Column } from '../../compiler/types.ts';
import { columnOf, inputOf } from '../../runtime/data/load-table.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { numberRows } from '../../runtime/engines/duckdb/number-rows.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { columnTypeOf } from '../../runtime/engines/duckdb/sql-column-type.ts';
import type { FileFormat } from '../../runtime/engines/duckdb/table-reader.ts';
import type { RawColumn } from '../features/read-raw.ts';
import { rowChecks, type RowCheck } from '../sources/check-rows.ts';
import { planColumns, textFormats } from '../sources/source-columns.ts';
import { readerOptions } from '../sources/source-params.ts';
import { openGivenRows, type GivenFile, type GivenRows, type WantedColumn } from './given-rows.ts';
import type { FailedCheck, PredictParams } from './prediction.ts';
import { invalidRows, mistypedValues, otherShape } from './warnings.ts';

/** Rows with the columns that features are made from, ready to be streamed. */
export interface ShapedRows {
  /** What stands behind FROM. */
  readonly from: string;
  readonly columns: readonly RawColumn[];
  /** How many rows the file has, where some may be left out; rows carry their numbers, as `ROW_NUMBER`, then. */
  readonly total?: number;
  /** Of these, rows that are not as a source declares: they are left out. */
  readonly invalidRows: number;
  /** Columns that had a value in every row of training. */
  readonly complete: readonly string[];
  readonly absent: readonly string[];
  readonly unknown: readonly string[];
  /** Rows by column in which it is not as declared. */
  readonly invalid: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

const ROWS = '__mlp_given';

/** Opens the rows of a file in the shape of the table that was split, or of a source with the queries over it. */
export async function shapeRows(context: RunContext, connection: DuckDBConnection, params: PredictParams): Promise<ShapedRows> {
  const table = inputOf(context, 'table', 'table');
  const features = params.features.map((name) => columnOf(table, name));
  const complete = features.filter(({ nulls }) => nulls === 0).map(({ name }) => name);
  const file = params.from === undefined ? tableFile(context, params) : sourceFile(context, params, params.from);
  const given = await openGivenRows(connection, file, ROW_NUMBER);
  await connection.run(`CREATE TEMP VIEW ${ROWS} AS ${given.select}`);
  const found = await checkRows(connection, given, file.numbered);
  const common = { columns: features.map(({ name, sql }) => ({ name, sql: widest(sql), nulls: 1 })), complete, absent: given.absent, unknown: given.unknown, invalid: found.byColumn };
  if (params.from === undefined) {
    const { name, madeFrom } = params.given;
    const other = madeFrom === undefined || given.absent.length === 0 ? [] : [otherShape(name, madeFrom)];
    return { ...common, from: ROWS, invalidRows: 0, warnings: [...mistypedValues(found.checks), ...other] };
  }
  const { queries } = params.from;
  let from = `(SELECT * FROM ${ROWS} WHERE ${found.valid})`;
  for (const { tables, ordered } of queries) {
    const [name = ''] = tables;
    await connection.run(`CREATE TEMP VIEW ${sqlName(name)} AS SELECT * FROM ${from}`);
    from = `(${await numberRows(connection, ordered)})`;
  }
  return { ...common, from, total: found.rows, invalidRows: found.invalid, warnings: invalidRows(found.checks, { invalid: found.invalid, source: params.given.name }) };
}

/** Given whole numbers may be larger than any in training. */
function widest(sql: string): string {
  return /^U?(TINY|SMALL|BIG)INT$|^U?INTEGER$/.test(sql) ? 'BIGINT' : sql;
}

/** Rows in the shape of a table: what is not of its column's type is missing. */
function tableFile(context: RunContext, { input, given }: PredictParams): GivenFile {
  const table = inputOf(context, 'table', 'table');
  const wanted = given.columns.map((name): WantedColumn => {
    const { sql, nulls } = columnOf(table, name);
    return { name, sql, declared: { type: columnTypeOf(sql), nullable: true }, optional: nulls > 0 };
  });
  return {
    path: input,
    shown: basename(input),
    shape: given.name,
    ...(given.madeFrom === undefined ? {} : { madeFrom: given.madeFrom }),
    wanted,
    known: table.columns.map(({ name }) => name),
    options: () => ({}),
    formats: {},
    numbered: false,
  };
}

/** Rows in the shape of a source's files: they are converted and checked as the source declares. */
function sourceFile(context: RunContext, { input, given }: PredictParams, { kind, params }: NonNullable<PredictParams['from']>): GivenFile {
  const format = kind as FileFormat;
  const plan = planColumns(format, params['described'] as unknown as readonly Column[], params);
  const source = inputOf(context, 'source', 'table');
  const wanted = plan.columns.flatMap(({ column, declared, origin }): WantedColumn[] => {
    if (column === undefined) return [];
    const used = given.columns.includes(column.name);
    const type = declared ?? { type: column.type, nullable: true };
    // What no feature is made from is not asked for: the truth is not known yet.
    return [{ name: column.name, sql: column.sql, declared: used ? type : { type: type.type, nullable: true }, optional: !used || columnOf(source, column.name).nulls > 0, ...(origin === undefined ? {} : { origin }) }];
  });
  return {
    path: input,
    shown: basename(input),
    shape: given.name,
    wanted,
    known: plan.columns.map(({ read }) => read.name),
    options: (found) => (found === format ? readerOptions(format, params) : {}),
    formats: textFormats(params),
    numbered: true,
  };
}

interface CheckedRows {
  readonly rows: number;
  readonly invalid: number;
  readonly checks: readonly FailedCheck[];
  readonly byColumn: Readonly<Record<string, number>>;
  /** Whether a row is as declared, in SQL. */
  readonly valid: string;
}

/** Counts, in a reading of its own, the rows that are not as declared. Nothing is read where nothing could be wrong. */
async function checkRows(connection: DuckDBConnection, { columns }: GivenRows, always: boolean): Promise<CheckedRows> {
  const checks = rowChecks({ columns, extra: [], problems: [] });
  const valid = checks.map(({ holds }) => holds).join(' AND ') || 'true';
  if (checks.length === 0 && !always) return { rows: 0, invalid: 0, checks: [], byColumn: {}, valid };
  const found = await connection.runAndReadAll(
    `SELECT count(*), count_if(NOT (${valid}))${checks.map(countCheck).join('')} FROM ${ROWS}`,
  );
  const [rows, invalid, ...rest] = found.getRows()[0] ?? [];
  const failed = checks.flatMap(({ column }, i): FailedCheck[] => {
    const count = Number(rest[2 * i]);
    return count === 0 ? [] : [{ column, rows: count, reason: String(rest[2 * i + 1]) }];
  });
  const byColumn: Record<string, number> = {};
  for (const { column, rows: count } of failed) byColumn[column] = (byColumn[column] ?? 0) + count;
  return { rows: Number(rows), invalid: Number(invalid), checks: failed, byColumn, valid };
}

/** Without FILTER, each of which copies the vectors of all: 2,000 took minutes. */
function countCheck({ holds, reason }: RowCheck): string {
  return `, count_if(NOT (${holds})), min(CASE WHEN NOT (${holds}) THEN ${reason} END)`;
}
