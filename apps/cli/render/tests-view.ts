import { lineStarts, positionAt, type Position, type Span } from '../../../grammar/index.ts';
import type { ExpectedRows, TableTest } from '../../../compiler/tests/table-test.ts';
import type { RowDifference } from '../../../runtime/data/compare-rows.ts';
import type { TableOutcome, TestOutcome } from '../../../runtime/engines/duckdb/run-test.ts';
import type { TextOf } from '../failure.ts';
import { naturalWidth, renderTable, type Cell } from './table.ts';
import { clean, count, hanging, type View } from './text.ts';

/** A test that was run. */
export interface FinishedTest {
  readonly test: TableTest;
  readonly outcome: TestOutcome;
}

/** The tests of one file. */
export interface FileTests {
  readonly file: string;
  readonly tests: readonly FinishedTest[];
}

/** Whether every table was as expected. */
export function hasPassed({ outcome }: FinishedTest): boolean {
  return outcome.done && outcome.tables.every(({ differences }) => differences.length === 0);
}

/** How the tests of a file are told of. */
export interface TestsView {
  readonly view: View;
  readonly textOf: TextOf;
  readonly failuresOnly: boolean;
}

/** The tests of a file, one line each; below those that failed, how what was found differs from what was expected. */
export function renderFileTests({ file, tests }: FileTests, { view, textOf, failuresOnly }: TestsView): string[] {
  const shown = failuresOnly ? tests.filter((one) => !hasPassed(one)) : tests;
  const lines = shown.flatMap((one) => {
    const title = clean(one.test.title);
    if (hasPassed(one)) return hanging(`  ${view.paint('green', '✓')} `, title, view.width);
    const { file: place, start } = placeOf(one.test.span, textOf);
    return [
      ...hanging(`  ${view.paint('red', '✗')} `, title, view.width).map((line) => view.paint('bold', line)),
      `    ${view.paint('dim', start === undefined ? place : `${place}:${start.line}:${start.column}`)}`,
      ...failureLines(one, view),
    ];
  });
  if (failuresOnly) return lines;
  return [view.paint('bold', clean(file)), ...(lines.length === 0 ? [view.paint('dim', '  no tests')] : lines), ''];
}

/** `3 tests passed`, or how many of them failed. */
export function testsVerdict(files: readonly FileTests[]): string {
  const tests = files.flatMap((one) => one.tests);
  const failed = tests.filter((one) => !hasPassed(one)).length;
  if (tests.length === 0) return 'nothing to test';
  return failed === 0 ? `${count(tests.length, 'test')} passed` : `${failed} of ${count(tests.length, 'test')} failed`;
}

function failureLines({ test, outcome }: FinishedTest, view: View): string[] {
  if (!outcome.done) {
    const hint = outcome.hint === undefined ? [] : hanging('      ', outcome.hint, view.width).map((line) => view.paint('cyan', line));
    return [...hanging('    ', `\`${clean(outcome.step)}\`: ${clean(outcome.message)}`, view.width), ...hint];
  }
  return outcome.tables.flatMap((table, index) => (table.differences.length === 0 ? [] : tableLines(table, test.expected[index], view)));
}

/** Rows that are shown of one table. */
const MOST = 20;

function tableLines({ step, rows, differences }: TableOutcome, expected: ExpectedRows | undefined, view: View): string[] {
  const sizes = rows.expected === rows.found ? '' : `, ${count(rows.expected, 'row')} expected, ${rows.found} found`;
  const texts = new Set(expected?.columns.flatMap(({ name, type }) => (type.kind === 'string' ? [name] : [])));
  const cells = differences.slice(0, MOST).flatMap((one) => differenceCells(one, texts));
  const more = differences.length - MOST;
  return [
    ...hanging('    ', `\`${clean(step)}\` is not as expected in ${count(differences.length, 'row')}${sizes}`, view.width),
    ...differenceLines(cells, view),
    ...(more > 0 ? [view.paint('dim', `      … and ${count(more, 'more row')}`)] : []),
  ];
}

interface DifferenceCells {
  readonly row: string;
  readonly column: string;
  readonly expected: string;
  readonly found: string;
}

const NO_ROW = 'no row';

function differenceCells({ expected, found, columns }: RowDifference, texts: ReadonlySet<string>): DifferenceCells[] {
  const row = expected === undefined || found === undefined || expected === found ? String(expected ?? found) : `${expected} (now ${found})`;
  const shown = (name: string, value: string | null | undefined): string => (value === undefined ? NO_ROW : value === null ? 'none' : clean(texts.has(name) ? JSON.stringify(value) : value));
  return columns.map(({ name, ...sides }) => ({ row, column: clean(name), expected: shown(name, sides.expected), found: shown(name, sides.found) }));
}

/** A table of differences; where it is too wide, one below the other, for what is cut off may be what differs. */
function differenceLines(cells: readonly DifferenceCells[], view: View): string[] {
  const keys = ['row', 'column', 'expected', 'found'] as const;
  const width = keys.reduce((sum, key) => sum + 2 + naturalWidth(cells.map((one) => one[key]), key), 4);
  if (width > view.width) {
    return cells.flatMap((one) => [`      ${view.paint('dim', 'row')} ${one.row} ${view.paint('bold', one.column)}`, `        ${view.paint('dim', 'expected')} ${one.expected}`, `        ${view.paint('dim', 'found')}    ${view.paint('red', one.found)}`]);
  }
  const rows = cells.map((one, index): Cell[] => [
    // The number of a row stands once, at the first of its columns.
    one.row === cells[index - 1]?.row ? '' : one.row,
    { text: one.column, style: 'bold' },
    one.expected === NO_ROW ? { text: NO_ROW, style: 'dim' } : one.expected,
    { text: one.found, style: 'red' },
  ]);
  return renderTable({ columns: keys.map((key) => ({ header: key, ...(key === 'row' ? { align: 'right' as const } : {}) })), rows, indent: 6 }, view);
}

/** What `test --json` prints: values as SQL writes them, null where they are null, absent where there is no row. */
export function testsJson(files: readonly FileTests[], textOf: TextOf): Record<string, unknown> {
  const tests = files.flatMap((one) => one.tests);
  const failed = tests.filter((one) => !hasPassed(one)).length;
  return {
    passed: tests.length - failed,
    failed,
    tests: tests.map(({ test, outcome }) => ({
      title: test.title,
      ...(test.doc === undefined ? {} : { doc: test.doc }),
      ...placeOf(test.span, textOf),
      state: hasPassed({ test, outcome }) ? 'passed' : 'failed',
      ...(outcome.done ? { tables: outcome.tables.map(tableJson) } : { error: { step: outcome.step, message: outcome.message, ...(outcome.hint === undefined ? {} : { hint: outcome.hint }) } }),
    })),
  };
}

function tableJson({ step, rows, differences }: TableOutcome): Record<string, unknown> {
  return {
    name: step,
    rows,
    differences: differences.map(({ columns, ...row }) => ({ ...row, columns: Object.fromEntries(columns.map(({ name, ...sides }) => [name, sides])) })),
  };
}

function placeOf({ file, start }: Span, textOf: TextOf): { readonly file: string; readonly start?: Position } {
  const text = textOf(file);
  return text === undefined ? { file } : { file, start: positionAt(lineStarts(text), start) };
}
