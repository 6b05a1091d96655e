import { diagnose, didYouMean, type Entry, type RecordValue, type TestClause, type Value } from '../../grammar/index.ts';
import type { Column } from '../types.ts';
import { readCell, type CellContext } from './read-cell.ts';
import type { Cell, TestRows } from './table-test.ts';

/** The table of a clause as inferred. */
export interface ClauseTable {
  readonly step: string;
  readonly columns: readonly Column[];
}

interface Row {
  readonly value: RecordValue;
  /** Cells by the column's name. */
  readonly cells: ReadonlyMap<string, Cell>;
}

/**
 * The rows of `given`. What a row leaves out is null, also in a column that may not be null where nothing reads it:
 * `isRead` says which are read.
 */
export function readGiven(clause: TestClause, table: ClauseTable, isRead: (column: string) => boolean, context: CellContext): TestRows | undefined {
  const rows = readRows(clause, table, context);
  if (rows === undefined) return undefined;
  const missing = rows.flatMap(({ value, cells }) => {
    const columns = table.columns.filter(({ name, nullable }) => !nullable && !cells.has(name) && isRead(name)).map(({ name }) => name);
    return columns.length === 0 ? [] : [{ value, columns }];
  });
  for (const { value, columns } of missing) context.findings.add(diagnose('test-missing-cells', value.span, { table: table.step, columns, given: true }));
  if (missing.length > 0) return undefined;
  return { step: table.step, columns: table.columns, rows: rows.map(({ cells }) => table.columns.map(({ name }) => cells.get(name) ?? null)) };
}

/** The rows of `expect`: all name the same columns, and these are compared. No rows are expected of all columns. */
export function readExpected(clause: TestClause, table: ClauseTable, context: CellContext): TestRows | undefined {
  const rows = readRows(clause, table, context);
  if (rows === undefined) return undefined;
  const columns = table.columns.filter(({ name }) => rows.length === 0 || rows.some(({ cells }) => cells.has(name)));
  const names = columns.map(({ name }) => name);
  const ragged = rows.filter(({ cells }) => cells.size < names.length);
  for (const { value, cells } of ragged) {
    context.findings.add(diagnose('test-missing-cells', value.span, { table: table.step, columns: names.filter((name) => !cells.has(name)), given: false }));
  }
  if (rows.length > 0 && names.length === 0) context.findings.add(diagnose('test-empty-rows', clause.rows.span, { table: table.step, columns: table.columns.map(({ name }) => name) }));
  if (ragged.length > 0 || names.length === 0) return undefined;
  return { step: table.step, columns, rows: rows.map(({ cells }) => names.map((name) => cells.get(name) ?? null)) };
}

/** All rows of a clause; `undefined` when something in them is wrong, which has then been reported. */
function readRows(clause: TestClause, table: ClauseTable, context: CellContext): readonly Row[] | undefined {
  const name = `${clause.role} ${table.step}`;
  const notRows = (value: Value, expected: string): void => {
    context.findings.add(diagnose('wrong-value', value.span, { name, expected }));
  };
  if (clause.rows.kind !== 'list') {
    notRows(clause.rows, 'a list of rows, such as `[{ a: 1 }, { a: 2 }]`');
    return undefined;
  }
  const rows = clause.rows.items.map((value) => {
    if (value.kind === 'record') return readRow(value, table, context);
    notRows(value, 'a list of rows, each between braces, such as `{ a: 1 }`');
    return undefined;
  });
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function readRow(value: RecordValue, table: ClauseTable, context: CellContext): Row | undefined {
  const cells = new Map<string, Cell>();
  const first = new Map<string, Entry>();
  let sound = true;
  for (const entry of value.entries) {
    const { text, span } = entry.key;
    const folded = text.toLowerCase();
    const column = table.columns.find(({ name }) => name.toLowerCase() === folded);
    const earlier = first.get(folded);
    if (earlier !== undefined) context.findings.add(diagnose('duplicate-key', span, { key: text }, [{ span: earlier.key.span, message: 'given here first' }]));
    first.set(folded, entry);
    if (column === undefined) {
      const columns = table.columns.map(({ name }) => name);
      context.findings.add(diagnose('unknown-column', span, { name: text, table: table.step, columns, suggestion: didYouMean(text, columns) }));
    }
    const cell = column === undefined ? undefined : readCell(entry.value, column, context);
    if (column === undefined || cell === undefined || earlier !== undefined) sound = false;
    else cells.set(column.name, cell);
  }
  return sound ? { value, cells } : undefined;
}
