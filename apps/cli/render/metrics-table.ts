import { findMetric } from '../../../stdlib/metrics/registry.ts';
import { decimalsFor, formatMetric } from './format.ts';
import { columnsThatFit, naturalWidth, renderTable, type Cell } from './table.ts';
import { wrap, type View } from './text.ts';

/** A model's metrics on one part. */
export interface MetricsRow {
  readonly model: string;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly optimistic: boolean;
  /** Where a metric is a mean over folds: its standard deviation over them. */
  readonly deviations?: Readonly<Record<string, number | null>>;
}

/** The models that were scored on one part: `validate`, `test` or `folds`. */
export interface MetricsPart {
  readonly part: string;
  readonly rows: readonly MetricsRow[];
}

const PART_TITLES: Readonly<Record<string, string>> = { validate: 'validation', test: 'test', folds: 'folds' };

/** `main` leaves out how classes are averaged (the bare name is the mean of the classes), and deviations over folds. */
export type ShownMetrics = 'main' | 'all';

/** Models beside each other, one line each, by part; the best of each metric is marked. Too many metrics go on below. */
export function renderMetrics(all: readonly MetricsPart[], shown: ShownMetrics, view: View): string[] {
  const parts = shown === 'all' ? all : all.map(({ part, rows }) => ({ part, rows: rows.map(({ deviations: _left, ...row }) => row) }));
  const names = metricNames(parts, shown);
  const labels = parts.flatMap(({ rows }) => rows.map(label));
  const labelWidth = Math.min(Math.floor(view.width / 3), naturalWidth(labels) + 2);
  const columns = new Map(names.map((name) => [name, metricCells(name, parts)]));
  const blocks: string[] = [];
  for (let at = 0; at < names.length; ) {
    const widths = names.slice(at).map((name) => naturalWidth((columns.get(name) ?? []).flat(), name));
    const fitting = columnsThatFit(widths, view.width - labelWidth - 2);
    if (blocks.length > 0) blocks.push('');
    blocks.push(...renderBlock(parts, names.slice(at, at + fitting).map((name) => ({ name, cells: columns.get(name) ?? [] })), view));
    at += fitting;
  }
  return [...blocks, ...legend(parts, view)];
}

interface MetricColumn {
  readonly name: string;
  /** By part, then by model. */
  readonly cells: readonly (readonly Cell[])[];
}

function renderBlock(parts: readonly MetricsPart[], columns: readonly MetricColumn[], view: View): string[] {
  const rows = parts.flatMap(({ part, rows: models }, partIndex) => [
    [{ text: PART_TITLES[part] ?? part, style: 'dim' as const }, ...columns.map(() => '')],
    ...models.map((row, index) => [`  ${label(row)}`, ...columns.map(({ cells }) => cells[partIndex]?.[index] ?? '')]),
  ]);
  const header = [{ least: 10 }, ...columns.map(({ name }) => ({ header: name, align: 'right' as const }))];
  return renderTable({ columns: header, rows, indent: 2 }, view);
}

function label({ model, optimistic }: MetricsRow): string {
  return optimistic ? `${model} ~` : model;
}

function metricNames(parts: readonly MetricsPart[], shown: ShownMetrics): readonly string[] {
  const names = [...new Set(parts.flatMap(({ rows }) => rows.flatMap(({ metrics }) => Object.keys(metrics))))];
  const hidden = shown === 'main' ? /_(macro|weighted)$/ : /_macro$/;
  return names.filter((name) => !(hidden.test(name) && names.includes(name.replace(hidden, ''))));
}

function metricCells(name: string, parts: readonly MetricsPart[]): Cell[][] {
  const values = parts.flatMap(({ rows }) => rows.map(({ metrics }) => metrics[name] ?? null));
  const decimals = decimalsFor(values.filter((value) => value !== null));
  return parts.map(({ rows }) => {
    const best = bestOf(name, rows);
    return rows.map(({ metrics, deviations }): Cell => {
      const value = metrics[name];
      const deviation = deviations?.[name];
      const text = formatMetric(value, decimals) + (deviation === undefined || deviation === null ? '' : ` ±${formatMetric(deviation, decimals)}`);
      return value !== undefined && value !== null && value === best ? { text: `${text}*`, style: 'green' } : `${text} `;
    });
  });
}

/** The best value of a metric among several models; none where there is nothing to compare. */
function bestOf(name: string, rows: readonly MetricsRow[]): number | undefined {
  const values = rows.flatMap(({ metrics }) => (typeof metrics[name] === 'number' ? [metrics[name]] : []));
  if (rows.length < 2 || values.length === 0) return undefined;
  const direction = findMetric(name.replace(/_(macro|weighted)$/, ''))?.direction;
  if (direction === undefined) return undefined;
  return direction === 'maximize' ? Math.max(...values) : Math.min(...values);
}

function legend(parts: readonly MetricsPart[], view: View): string[] {
  const several = parts.some(({ rows }) => rows.length > 1);
  const optimistic = parts.some(({ rows }) => rows.some((row) => row.optimistic));
  const folded = parts.some(({ rows }) => rows.some((row) => row.deviations !== undefined));
  const notes = [...(several ? ['* best'] : []), ...(optimistic ? ['~ optimistic: this part also helped to choose the model'] : []), ...(folded ? ['± standard deviation over the folds'] : [])];
  return wrap(notes.join(' · '), view.width - 2).map((line) => view.paint('dim', `  ${line}`));
}
