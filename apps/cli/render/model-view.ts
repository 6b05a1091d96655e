import type { Json, JsonObject } from '../../../compiler/json.ts';
import type { ModelArtifact } from '../../../compiler/plan/artifact.ts';
import { formatBytes, formatMetric, formatNumber } from './format.ts';
import { asList, asNumber, asObject, asText } from './read-json.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, listNames, truncate, type View } from './text.ts';

const SHOWN = 15;

/** What a model is and what it learned: its figures, importance or coefficients, learning curve. */
export function renderModel({ kind, task, classes, model, summary }: ModelArtifact, view: View): string[] {
  const facts: Cell[][] = [
    [{ text: 'kind', style: 'dim' }, `${kind}, ${task}${classes.length === 0 ? '' : ` of ${listNames(classes.map(clean), 6)}`}`],
    [{ text: 'size', style: 'dim' }, formatBytes(model.bytes)],
    ...factRows(summary),
  ];
  const blocks = [importanceLines(summary, view), coefficientLines(summary, view), curveLines(summary, view)];
  return [...renderTable({ columns: [{}, { least: 20 }], rows: facts, indent: 2 }, view), ...blocks.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]))];
}

const BLOCKS = new Set(['curve', 'importance', 'coefficients', 'merged', 'bestRound']);

function factRows(summary: JsonObject): Cell[][] {
  const rows: Cell[][] = [];
  for (const [name, value] of Object.entries(summary)) {
    if (BLOCKS.has(name)) continue;
    const best = name === 'rounds' ? asNumber(summary['bestRound']) : undefined;
    rows.push([{ text: name, style: 'dim' }, factText(value) + (best === undefined ? '' : `, the best is ${best}`)]);
  }
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

function importanceLines(summary: JsonObject, view: View): string[] {
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
  return [view.paint('bold', 'Importance') + view.paint('dim', ' (mean gain of its splits)'), ...lines, ...more(features.length, view)];
}

function more(all: number, view: View): string[] {
  return all > SHOWN ? [view.paint('dim', `  … ${all - SHOWN} more`)] : [];
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of a share of `width` cells, in eighths of a cell. */
function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
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

/** A line for each metric and part: first, best-looking and last value around a sparkline. */
function curveLines(summary: JsonObject, view: View): string[] {
  const room = Math.max(8, Math.min(60, view.width - 44));
  const rows = Object.entries(asObject(summary['curve']) ?? {}).flatMap(([part, metrics]) =>
    Object.entries(asObject(metrics) ?? {}).flatMap(([metric, values]): Cell[][] => {
      const numbers = asList(values).flatMap((value) => asNumber(value) ?? []);
      const [first, last] = [numbers[0], numbers.at(-1)];
      if (first === undefined || last === undefined) return [];
      return [[truncate(`${part} ${metric}`, 20), formatMetric(first), { text: sparkline(numbers, room), style: 'cyan' }, formatMetric(last)]];
    }),
  );
  if (rows.length === 0) return [];
  return [view.paint('bold', 'Learning curve'), ...renderTable({ columns: [{}, { align: 'right' }, {}, {}], rows, indent: 2 }, view)];
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** A curve as one line of at most `width` cells; each cell is the mean of the values that fall into it. */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  const cells = Math.min(width, finite.length);
  const means = Array.from({ length: cells }, (_, cell) => {
    const slice = finite.slice(Math.floor((cell * finite.length) / cells), Math.floor(((cell + 1) * finite.length) / cells));
    return slice.reduce((sum, value) => sum + value, 0) / slice.length;
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low;
  return means.map((mean) => LEVELS[span === 0 ? 3 : Math.round(((mean - low) / span) * (LEVELS.length - 1))] ?? '').join('');
}
