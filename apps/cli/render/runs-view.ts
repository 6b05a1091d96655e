import type { PastRun } from '../../../runtime/store/past-run.ts';
import type { MainMetric } from '../run-metrics.ts';
import { formatMetric, formatSeconds } from './format.ts';
import { renderTable, type Cell, type TableColumn } from './table.ts';
import { clean, count, hanging, listNames, type Style, type View } from './text.ts';

/** A run with the short name that a person can type, and what it is remembered by. */
export interface ListedRun {
  readonly run: PastRun;
  readonly name: string;
  readonly metric: MainMetric | undefined;
}

/** The runs of a pipeline, newest first. */
export interface RunHistory {
  readonly pipeline: string;
  /** As it was named on the command line. */
  readonly file: string;
  readonly runs: readonly ListedRun[];
  /** How many there were before these. */
  readonly earlier: number;
}

const STATES: Readonly<Record<PastRun['state'], Style>> = { done: 'green', failed: 'red', cancelled: 'yellow', unfinished: 'yellow' };

/** Narrower terminals leave out what was run and cached. */
const ROOM_FOR_COUNTS = 72;

/** One line a run: when, how it ended, how long it took, how many steps, and its main metric. */
export function renderRuns({ pipeline, file, runs, earlier }: RunHistory, view: View): string[] {
  if (runs.length === 0) return hanging('', `${clean(pipeline)} has not been run yet: \`mlp apply ${file}\``, view.width);
  const isWide = view.width >= ROOM_FOR_COUNTS;
  const rows = runs.map(({ run, name, metric }): Cell[] => [
    { text: run.label === undefined ? name : `${name} ${clean(run.label)}`, style: 'bold' },
    { text: timeOf(run.began, isWide), style: 'dim' },
    { text: run.state, style: STATES[run.state] },
    formatSeconds(run.seconds),
    ...(isWide ? [String(run.ran), String(run.cached), run.failed + run.skipped === 0 ? '' : `${run.failed} + ${run.skipped}`] : []),
    metric === undefined ? targetsOf(run) : `${metric.metric} ${formatMetric(metric.value)}${isWide ? ` ${clean(metric.model)}` : ''}${targetsOf(run)}`,
  ]);
  const columns: TableColumn[] = [
    { header: 'run' },
    { header: isWide ? 'began (UTC)' : 'began', least: 5 },
    { least: 4 },
    { header: 'took', align: 'right' },
    ...(isWide ? ([{ header: 'ran', align: 'right' }, { header: 'cached', align: 'right' }, { header: 'failed + skipped', align: 'right' }] as const) : []),
    { header: 'best', least: 12 },
  ];
  return [
    `${view.paint('bold', clean(pipeline))} ${view.paint('dim', file)}`,
    '',
    ...renderTable({ columns, rows, indent: 2 }, view),
    ...(earlier > 0 ? [view.paint('dim', `  … ${count(earlier, 'earlier run')}: \`--limit ${runs.length + earlier}\``)] : []),
  ];
}

function timeOf(iso: string, isWide: boolean): string {
  return isWide ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

function targetsOf({ targets }: PastRun): string {
  return targets === undefined ? '' : ` (only ${listNames(targets.map(clean))})`;
}

/**
 * What `runs --json` prints: `{"pipeline", "runs": [{"run", "name", "label"?, "began", "state": "done"|"failed"|"cancelled"|
 * "unfinished", "seconds", "ran", "cached", "failed", "skipped", "targets"?, "metric"?: {"name", "value", "model"}}]}`,
 * newest first. `run` is the whole name, `name` a short one.
 */
export function runsJson({ pipeline, runs }: RunHistory): Record<string, unknown> {
  return { pipeline, runs: runs.map(({ run, name, metric }) => ({ ...runJson(run, name), ...(metric === undefined ? {} : { metric: { name: metric.metric, value: metric.value, model: metric.model } }) })) };
}

/** A run as JSON has it everywhere. */
export function runJson({ run, label, began, state, seconds, ran, cached, failed, skipped, targets }: PastRun, name: string): Record<string, unknown> {
  return { run, name, ...(label === undefined ? {} : { label }), began, state, seconds, ran, cached, failed, skipped, ...(targets === undefined ? {} : { targets }) };
}
