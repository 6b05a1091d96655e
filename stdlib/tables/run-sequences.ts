import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import { openTable, type OpenTable } from '../../runtime/data/load-table.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { keepTable, withTables } from '../../runtime/engines/duckdb/table-session.ts';
import { columnNames } from '../splits/split-params.ts';
import { SEQUENCE_COLUMNS } from './infer-sequences.ts';

interface Windows {
  readonly table: OpenTable;
  readonly time: string;
  readonly entity: readonly string[];
  readonly columns: readonly string[];
  readonly length: number;
  readonly stride: number;
  readonly ahead?: string;
  readonly horizon: number;
  readonly short: 'fail' | 'drop' | 'pad';
}

/** Makes windows, in the order of the rows with which they end. */
export async function runSequences(context: RunContext): Promise<RunResult> {
  const { params } = context.step;
  const [time = ''] = columnNames(params['time']);
  const [ahead] = columnNames(params['ahead']);
  const windows: Windows = {
    table: await openTable(context, 'table'),
    time,
    entity: columnNames(params['entity']),
    columns: columnNames(params['columns']),
    length: params['length'] as number,
    stride: params['stride'] as number,
    ...(ahead === undefined ? {} : { ahead }),
    horizon: params['horizon'] as number,
    short: params['short'] as Windows['short'],
  };
  return withTables(context, async (connection) => {
    await checkTimes(connection, windows);
    if (windows.short === 'fail') await checkLengths(connection, windows);
    const value = await keepTable(context, connection, windowQuery(windows));
    if (value.rows === 0) throw new StepError(`no row has a window of ${windows.length} rows${ahead === undefined ? '' : ` and a \`${ahead}\` ${windows.horizon} later`}`, 'take a shorter `length` or `horizon`, or say `short: pad`');
    return { outputs: { value } };
  });
}

/** Rows without a time have no place, and of two with the same time none comes first. */
async function checkTimes(connection: DuckDBConnection, { table, time, entity }: Windows): Promise<void> {
  const keys = [...entity, time].map(sqlName);
  const found = await connection.runAndReadAll(
    `SELECT min(${ROW_NUMBER}) + 1, max(${ROW_NUMBER}) + 1, any_value(${sqlName(time)} IS NULL) FROM ${table.from} GROUP BY ${keys.join(', ')} HAVING ${sqlName(time)} IS NULL OR count(*) > 1 ORDER BY min(${ROW_NUMBER}) LIMIT 1`,
  );
  const [first, last, missing] = found.getRows()[0] ?? [];
  if (first === undefined) return;
  if (missing === true) throw new StepError(`row ${String(first)} has no \`${time}\`, by which windows are in order`, `leave such rows out in SQL: \`WHERE ${time} IS NOT NULL\``);
  throw new StepError(
    `the rows ${String(first)} and ${String(last)} have the same \`${time}\`${entity.length === 0 ? '' : ` and the same ${entity.map((name) => `\`${name}\``).join(', ')}`}: which comes first is not known`,
    entity.length === 0 ? 'say what a row tells of with `entity`, or leave one of them out with `dedupe` or SQL' : 'leave one of them out with `dedupe` or SQL',
  );
}

async function checkLengths(connection: DuckDBConnection, { table, entity, length }: Windows): Promise<void> {
  const keys = entity.map(sqlName);
  const shown = entity.length === 0 ? "''" : `concat_ws(', ', ${keys.map((key) => `${key}::VARCHAR`).join(', ')})`;
  const found = await connection.runAndReadAll(
    `SELECT count(*) OVER (), ${shown}, count(*) FROM ${table.from} GROUP BY ${entity.length === 0 ? '()' : keys.join(', ')} HAVING count(*) < ${length} ORDER BY min(${ROW_NUMBER}) LIMIT 1`,
  );
  const [count, name, rows] = found.getRows()[0] ?? [];
  if (count === undefined) return;
  const one = entity.length === 0 ? 'the table' : `\`${String(name)}\``;
  throw new StepError(
    `${one} has ${String(rows)} ${Number(rows) === 1 ? 'row' : 'rows'}, and a window ${length}${Number(count) > 1 ? `; so it is with ${Number(count).toLocaleString('en-US')} of \`${entity.join(', ')}\`` : ''}`,
    'say `short: drop` to leave it out, or `short: pad` to let its windows begin with missing steps; or take a shorter `length`',
  );
}

function windowQuery({ table, time, entity, columns, length, stride, ahead, horizon, short }: Windows): string {
  const { window, first, ahead: later, until } = SEQUENCE_COLUMNS;
  const partition = entity.length === 0 ? '' : `PARTITION BY ${entity.map(sqlName).join(', ')} `;
  const order = `${partition}ORDER BY ${sqlName(time)}`;
  const over = `OVER (${order} ROWS BETWEEN ${length - 1} PRECEDING AND CURRENT ROW)`;
  const step = `[${columns.map((name) => `${sqlName(name)}::DOUBLE`).join(', ')}]`;
  const made = [
    `min(${sqlName(time)}) ${over} AS ${first}`,
    `flatten(list(${step}) ${over}) AS ${window}`,
    ...(ahead === undefined ? [] : [`lead(${sqlName(ahead)}, ${horizon}) OVER (${order}) AS ${later}`, `lead(${sqlName(time)}, ${horizon}) OVER (${order}) AS ${until}`]),
  ];
  const missing = `list_resize([]::DOUBLE[], (${length} - least(${length}, __mlp_place)) * ${columns.length}, NULL)`;
  const kept = [
    ...(short === 'pad' ? [] : [`__mlp_place >= ${length}`]),
    `(__mlp_place - ${length}) % ${stride} = 0`,
    ...(ahead === undefined ? [] : [`${later} IS NOT NULL`]),
  ];
  const rows = `SELECT *, ${made.join(', ')}, row_number() OVER (${order}) AS __mlp_place FROM ${table.from}`;
  const padded = short === 'pad' ? ` REPLACE (list_concat(${missing}, ${window}) AS ${window})` : '';
  return `SELECT * EXCLUDE (${ROW_NUMBER}, __mlp_place)${padded} FROM (${rows}) WHERE ${kept.join(' AND ')} ORDER BY ${ROW_NUMBER}`;
}
