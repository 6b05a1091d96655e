import type { Json, JsonObject } from '../../../compiler/json.ts';
import { modelBytes, type ModelArtifact } from '../../../compiler/plan/artifact.ts';
import { decimalsFor, formatBytes, formatMetric, formatNumber } from './format.ts';
import { bar, lineChart } from './charts.ts';
import { asList, asNumber, asObject, asText } from './read-json.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, hanging, listNames, pad, truncate, type View } from './text.ts';

const SHOWN = 15;

/** What a model is and what it learned: its figures, importance or coefficients, learning curve. */
export function renderModel(artifact: ModelArtifact, view: View): string[] {
  const { kind, task, classes, summary } = artifact;
  const facts: Cell[][] = [
    [{ text: 'kind', style: 'dim' }, `${kind}, ${task}${classes.length === 0 ? '' : ` of ${listNames(classes.map(clean), 6)}`}`],
    [{ text: 'size', style: 'dim' }, formatBytes(modelBytes(artifact))],
    ...factRows(summary),
  ];
  const blocks = [memberLines(summary, view), calibrationLines(summary, view), layerLines(summary, view), importanceLines(artifact, view), coefficientLines(summary, view), curveLines(summary, view)];
  return [...renderTable({ columns: [{}, { least: 20 }], rows: facts, indent: 2 }, view), ...blocks.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]))];
}

const BLOCKS = new Set(['members', 'layers', 'curve', 'importance', 'coefficients', 'merged', 'bestRound', 'calibration', 'validationRows']);

function factRows(summary: JsonObject): Cell[][] {
  const rows: Cell[][] = [];
  for (const [name, value] of Object.entries(summary)) {
    if (BLOCKS.has(name)) continue;
    const best = name === 'rounds' ? asNumber(summary['bestRound']) : undefined;
    rows.push([{ text: name, style: 'dim' }, factText(value) + (best === undefined ? '' : `, the best is ${best}`)]);
  }
  const validation = asNumber(summary['validationRows']);
  if (validation !== undefined) rows.push([{ text: 'fitted on', style: 'dim' }, `${count(validation, 'row')} of the validation part`]);
  const merged = asObject(summary['merged']);
  const [kept, all] = [asNumber(merged?.['rows']), asNumber(merged?.['of'])];
  if (kept !== undefined && all !== undefined && kept < all) rows.push([{ text: 'trained on', style: 'dim' }, `${count(all, 'row')}, ${formatNumber(kept)} of them different`]);
  return rows;
}

function factText(value: Json): string {
  if (typeof value === 'number') return formatNumber(value);
  if (Array.isArray(value)) return listNames((value as readonly Json[]).map(factText), 8);
  return clean(typeof value === 'string' ? value : JSON.stringify(value));
}

/** What is made of the probabilities that the model behind gives, class by class. */
function calibrationLines(summary: JsonObject, view: View): string[] {
  const maps = asList(summary['calibration']).flatMap((one) => {
    const { class: label, said, calibrated } = asObject(one) ?? {};
    return [{ label: clean(asText(label) ?? ''), said: asList(said).map(asNumber), calibrated: asList(calibrated).map(asNumber) }];
  });
  const [first] = maps;
  if (first === undefined) return [];
  const rows = first.said.map((said, at): Cell[] => [{ text: formatMetric(said, 1), style: 'dim' }, ...maps.map(({ calibrated }) => formatMetric(calibrated[at], 3))]);
  const columns = [{ header: 'said', align: 'right' as const }, ...maps.map(({ label }) => ({ header: label, align: 'right' as const, least: 6 }))];
  const note = maps.length === 1 ? ' (of the positive class)' : ' (each class; then divided by their sum)';
  return [view.paint('bold', 'Calibrated') + view.paint('dim', note), ...renderTable({ columns, rows, indent: 2 }, view)];
}

/** The members of an ensemble: how much each counts, and what it is worth by itself. */
function memberLines(summary: JsonObject, view: View): string[] {
  const members = asList(summary['members']).flatMap((one): JsonObject[] => [asObject(one) ?? []].flat());
  const [first] = members;
  if (first === undefined) return [];
  const metrics = Object.keys(asObject(first['validate']) ?? {});
  const weighed = asNumber(first['weight']) !== undefined;
  const rows = members.slice(0, SHOWN).map((member): Cell[] => {
    const values = asObject(member['validate']);
    const figures = metrics.map((metric): Cell => formatMetric(asNumber(values?.[metric]) ?? NaN));
    return [clean(asText(member['name']) ?? ''), { text: asText(member['kind']) ?? '', style: 'dim' }, ...(weighed ? [formatMetric(asNumber(member['weight']) ?? NaN)] : []), ...figures];
  });
  const head: Cell[] = ['', 'kind', ...(weighed ? ['weight'] : []), ...metrics].map((text) => ({ text, style: 'dim' }));
  const columns = [{ least: 8 }, {}, ...head.slice(2).map(() => ({ align: 'right' as const }))];
  return [view.paint('bold', 'Members') + view.paint('dim', ' (by themselves, on validation)'), ...renderTable({ columns, rows: [head, ...rows], indent: 2 }, view), ...more(members.length, view)];
}

/** The layers of a network: what each makes of a row, and how many numbers it learns. */
function layerLines(summary: JsonObject, view: View): string[] {
  const rows = asList(summary['layers']).flatMap((one): Cell[][] => {
    const layer = asObject(one);
    const [name, columns, parameters] = [asText(layer?.['layer']), asNumber(layer?.['columns']), asNumber(layer?.['parameters'])];
    if (name === undefined || columns === undefined || parameters === undefined) return [];
    return [[clean(name), formatNumber(columns), parameters === 0 ? { text: '–', style: 'dim' } : formatNumber(parameters)]];
  });
  if (rows.length === 0) return [];
  const head: Cell[] = ['', 'columns', 'parameters'].map((text) => ({ text, style: 'dim' }));
  return [view.paint('bold', 'Layers'), ...renderTable({ columns: [{ least: 12 }, { align: 'right' }, { align: 'right' }], rows: [head, ...rows], indent: 2 }, view)];
}

/** What the importance of a feature says, where it is not the gain. */
const IMPORTANCE: Readonly<Record<string, string>> = { catboost: 'how much the prediction changes with it, in percent' };

function importanceLines({ kind, summary }: ModelArtifact, view: View): string[] {
  const features = asList(summary['importance']).flatMap((one) => {
    const object = asObject(one);
    const name = asText(object?.['feature']);
    const gain = asNumber(object?.['gain']);
    return name === undefined || gain === undefined ? [] : [{ name, gain }];
  });
  if (features.length === 0) return [];
  const most = Math.max(...features.map(({ gain }) => gain));
  const room = Math.max(8, Math.min(40, Math.floor(view.width / 3)));
  const rows = features.slice(0, SHOWN).map(({ name, gain }): Cell[] => [clean(name), { text: bar(most > 0 ? gain / most : 0, room), style: 'cyan' }, { text: formatMetric(gain), style: 'dim' }]);
  const lines = renderTable({ columns: [{ least: 10 }, {}, { align: 'right' }], rows, indent: 2 }, view);
  return [view.paint('bold', 'Importance') + view.paint('dim', ` (${IMPORTANCE[kind] ?? 'mean gain of its splits'})`), ...lines, ...more(features.length, view)];
}

function more(all: number, view: View): string[] {
  return all > SHOWN ? [view.paint('dim', `  … ${all - SHOWN} more`)] : [];
}

function coefficientLines(summary: JsonObject, view: View): string[] {
  const coefficients = asList(summary['coefficients']).flatMap((one) => {
    const object = asObject(one);
    const value = asNumber(object?.['coefficient']);
    return object === undefined || value === undefined ? [] : [{ name: coefficientName(object), value, of: asText(object['class']) ?? '' }];
  });
  if (coefficients.length === 0) return [];
  const rows = coefficients.slice(0, SHOWN).map(({ name, value, of }): Cell[] => [clean(name), { text: clean(of), style: 'dim' }, `${value > 0 ? '+' : ''}${formatMetric(value)}`]);
  const lines = renderTable({ columns: [{ least: 10 }, { least: 6 }, { align: 'right' }], rows, indent: 2 }, view);
  return [view.paint('bold', 'Coefficients') + view.paint('dim', truncate(' (by standard deviation; of categories by level)', view.width - 12)), ...lines, ...more(coefficients.length, view)];
}

function coefficientName(one: JsonObject): string {
  const feature = asText(one['feature']) ?? '';
  if (one['missing'] === true || one['level'] === null) return `${feature} is missing`;
  const level = asText(one['level']);
  return level === undefined ? feature : `${feature} = ${level}`;
}

const CHART_HEIGHT = 5;

/** A chart for each metric and part over the rounds, with the values at its ends beside it. */
function curveLines(summary: JsonObject, view: View): string[] {
  const room = Math.max(10, Math.min(60, view.width - 12));
  const charts = Object.entries(asObject(summary['curve']) ?? {}).flatMap(([part, metrics]) =>
    Object.entries(asObject(metrics) ?? {}).flatMap(([metric, values]): string[] => {
      const numbers = asList(values).flatMap((value) => asNumber(value) ?? []).filter(Number.isFinite);
      const [first, last] = [numbers[0], numbers.at(-1)];
      if (first === undefined || last === undefined) return [];
      const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
      const decimals = decimalsFor([low, high]);
      const labels = [high, ...Array<undefined>(CHART_HEIGHT - 2).fill(undefined), low].map((value) => pad(value === undefined ? '' : formatMetric(value, decimals), 9, 'right'));
      const title = `${formatMetric(first, decimals)} → ${formatMetric(last, decimals)} in ${count(numbers.length, 'round')}`;
      return [...hanging(`  ${clean(part)} ${clean(metric)}: `, title, view.width), ...lineChart(numbers, room, CHART_HEIGHT).map((line, index) => `${labels[index] ?? ''}  ${view.paint('cyan', line)}`)];
    }),
  );
  return charts.length === 0 ? [] : [view.paint('bold', 'Learning curve'), ...charts];
}
