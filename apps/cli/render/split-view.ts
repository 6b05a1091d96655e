import type { SplitArtifact } from '../../../compiler/plan/artifact.ts';
import type { PartName } from '../../../compiler/types.ts';
import { formatCount, formatShare } from './format.ts';
import { renderTable, type Cell } from './table.ts';
import { clean, count, type View } from './text.ts';

const PARTS = ['train', 'validate', 'test'] as const;
const SHOWN = 30;

/** Below this width the shares are left out. */
const ROOM_FOR_SHARES = 60;

/** The rows of each part, and of each class in it. */
export function renderSplit(split: SplitArtifact, only: string | undefined, view: View): string[] {
  const parts = PARTS.filter((part) => only === undefined || part === only);
  const figures = (rows: Cell, part: number, whole: number): Cell[] => [rows, ...(view.width < ROOM_FOR_SHARES ? [] : [{ text: formatShare(part, whole), style: 'dim' as const }])];
  const classRow = (label: string, code: number): Cell[] => [
    clean(label),
    ...parts.flatMap((part): Cell[] => {
      const of = split.parts[part];
      const rows = of.classes[code] ?? 0;
      return figures(formatCount(rows), rows, of.rows);
    }),
  ];
  const total: Cell[] = ['rows', ...parts.flatMap((part) => figures({ text: formatCount(split.parts[part].rows), style: 'bold' }, split.parts[part].rows, split.rows))];
  const queries: Cell[][] = split.task === 'ranking' ? [['queries', ...parts.flatMap((part) => [formatCount(split.parts[part].queries ?? 0), ...(view.width < ROOM_FOR_SHARES ? [] : [''])])]] : [];
  const columns = [{ least: 8 }, ...parts.flatMap((part) => [{ header: part, align: 'right' as const }, ...(view.width < ROOM_FOR_SHARES ? [] : [{ align: 'right' as const }])])];
  const more = split.classes.length - SHOWN;
  const left = rowsOfNoPart(split);
  return [
    view.paint('dim', `  ${split.task}`),
    ...renderTable({ columns, rows: [total, ...queries, ...split.classes.slice(0, SHOWN).map(classRow)], indent: 2 }, view),
    ...(more > 0 ? [view.paint('dim', `  … ${more} more classes`)] : []),
    ...(left > 0 ? [view.paint('dim', `  ${count(left, 'row')} in no part: the gap`)] : []),
  ];
}

/** Rows that the gap of a split in time keeps out of all parts. */
function rowsOfNoPart({ rows, parts }: SplitArtifact): number {
  return PARTS.reduce((left, part) => left - parts[part].rows, rows);
}

/** What `show --json` prints of a split or one of its parts. */
export function splitJson(split: SplitArtifact, only: string | undefined): Record<string, unknown> {
  const part = (name: PartName): Record<string, unknown> => {
    const { rows, classes, queries } = split.parts[name];
    return { rows, ...(queries === undefined ? {} : { queries }), ...(split.classes.length === 0 ? {} : { classes: Object.fromEntries(split.classes.map((label, code) => [label, classes[code] ?? 0])) }) };
  };
  const chosen = PARTS.filter((name) => only === undefined || name === only);
  const left = rowsOfNoPart(split);
  return { task: split.task, rows: split.rows, ...(left === 0 ? {} : { rowsOfNoPart: left }), classes: split.classes, parts: Object.fromEntries(chosen.map((name) => [name, part(name)])) };
}
