import type { Json } from '../../compiler/json.ts';
import type { Inferred, InferContext, Kind } from '../../compiler/kinds/kind.ts';
import { column, described, either, list, number, quantity, record, text } from '../../compiler/kinds/schema.ts';
import { renderColumnType, type Column, type TableType, type WindowsOf } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { inferShares, inferSplit, reportTogether, splitType } from './infer-split.ts';
import { runByTime } from './run-by-time.ts';
import { columnNames, splitParams } from './split-params.ts';

/** Cuts a table in time: the past to train on, what came later to validate on, the latest to test on. */
export const byTime: Kind = {
  name: 'by_time',
  keyword: 'split',
  version: 1,
  doc: `Cuts a table in time: the earliest rows to train on, later ones to validate on, the latest to test on.

The cuts are where the shares of the rows say, moved to the nearest place between two different times, so that rows of one
time are never torn apart; or they are given as \`validate_from\` and \`test_from\`, the first times of these parts. The
column \`time\` is a date, a timestamp or a whole number such as a year. It is a feature only if \`use\` names it.

With a \`gap\`, rows less than that long before a cut are in no part: what was measured just before the cut and what is
predicted just after it would overlap otherwise. A target that looks ahead wants a gap at least as long. Windows that \`sequences\`
made need none: rows whose window, or what lies ahead of it, reaches over a cut are in no part.`,
  example: `source days = csv("npm:vega-datasets/data/seattle-weather.csv") {
  schema { date: date, wind: float, weather: string }
}
split parts = by_time(days) {
  target: weather
  time: date
  gap: 7d
  train: 60%, validate: 20%, test: 20%
}`,
  inputs: [{ name: 'table', accepts: ['table'], doc: 'The rows to cut.' }],
  params: record(
    {
      ...splitParams,
      time: described(column(), 'When a row was: a date, a timestamp, or a whole number such as a year.'),
      gap: described(either(quantity('s'), number({ min: 0 })), 'Rows less than that long before a cut are in no part; a whole number where `time` is one.'),
      group: described(either(column(), list(column(), { min: 1 })), 'With `task: ranking`: rows that are equal in these columns are ranked among themselves. A cut must not tear them apart.'),
      validate_from: described(either(text(), number()), 'The first time of the validation part, such as `"2014-01-01"`.'),
      test_from: described(either(text(), number()), 'The first time of the test part.'),
    },
    ['target', 'time'],
  ),
  unkeyed: ['known'],
  engine: 'duckdb',
  seeded: false,
  guarantee: 'bitwise',
  infer: inferByTime,
  run: runByTime,
};

type TimeType = 'int' | 'date' | 'timestamp';

function inferByTime(context: InferContext): Inferred | undefined {
  const { params, report, spanOf } = context;
  const split = inferSplit(context);
  if (split === undefined) return undefined;
  const [name] = columnNames(params['time']);
  const time = split.table.columns.find((one) => one.name === name);
  if (time === undefined) return undefined;
  const type = timeType(time);
  if (type === undefined) {
    report('unfit-time', spanOf(['time'], 'value'), { column: time.name, type: renderColumnType(time.type) });
    return undefined;
  }
  const windows = inferWindows(context, split.table, time);
  const gap = inferGap(context, time, type);
  const cuts = inferCuts(context, time, type);
  if (gap === undefined || cuts === undefined) return undefined;
  const group = columnNames(params['group']);
  if (group.length > 0 && split.task !== 'ranking') {
    report('param-needs', spanOf(['group'], 'key'), { name: 'group', needs: 'task: ranking', hint: 'what is cut by time is not dealt out by groups: take it out' });
    return undefined;
  }
  const { gap: _gap, ...others } = params;
  const { from, until } = windows ?? {};
  return {
    type: splitType(context, split, { time: time.name, ...(group.length === 0 ? {} : { group }) }),
    reads: { [split.slot]: [...new Set([time.name, split.target.name, ...group, ...(from === undefined ? [] : [from]), ...(until === undefined ? [] : [until])])].sort() },
    params: { ...others, ...(group.length === 0 ? {} : { group: group.map(($column) => ({ $column })) }), task: split.task, ...(gap === 0 ? {} : { gap }), ...(from === undefined ? {} : { from: { $column: from } }), ...(until === undefined ? {} : { until: { $column: until } }), ...cuts },
  };
}

/** Where windows begin and end, if they lie in the order of the same time. */
function inferWindows(context: InferContext, { windows }: TableType, time: Column): WindowsOf | undefined {
  if (windows === undefined || windows.time === time.name) return windows;
  context.report('windows-torn', context.spanOf(['time'], 'value'), { time: windows.time, entity: windows.entity });
  return undefined;
}

function timeType({ type }: Column): TimeType | undefined {
  return type.kind === 'int' || type.kind === 'date' || type.kind === 'timestamp' ? type.kind : undefined;
}

/** The gap in the units of the time: microseconds, or those of a whole number. */
function inferGap({ params, report, spanOf }: InferContext, time: Column, type: TimeType): number | undefined {
  const gap = params['gap'] as number | { readonly $quantity: number } | undefined;
  if (gap === undefined) return 0;
  if (type === 'int' && typeof gap === 'number') return gap;
  if (type !== 'int' && typeof gap !== 'number') return gap.$quantity * 1e6;
  report('unfit-gap', spanOf(['gap'], 'value'), { column: time.name, type });
  return undefined;
}

const CUTS = ['validate_from', 'test_from'] as const;

/** Two times, or the shares of the parts. */
function inferCuts(context: InferContext, time: Column, type: TimeType): Record<string, Json> | undefined {
  const { params, report, spanOf } = context;
  const given = CUTS.filter((key) => params[key] !== undefined);
  if (given.length === 0) {
    const shares = inferShares(context);
    return shares === undefined ? undefined : Object.fromEntries(PART_NAMES.map((part, i) => [part, shares[i] as number]));
  }
  const share = PART_NAMES.find((part) => params[part] !== undefined);
  if (share !== undefined) return reportTogether(context, [share, given[0] as string], 'the cuts say how many rows each part has: take the shares out');
  const missing = CUTS.find((key) => params[key] === undefined);
  if (missing !== undefined) {
    report('cuts-of-split', spanOf([given[0] as string], 'key'), { missing });
    return undefined;
  }
  const [validate, test] = CUTS.map((key) => parseTime(params[key] as string | number, type));
  if (validate === undefined || test === undefined) {
    const key = validate === undefined ? CUTS[0] : CUTS[1];
    report('unfit-cut', spanOf([key], 'value'), { key, column: time.name, type, found: JSON.stringify(params[key]) });
    return undefined;
  }
  if (test > validate) return { validate_from: validate, test_from: test };
  report('cuts-of-split', spanOf(['test_from'], 'value'), {});
  return undefined;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** A time as a number, in microseconds since 1970 where it is a text. */
function parseTime(written: string | number, type: TimeType): number | undefined {
  if (typeof written === 'number') return type === 'int' && Number.isInteger(written) ? written : undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = ISO.exec(written) ?? [];
  if (type === 'int' || year === undefined) return undefined;
  const iso = `${year}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(iso);
  // JavaScript reads February 30 as March 2.
  return !Number.isNaN(time) && new Date(time).toISOString() === iso ? time * 1000 : undefined;
}
