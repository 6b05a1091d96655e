import type { JsonObject } from '../../../compiler/json.ts';
import type { Artifact } from '../../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import { markedBar } from './charts.ts';
import { decimalsFor, formatCount, formatMetric, formatNumber } from './format.ts';
import { renderMetrics, type MetricsPart, type MetricsRow } from './metrics-table.ts';
import { memberNames } from './names.ts';
import { asList, asNumber, asNumbers, asObject, asText } from './read-json.ts';
import { metricsParts } from './summary.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, hanging, truncate, type View } from './text.ts';

type Outputs = Pick<ActionRecord, 'outputs'>;

/** Models beside each other, then for each its confusion matrix and classes, on the last of the parts. */
export function renderReport(step: PlanStep, record: Outputs, only: string | undefined, view: View): string[] {
  const parts = metricsParts(step, record, only);
  const names = memberNames(step);
  const last = parts.findLast(({ part }) => part !== 'folds')?.part;
  const artifact = last === undefined ? undefined : record.outputs[last]?.artifact;
  const details = artifact?.type !== 'report' ? [] : artifact.models.flatMap((model, index) => modelDetails(`${names[index] ?? ''} on ${last === 'validate' ? 'validation' : (last ?? '')}`, model, view));
  const each = only === 'folds' ? eachFold(record.outputs[only]?.artifact, names) : [];
  return [...renderMetrics(parts, 'all', view), ...details, ...(each.length === 0 ? [] : ['', ...renderMetrics(each, 'main', view)])];
}

/** The models beside each other, fold by fold. */
function eachFold(artifact: Artifact | undefined, names: readonly string[]): MetricsPart[] {
  if (artifact?.type !== 'report') return [];
  const parts = new Map<string, MetricsRow[]>();
  artifact.models.forEach((model, index) => {
    for (const one of asList(model['folds'])) {
      const { fold, rows, metrics } = asObject(one) ?? {};
      const title = `fold ${asNumber(fold) ?? ''}, ${count(asNumber(rows) ?? 0, 'row')}`;
      parts.set(title, [...(parts.get(title) ?? []), { model: names[index] ?? '', metrics: asNumbers(metrics), optimistic: model['optimistic'] === true }]);
    }
  });
  return [...parts].map(([part, rows]) => ({ part, rows }));
}

function modelDetails(title: string, model: JsonObject, view: View): string[] {
  const confusion = asObject(model['confusion']);
  const labels = asList(confusion?.['labels']).flatMap((label) => asText(label) ?? JSON.stringify(label));
  const matrix = asList(confusion?.['matrix']).map((row) => asList(row).map((cell) => asNumber(cell) ?? 0));
  const blocks = [
    intervalLines(model, view),
    ...(labels.length === 0 ? [] : [[...thresholdLines(model, labels, view), ...(labels.length <= MOST_LABELS ? confusionLines(labels, matrix, view) : [])], classLines(asObject(model['classes']) ?? {}, view)]),
    calibrationLines(model, view),
  ].filter((lines) => lines.length > 0);
  return blocks.length === 0 ? [] : ['', view.paint('bold', title), ...blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))];
}

/** Each metric with its confidence interval, where there are any; how classes are averaged is left to `--json`. */
function intervalLines(model: JsonObject, view: View): string[] {
  const intervals = Object.entries(asObject(model['intervals']) ?? {}).filter(([name]) => !/_(macro|weighted)$/.test(name));
  const level = asNumber(model['level']);
  if (intervals.length === 0 || level === undefined) return [];
  const metrics = asNumbers(model['metrics']);
  const rows = intervals.map(([name, ends]): Cell[] => {
    const [low, high] = asList(ends).map((end) => asNumber(end));
    const values = [metrics[name], low, high].flatMap((value) => value ?? []);
    const decimals = decimalsFor(values);
    const interval = low === undefined || high === undefined ? '–' : `${formatMetric(low, decimals)} .. ${formatMetric(high, decimals)}`;
    return [{ text: name, style: 'dim' }, formatMetric(metrics[name], decimals), interval];
  });
  const columns = [{ header: 'metric', least: 8 }, { header: 'value', align: 'right' as const }, { header: `${Number((level * 100).toPrecision(6))}% interval`, align: 'right' as const }];
  return renderTable({ columns, rows, indent: 2 }, view);
}

function thresholdLines(model: JsonObject, labels: readonly string[], view: View): string[] {
  const threshold = asNumber(model['threshold']);
  return threshold === undefined ? [] : hanging('  ', `says ${clean(labels[1] ?? '')} at a probability of ${formatNumber(threshold)} or more`, view.width);
}

/** What the model said and what came true; the bar ends at the mark where both are the same. */
function calibrationLines(model: JsonObject, view: View): string[] {
  const bins = asList(model['calibration']).map((bin) => asNumbers(bin));
  if (bins.length === 0) return [];
  const room = Math.max(6, Math.min(30, view.width - 32));
  const rows = bins.map(({ predicted, observed, rows: counted }): Cell[] => [
    formatMetric(predicted, 3),
    formatMetric(observed, 3),
    { text: markedBar(observed ?? 0, predicted ?? 0, room), style: 'cyan' },
    { text: formatCount(counted ?? 0), style: 'dim' },
  ]);
  const columns = [{ header: 'said', align: 'right' as const }, { header: 'came true', align: 'right' as const }, {}, { header: 'rows', align: 'right' as const }];
  return renderTable({ columns, rows, indent: 2 }, view);
}

/** A larger matrix is not read, but looked up: `--json` has it. */
const MOST_LABELS = 8;
const LABEL = 14;

function confusionLines(labels: readonly string[], matrix: readonly (readonly number[])[], view: View): string[] {
  const short = labels.map((label) => truncate(clean(label), LABEL));
  const rows = short.map((label, truth): Cell[] => [
    { text: label, style: 'dim' },
    ...short.map((_, predicted): Cell => ({ text: formatCount(matrix[truth]?.[predicted] ?? 0), ...(truth === predicted ? { style: 'green' as const } : {}) })),
  ]);
  return renderTable({ columns: [{ header: 'truth \\ said', least: 8 }, ...short.map((header) => ({ header, align: 'right' as const, least: 5 }))], rows, indent: 2 }, view);
}

/** Below this width the rows of a class are left out: they stand in the matrix too. */
const ROOM_FOR_SUPPORT = 50;

function classLines(figures: JsonObject, view: View): string[] {
  const rows = Object.entries(figures).map(([label, one]): Cell[] => {
    const { precision, recall, f1, support } = asNumbers(one);
    return [{ text: clean(label), style: 'dim' }, formatMetric(precision), formatMetric(recall), formatMetric(f1), ...(view.width < ROOM_FOR_SUPPORT ? [] : [support === null || support === undefined ? '' : formatCount(support)])];
  });
  const columns = [{ header: 'class', least: 8 }, ...['precision', 'recall', 'f1', ...(view.width < ROOM_FOR_SUPPORT ? [] : ['rows'])].map((header) => ({ header, align: 'right' as const }))];
  return renderTable({ columns, rows, indent: 2 }, view);
}

/** What `show --json` prints of a report (cli.md). */
export function reportJson(step: PlanStep, record: Outputs, only: string | undefined): Record<string, unknown> {
  const names = memberNames(step);
  const models = new Map<string, { task: string; parts: Record<string, unknown>; folds?: unknown; foldsMean?: unknown; foldsDeviation?: unknown }>();
  for (const { part } of step.outputs) {
    const artifact = record.outputs[part]?.artifact;
    if (artifact?.type !== 'report' || (only !== undefined && only !== part)) continue;
    artifact.models.forEach((model, index) => {
      const name = names[index] ?? `model ${index + 1}`;
      const entry = models.get(name) ?? { task: artifact.task, parts: {} };
      models.set(name, entry);
      if (part === 'folds') Object.assign(entry, { folds: model['folds'], foldsMean: model['metrics'], foldsDeviation: model['deviations'] });
      else entry.parts[part] = { ...model, optimistic: model['optimistic'] === true };
    });
  }
  return { models: Object.fromEntries(models) };
}
