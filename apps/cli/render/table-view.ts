import type { Json, JsonObject } from '../../../compiler/json.ts';
import type { ColumnStatistics } from '../../../runtime/engines/duckdb/table-statistics.ts';
import { formatCount, formatNumber, formatShare } from './format.ts';
import { histogram } from './charts.ts';
import { asNumber } from './read-json.ts';
import { columnsThatFit, naturalWidth, renderTable } from './table.ts';
import { clean, count, truncate, type View } from './text.ts';

/** A table as `show` shows it. */
export interface TableView {
  readonly rows: number;
  readonly columns: readonly (ColumnStatistics & { readonly shownType: string })[];
  readonly head: readonly JsonObject[];
}

/** The columns of a table with what is in them, then its first rows. */
export function renderTableView(table: TableView, view: View): string[] {
  return [...columnLines(table, view), '', ...headLines(table, view)];
}

/** Narrower terminals show no histograms. */
const ROOM_FOR_SHAPES = 80;

function columnLines({ rows, columns }: TableView, view: View): string[] {
  const isWide = view.width >= ROOM_FOR_SHAPES && columns.some(({ histogram: counts }) => counts !== undefined);
  const cells = columns.map((column) => [
    { text: clean(column.name), style: 'bold' as const },
    { text: column.shownType, style: 'dim' as const },
    column.nulls === 0 ? '' : formatCount(column.nulls),
    column.distinct === undefined ? '' : formatCount(column.distinct),
    ...(isWide ? [{ text: column.histogram === undefined ? '' : histogram(column.histogram), style: 'cyan' as const }] : []),
    describeValues(column, rows),
  ]);
  const header = [{ header: 'column', least: 10 }, { header: 'type', least: 6 }, { header: 'nulls', align: 'right' as const }, { header: 'distinct', align: 'right' as const }, ...(isWide ? [{}] : []), { header: 'values', least: 18 }];
  return renderTable({ columns: header, rows: cells, indent: 2 }, view);
}

/** `1 .. 4983, median 560, mean 744.3`, or the most frequent values with their shares. */
function describeValues({ min, max, mean, quantiles, top, nulls }: ColumnStatistics, rows: number): string {
  if (top !== undefined && top.length > 0) return top.map((one) => `${shortText(one.value)} ${formatShare(one.count, rows - nulls)}`).join(', ');
  if (min === undefined || max === undefined) return '';
  const median = quantiles?.[1];
  return `${shortText(min)} .. ${shortText(max)}${median === undefined ? '' : `, median ${shortText(median)}`}${mean === undefined ? '' : `, mean ${shortText(mean)}`}`;
}

/** Cells that a value among others may take. */
const LONGEST = 24;

function shortText(value: Json): string {
  return truncate(valueText(value), LONGEST);
}

/** A value as it stands in a cell. */
export function valueText(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value);
  return clean(typeof value === 'string' ? value : JSON.stringify(value));
}

function headLines({ rows, columns, head }: TableView, view: View): string[] {
  if (head.length === 0) return [view.paint('dim', '  no rows')];
  const names = columns.map(({ name }) => name);
  const cells = names.map((name) => head.map((row) => cellText(row[name])));
  const widths = names.map((name, index) => Math.min(LONGEST, naturalWidth(cells[index] ?? [], clean(name))));
  const fitting = columnsThatFit(widths, view.width - 2);
  const shown = names.slice(0, fitting);
  const lines = renderTable(
    {
      columns: shown.map((name) => ({ header: truncate(clean(name), LONGEST), align: isNumeric(head, name) ? ('right' as const) : ('left' as const) })),
      rows: head.map((_, row) => shown.map((_name, index) => truncate(cells[index]?.[row] ?? '', LONGEST))),
      indent: 2,
    },
    view,
  );
  const notes = [...(fitting < names.length ? [`${count(names.length - fitting, 'more column')}`] : []), ...(head.length < rows ? [`${count(rows - head.length, 'more row')}`] : [])];
  return [...lines, ...(notes.length === 0 ? [] : [view.paint('dim', `  … ${notes.join(', ')}`)])];
}

/** Whole numbers are shown without separators: these may be identifiers or years. */
function cellText(value: Json | undefined): string {
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : valueText(value);
}

function isNumeric(head: readonly JsonObject[], name: string): boolean {
  return head.every((row) => row[name] === null || row[name] === undefined || typeof row[name] === 'number' || (typeof row[name] === 'string' && asNumber(row[name]) !== undefined));
}
