import type { JsonObject } from '../../../compiler/json.ts';
import type { PlanStep } from '../../../compiler/plan/plan.ts';
import type { ActionRecord } from '../../../runtime/store/record.ts';
import { formatCount, formatMetric } from './format.ts';
import { renderMetrics } from './metrics-table.ts';
import { memberNames } from './names.ts';
import { asList, asNumber, asNumbers, asObject, asText } from './read-json.ts';
import { metricsParts } from './summary.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, truncate, type View } from './text.ts';

type Outputs = Pick<ActionRecord, 'outputs'>;

/** Models beside each other, then for each its confusion matrix and classes, on the last of the parts. */
export function renderReport(step: PlanStep, record: Outputs, only: string | undefined, view: View): string[] {
  const parts = metricsParts(step, record, only);
  const names = memberNames(step);
  const last = parts.at(-1)?.part;
  const artifact = last === undefined ? undefined : record.outputs[last]?.artifact;
  const details = artifact?.type !== 'report' ? [] : artifact.models.flatMap((model, index) => modelDetails(`${names[index] ?? ''} on ${last === 'validate' ? 'validation' : (last ?? '')}`, model, view));
  return [...renderMetrics(parts, 'all', view), ...details];
}

function modelDetails(title: string, model: JsonObject, view: View): string[] {
  const confusion = asObject(model['confusion']);
  const labels = asList(confusion?.['labels']).flatMap((label) => asText(label) ?? JSON.stringify(label));
  if (labels.length === 0) return [];
  const matrix = asList(confusion?.['matrix']).map((row) => asList(row).map((cell) => asNumber(cell) ?? 0));
  const figures = asObject(model['classes']) ?? {};
  return ['', view.paint('bold', title), ...(labels.length <= MOST_LABELS ? confusionLines(labels, matrix, view) : []), ...classLines(figures, view)];
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
  const models = new Map<string, { task: string; parts: Record<string, unknown>; folds?: unknown }>();
  for (const { part } of step.outputs) {
    const artifact = record.outputs[part]?.artifact;
    if (artifact?.type !== 'report' || (only !== undefined && only !== part)) continue;
    artifact.models.forEach((model, index) => {
      const name = names[index] ?? `model ${index + 1}`;
      const entry = models.get(name) ?? { task: artifact.task, parts: {} };
      models.set(name, entry);
      if (part === 'folds') entry.folds = model['folds'];
      else entry.parts[part] = { ...model, optimistic: model['optimistic'] === true };
    });
  }
  return { models: Object.fromEntries(models) };
}
