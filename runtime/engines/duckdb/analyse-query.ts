import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlAnalysis, SqlProblem } from '../../../compiler/sql/analysis.ts';
import { classifyFunction, isPortable } from '../../../compiler/sql/functions.ts';
import type { Column } from '../../../compiler/types.ts';
import { checkQuery } from './analyse-references.ts';
import { canonicalQuery } from './canonical-form.ts';
import { sqlName } from './connect.ts';
import { bareCallProblem } from './sql-bare-calls.ts';
import { columnTypeOf } from './sql-column-type.ts';
import { bindingProblem } from './sql-errors.ts';
import { calledClasses, calledFunction, unclassifiedFunction } from './sql-functions.ts';
import { inferColumns, sumsExactly, type Knowledge } from './sql-infer.ts';
import { orderQuery } from './sql-order.ts';
import { placeOf, printQuery } from './sql-parse.ts';
import { ROW_COLUMN } from './sql-row-numbers.ts';
import { isBareRowQuery } from './sql-rowwise.ts';
import { resolveTables } from './sql-scopes.ts';
import { descend, foldName, isQuery, nodeAt, nodesAt, ownNodes, stringsAt, textAt, type TreeNode } from './tree.ts';

/** A query, and the tables that it may read. */
export interface AnalysisRequest {
  readonly text: string;
  /** The inputs, in the order that numbers them. */
  readonly tables: readonly AnalysisTable[];
}

/** A table that a query may read, under its declared name. */
export interface AnalysisTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A part of the analysis: what it is about, and what is known so far. */
interface Subject {
  readonly connection: DuckDBConnection;
  readonly text: string;
  readonly query: TreeNode;
  readonly tables: ReadonlyMap<string, readonly Column[]>;
}

/**
 * Everything that can be known of a query from its text and the columns of its tables. The connection is one of
 * `connectForAnalysis`, used by one analysis at a time.
 */
export async function analyseQuery(connection: DuckDBConnection, request: AnalysisRequest): Promise<SqlAnalysis> {
  const { text } = request;
  const checked = await checkQuery(connection, text);
  if (!checked.ok) return checked;
  const tables = new Map(request.tables.map((table) => [foldName(table.name), table.columns]));
  const missing = checked.tables.find((name) => !tables.has(name));
  if (missing !== undefined) {
    const unknown = { kind: 'table', name: missing } as const;
    return { ok: false, problem: { kind: 'binding', message: `there is no table \`${missing}\``, unknown } };
  }
  const subject: Subject = { connection, text, query: checked.query, tables };
  const bare = bareCallProblem(checked.query, { references: resolveTables(checked.query), tables }, text);
  if (bare !== undefined) return { ok: false, problem: bare };
  try {
    await createTables(connection, request.tables);
    return await analyse(subject);
  } finally {
    await dropTables(connection, request.tables);
  }
}

async function analyse(subject: Subject): Promise<SqlAnalysis> {
  const { query, text, tables, connection } = subject;
  const bound = await bind(connection, text);
  if (!bound.ok) return bound;
  const problem = unclassifiedFunction(query, text) ?? outputProblem(query, bound.columns, text);
  if (problem !== undefined) return { ok: false, problem };
  const references = resolveTables(query);
  const knowledge: Knowledge = { references, tables };
  const columns = withNullability(bound.columns, inferColumns(query, knowledge));
  const reads = await columnsRead(subject);
  const ordered = await orderedText(subject, columns);
  if (!ordered.ok) return ordered;
  return {
    ok: true,
    query: {
      canonical: canonicalQuery(query, tables),
      columns,
      reads,
      rowwise:
        ordered.byRows &&
        isBareRowQuery(query, references) &&
        [...references.values()].filter((each) => each.kind === 'table').length === 1,
      parallel: isParallel(query, knowledge),
      portable: [...calledClasses(query)].every(isPortable),
      ordered: ordered.text,
    },
  };
}

const baseTable = (number: number) => `__mlp_table_${number}`;

/** Inputs are views over empty tables: a view has no `rowid` that a query could read, here as when it runs. */
async function createTables(connection: DuckDBConnection, tables: readonly AnalysisTable[]): Promise<void> {
  const bases = tables.map(({ columns }, i) => {
    const list = columns.map((column) => `${sqlName(column.name)} ${column.sql}`);
    return `CREATE TABLE ${baseTable(i)} (${[...list, `${ROW_COLUMN} BIGINT`].join(', ')})`;
  });
  const views = viewsOf(tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })));
  await runAll(connection, [...bases, ...views]);
}

function viewsOf(views: readonly { name: string; columns: readonly string[] }[]): string[] {
  return views.map(({ name, columns }, i) => `CREATE OR REPLACE VIEW ${sqlName(name)} AS SELECT ${columns.map(sqlName).join(', ')} FROM ${baseTable(i)}`);
}

async function dropTables(connection: DuckDBConnection, tables: readonly AnalysisTable[]): Promise<void> {
  await runAll(connection, tables.flatMap(({ name }, i) => [`DROP VIEW IF EXISTS ${sqlName(name)}`, `DROP TABLE IF EXISTS ${baseTable(i)}`]));
}

/** Statements in one call to the engine: on empty tables, the call is most of what they take. */
async function runAll(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await connection.run(statements.join(';\n'));
}

type Bound =
  { readonly ok: true; readonly columns: readonly Column[] } | { readonly ok: false; readonly problem: SqlProblem };

/** Names and types of a query's columns, without running it. */
async function bind(connection: DuckDBConnection, text: string): Promise<Bound> {
  try {
    const prepared = await connection.prepare(text);
    const columns = Array.from({ length: prepared.columnCount }, (_, i) => {
      const sql = String(prepared.columnType(i));
      return { name: prepared.columnName(i), type: columnTypeOf(sql), nullable: true, sql };
    });
    prepared.destroySync();
    return { ok: true, columns };
  } catch (error) {
    return { ok: false, problem: bindingProblem(error, text) };
  }
}

/** Computed columns need a name, and names have to differ. */
function outputProblem(query: TreeNode, columns: readonly Column[], text: string): SqlProblem | undefined {
  let first = query;
  while (first['type'] === 'SET_OPERATION_NODE') first = nodeAt(first, 'left') ?? {};
  for (const item of nodesAt(first, 'select_list')) {
    const named = textAt(item, 'alias') !== '' || stringsAt(item, 'column_names').length > 0;
    const starred = [...descend(item)].some((node) => node['class'] === 'STAR') || calledFunction(item) === 'unnest';
    if (named || starred) continue;
    return {
      kind: 'no-name',
      message: 'a computed column needs a name',
      hint: 'add `AS name`',
      ...placeOf(item, text),
    };
  }
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(foldName(name))) {
      return {
        kind: 'no-name',
        message: `two columns of this query are called \`${name}\``,
        hint: 'give one of them another name with `AS`, or leave it out with `EXCLUDE`',
      };
    }
    seen.add(foldName(name));
  }
  return undefined;
}

function withNullability(columns: readonly Column[], inferred: ReturnType<typeof inferColumns>): readonly Column[] {
  const agree =
    inferred?.length === columns.length &&
    columns.every(({ name }, i) => foldName(name) === foldName(inferred[i]?.name ?? ''));
  return agree ? columns.map((column, i) => ({ ...column, nullable: inferred[i]?.nullable ?? true })) : columns;
}

interface PlanNode {
  readonly children?: readonly PlanNode[];
  readonly extra_info?: { readonly Table?: string; readonly Projections?: string | readonly string[] };
}

/** The union of what the scans of each table project, in a plan in which nothing but unused columns was removed. */
async function columnsRead({
  connection,
  text,
  tables,
}: Subject): Promise<Readonly<Record<string, readonly string[]>>> {
  const result = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${text}`);
  const [[, plan] = ['', '[]']] = result.getRowsJS() as [string, string][];
  const pending = JSON.parse(plan) as PlanNode[];
  const read = [...tables.values()].map(() => new Set<string>());
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    pending.push(...(node.children ?? []));
    const number = /__mlp_table_(\d+)$/.exec(node.extra_info?.Table ?? '')?.[1];
    const projections = node.extra_info?.Projections ?? [];
    for (const column of typeof projections === 'string' ? [projections] : projections)
      if (number !== undefined) read[Number(number)]?.add(column);
  }
  return Object.fromEntries(
    [...tables].map(([name, columns], i) => [
      name,
      columns
        .map((column) => column.name)
        .filter((column) => reads(column, read[i]))
        .sort(),
    ]),
  );
}

/** A scan that needs only a field of a struct says `column.field`. */
function reads(column: string, projected: ReadonlySet<string> | undefined): boolean {
  return [...(projected ?? [])].some((each) => each === column || each.startsWith(`${column}.`));
}

type OrderedText =
  | { readonly ok: true; readonly text: string; readonly byRows: boolean }
  | { readonly ok: false; readonly problem: SqlProblem };

async function orderedText(subject: Subject, outputs: readonly Column[]): Promise<OrderedText> {
  const { connection, query, text, tables } = subject;
  const ordered = orderQuery({ query, text, tables, outputs });
  if (!ordered.ok) return ordered;
  const printed = await printQuery(connection, ordered.query);
  if (printed === undefined) return unordered();
  const views = [...tables].map(([name, columns]) => ({
    name,
    columns: [...columns.map((column) => column.name), ROW_COLUMN],
  }));
  await runAll(connection, viewsOf(views));
  const bound = await bind(connection, printed);
  const same =
    bound.ok &&
    bound.columns.length === outputs.length &&
    bound.columns.every((column, i) => column.name === outputs[i]?.name && column.sql === outputs[i]?.sql);
  return same ? { ok: true, text: printed, byRows: ordered.byRows } : unordered();
}

function unordered(): OrderedText {
  const message = 'the order of the rows of this query cannot be made certain';
  return {
    ok: false,
    problem: { kind: 'order-dependent', message, hint: 'make a `table` of its inner queries, and read that here' },
  };
}

/** Whether neither threads nor the order of rows change a value: no floats are added up. */
function isParallel(query: TreeNode, knowledge: Knowledge): boolean {
  for (const each of [...descend(query)].filter(isQuery)) {
    for (const node of ownNodes(each)) {
      const name = calledFunction(node);
      const group = name === undefined ? undefined : classifyFunction(name);
      const ordered = nodesAt(nodeAt(node, 'order_bys'), 'orders').length > 0;
      if (group === 'float' && !ordered) return false;
      if (group === 'sum' && !ordered && !sumsExactly(node, each, knowledge)) return false;
      if (node['class'] === 'WINDOW' && name === 'fill') return false;
    }
  }
  return true;
}
