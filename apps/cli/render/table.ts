import { displayWidth, pad, truncate, truncateMiddle, type Style, type View } from './text.ts';

/** One cell: its text, not painted, and how it is set off. */
export type Cell = string | { readonly text: string; readonly style?: Style };

/** How one column is headed, aligned and cut. Widths are in terminal cells. */
export interface TableColumn {
  readonly header?: string;
  readonly align?: 'left' | 'right';
  /** The least cells to which the column should be cut when the line is too long; absent: it is never cut. */
  readonly least?: number;
  /** Where it is cut; at its end, unless given. */
  readonly cut?: 'middle';
}

/** Rows to be shown in aligned columns; each row has one cell a column. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Cells left free before each line. */
  readonly indent?: number;
}

const GAP = 2;

/** Cells of a column that may be cut, at the very least. */
const NARROWEST = 4;

/** Renders a table in aligned columns; the widest of those that may be cut are cut first. */
export function renderTable(table: Table, view: View): string[] {
  const indent = table.indent ?? 0;
  const widths = fitWidths(table, view.width - indent);
  const line = (cells: readonly Cell[]): string => (' '.repeat(indent) + cells.map((cell, index) => paintCell(cell, index)).join(' '.repeat(GAP))).trimEnd();
  const headers = table.columns.map((column) => column.header ?? '');
  const head = headers.every((header) => header === '') ? [] : [line(headers.map((text) => ({ text, style: 'dim' as const })))];
  return [...head, ...table.rows.map(line)];

  function paintCell(cell: Cell, index: number): string {
    const { text, style } = typeof cell === 'string' ? { text: cell, style: undefined } : cell;
    const width = widths[index] ?? 0;
    const cut = table.columns[index]?.cut === 'middle' ? truncateMiddle(text, width) : truncate(text, width);
    const painted = style === undefined || cut === '' ? cut : view.paint(style, cut);
    return pad(painted, width, table.columns[index]?.align);
  }
}

/** How many columns of these widths fit into a line of `room` cells; at least one. */
export function columnsThatFit(widths: readonly number[], room: number): number {
  let used = 0;
  let fitting = 0;
  for (const width of widths) {
    used += width + GAP;
    if (used > room && fitting > 0) break;
    fitting += 1;
  }
  return fitting;
}

/** The cells that a column takes when nothing is cut. */
export function naturalWidth(cells: readonly Cell[], header = ''): number {
  return Math.max(displayWidth(header), ...cells.map((cell) => displayWidth(typeof cell === 'string' ? cell : cell.text)));
}

function fitWidths({ columns, rows }: Table, room: number): number[] {
  const widths = columns.map((column, index) => naturalWidth(rows.map((row) => row[index] ?? ''), column.header));
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * (columns.length - 1) - room;
  // On the narrowest terminals every column gives way, rather than that each line breaks.
  for (const floors of [columns.map(({ least }) => least), columns.map(({ least }) => (least === undefined ? undefined : NARROWEST))]) {
    while (excess > 0) {
      let widest = -1;
      floors.forEach((floor, index) => {
        if (floor !== undefined && (widths[index] ?? 0) > floor && (widest < 0 || (widths[index] ?? 0) > (widths[widest] ?? 0))) widest = index;
      });
      if (widest < 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
}
