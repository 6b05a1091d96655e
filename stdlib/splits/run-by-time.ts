import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import { NO_PART, PART_NAMES } from '../../runtime/data/load-parts.ts';
import { columnOf } from '../../runtime/data/load-table.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { readColumns } from '../../runtime/engines/duckdb/read-columns.ts';
import { assignTimes, cutTimes, type Cuts } from './assign-times.ts';
import { refuseRows } from './refuse-rows.ts';
import { runSplit, type Deal } from './run-split.ts';
import type { Shares } from './shares.ts';
import { countCodes } from './stratify.ts';
import type { ColumnName } from './split-params.ts';

/** Parameters as inference completes them; times are in microseconds since 1970, or whole numbers. */
interface ByTimeParams {
  readonly time: ColumnName;
  readonly gap?: number;
  /** Of rows with windows: when they begin, and when what lies ahead of them was. */
  readonly from?: ColumnName;
  readonly until?: ColumnName;
  readonly train?: number;
  readonly validate?: number;
  readonly test?: number;
  readonly validate_from?: number;
  readonly test_from?: number;
}

/** Deals rows out by their time. */
export function runByTime(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as ByTimeParams;
  const { train, validate, test, validate_from: validateFrom, test_from: testFrom, gap = 0 } = params;
  return runSplit(context, async (deal) => {
    const times = await readTimes(deal, params.time.$column);
    const shares: Shares = [train ?? 0, validate ?? 0, test ?? 0];
    const cuts = validateFrom === undefined || testFrom === undefined ? cutTimes(times, shares) : ([validateFrom, testFrom] as const);
    if (cuts === undefined) {
      const different = new Set(times).size;
      throw new StepError(
        `\`${params.time.$column}\` has ${different === 1 ? 'the same value in every row' : 'two different values'}, and three parts need three`,
        'cut by a time that tells rows apart, or use `holdout`',
      );
    }
    const parts = assignTimes(times, { cuts, gap });
    const first = params.from === undefined ? times : await readTimes(deal, params.from.$column);
    const last = params.until === undefined ? times : await readTimes(deal, params.until.$column);
    leaveOutTorn(parts, { first, last }, cuts);
    refuseEmpty(parts, times, { cuts, name: params.time.$column, lost: params.from === undefined ? 'the gap' : 'what windows reach over' });
    return { parts };
  });
}

/** Rows whose windows reach over a cut are in no part. */
function leaveOutTorn(parts: Uint8Array, { first, last }: { readonly first: Float64Array; readonly last: Float64Array }, cuts: Cuts): void {
  if (first === last) return;
  for (let row = 0; row < parts.length; row++) {
    if (cuts.some((cut) => (first[row] as number) < cut && (last[row] as number) >= cut)) parts[row] = NO_PART;
  }
}

/** Times as numbers, in microseconds since 1970; whole numbers as they are. */
async function readTimes({ connection, table }: Deal, column: string): Promise<Float64Array> {
  const name = sqlName(column);
  const { sql } = columnOf(table.artifact, column);
  const isTime = /^(DATE|TIMESTAMP)/.test(sql);
  const hint = `leave such rows out in SQL: \`WHERE ${column} IS NOT NULL\``;
  await refuseRows(connection, table, { condition: `${name} IS NULL`, what: `no \`${column}\`, by which the rows are cut`, hint });
  if (isTime) await refuseRows(connection, table, { condition: `NOT isfinite(${name})`, what: `an infinite \`${column}\``, hint: 'leave such rows out in SQL' });
  const [times] = await readColumns(connection, {
    from: table.from,
    rows: table.artifact.rows,
    columns: [{ sql: isTime ? `epoch_us(${name}::${sql === 'DATE' ? 'TIMESTAMP' : sql})` : name, as: 'f8' }],
  });
  return times as Float64Array;
}

/** Says what leaves a part without rows: a cut outside of the data, or the gap. */
function refuseEmpty(parts: Uint8Array, times: Float64Array, { cuts, name, lost }: { readonly cuts: Cuts; readonly name: string; readonly lost: string }): void {
  const counts = countCodes(parts, NO_PART + 1);
  const empty = PART_NAMES.findIndex((_, part) => counts[part] === 0);
  if (empty < 0) return;
  const part = PART_NAMES[empty] ?? '';
  const ungapped = countCodes(assignTimes(times, { cuts, gap: 0 }), PART_NAMES.length);
  if ((ungapped[empty] ?? 0) > 0) {
    throw new StepError(`${lost} leaves nothing for the part \`${part}\`: all its rows are too near to the next part`, `make ${lost === 'the gap' ? lost : 'the windows'} shorter, or the part longer`);
  }
  throw new StepError(`no row has a \`${name}\` in the part \`${part}\``, 'move the cuts into the time of the rows: `mlp show` on the table says from when to when they are');
}
