import type { PastRun } from '../../../runtime/store/past-run.ts';
import type { MetricDifference, RunComparison, StepDifference } from '../compare-runs.ts';
import { metricsText } from './figures.ts';
import { decimalsFor, formatCount, formatMetric, formatSeconds, formatTime } from './format.ts';
import { describeReasons } from './reasons.ts';
import { runJson } from './runs-view.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, hanging, type Style, type View } from './text.ts';

/** Two runs and what differs between them. */
export interface ComparedRuns extends RunComparison {
  readonly before: PastRun;
  readonly after: PastRun;
  /** The short name of a run. */
  readonly nameOf: (run: string) => string;
}

const MARKS: Readonly<Record<StepDifference['change'], readonly [string, Style]>> = {
  added: ['+', 'green'],
  removed: ['-', 'red'],
  changed: ['~', 'yellow'],
  unchanged: [' ', 'dim'],
};

/** What differs: steps with the parts of their keys, metrics, and time. */
export function renderDiff(compared: ComparedRuns, view: View): string[] {
  const { before, after, nameOf, steps, metrics } = compared;
  const heading = (mark: string, run: PastRun): string[] =>
    hanging(`${mark} ${view.paint('bold', nameOf(run.run))}  `, `${formatTime(run.began)}, ${run.state} in ${formatSeconds(run.seconds)}: ${run.ran} ran, ${run.cached} cached${run.failed > 0 ? `, ${run.failed} failed` : ''}`, view.width);
  const different = steps.filter(({ change, rows }) => change !== 'unchanged' || rows !== undefined);
  return [
    ...heading('-', before),
    ...heading('+', after),
    '',
    ...(different.length === 0 ? hanging('  ', `no step differs: ${count(steps.length, 'step')} did the same on the same data`, view.width) : [view.paint('bold', 'Steps'), ...different.flatMap((step) => stepLines(step, view))]),
    ...(different.length === 0 || different.length === steps.length ? [] : [view.paint('dim', `    ${steps.length - different.length} more did the same on the same data`)]),
    ...(metrics.length === 0 ? [] : ['', ...metricLines(metrics, view)]),
  ];
}

function stepLines({ name, kind, change, reasons, rows, seconds }: StepDifference, view: View): string[] {
  const [mark, style] = MARKS[change];
  const told = [
    ...(change === 'changed' && reasons.length === 0 ? ['what it was made from is no longer in the store'] : describeReasons(reasons)),
    ...(rows === undefined ? [] : [`${formatCount(rows.before)} → ${formatCount(rows.after)} rows`]),
    ...timeOf(seconds),
  ];
  return hanging(`  ${view.paint(style, mark)} ${view.paint('bold', clean(name))} ${view.paint('dim', kind)}  `, told.length === 0 ? change : told.join('; '), view.width);
}

/** Times vary by themselves: they are told where they differ by a half and a tenth of a second. */
function timeOf({ before, after }: StepDifference['seconds']): string[] {
  if (before === null || after === null) return [];
  const [least, most] = [Math.min(before, after), Math.max(before, after)];
  return most - least > 0.1 && most > 1.5 * least ? [`${formatSeconds(before)} → ${formatSeconds(after)}`] : [];
}

/** By report and part; how classes are averaged is left to `--json`, and a model that only one run has takes one line. */
function metricLines(metrics: readonly MetricDifference[], view: View): string[] {
  const groups = groupBy(metrics.filter(({ metric }) => !/_(macro|weighted)$/.test(metric)), ({ report, part }) => `${clean(report)}.${part}`);
  return [...groups].flatMap(([title, some], index) => {
    const models = [...groupBy(some, ({ model }) => clean(model))];
    const [both, single] = [models.filter(([, values]) => !isOneSided(values)), models.filter(([, values]) => isOneSided(values))];
    const columns = [{ header: 'model', least: 8 }, { header: 'metric', least: 8 }, { header: 'before', align: 'right' as const }, { header: 'after', align: 'right' as const }, { header: 'change', align: 'right' as const }];
    return [
      ...(index === 0 ? [] : ['']),
      view.paint('bold', title),
      ...(both.length === 0 ? [] : renderTable({ columns, rows: both.flatMap(([model, values]) => values.map((value) => metricCells(model, value))), indent: 2 }, view)),
      ...single.flatMap(([model, values]) => oneSidedLines(model, values, view)),
    ];
  });
}

function metricCells(model: string, { metric, before, after, better }: MetricDifference): Cell[] {
  const decimals = decimalsFor([before, after].filter((value) => value !== null));
  const difference = before === null || after === null ? '' : `${after > before ? '+' : '−'}${formatMetric(Math.abs(after - before), decimals)}`;
  return [model, metric, formatMetric(before, decimals), formatMetric(after, decimals), better === undefined ? difference : { text: difference, style: better ? 'green' : 'red' }];
}

/** Whether a model is in one of the two reports alone. */
function isOneSided(values: readonly MetricDifference[]): boolean {
  return values.every(({ before }) => before === null) || values.every(({ after }) => after === null);
}

function oneSidedLines(model: string, values: readonly MetricDifference[], view: View): string[] {
  const isNew = values.every(({ before }) => before === null);
  const metrics = Object.fromEntries(values.map(({ metric, before, after }) => [metric, isNew ? after : before]));
  return hanging(`  ${isNew ? view.paint('green', '+') : view.paint('red', '-')} ${view.paint('bold', model)}  `, metricsText(metrics, 4), view.width);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/**
 * What `diff --json` prints: `{"before": RUN, "after": RUN, "steps": [{"name", "keyword", "kind", "change": "added"|
 * "removed"|"changed"|"unchanged", "reasons": [{"part", "before", "after"}], "rows"?: {"before", "after"}, "seconds":
 * {"before", "after"}}], "metrics": [{"report", "part", "model", "metric", "before", "after", "better"?}]}`, RUN as in
 * `runs --json`; values that are not known are null.
 */
export function diffJson({ before, after, nameOf, steps, metrics }: ComparedRuns): Record<string, unknown> {
  return { before: runJson(before, nameOf(before.run)), after: runJson(after, nameOf(after.run)), steps, metrics };
}
