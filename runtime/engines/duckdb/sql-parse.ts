import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import { canonicalJson } from '../../../compiler/json.ts';
import { sqlTokens } from '../../../compiler/sql/sql-text.ts';
import { sqlString } from './connect.ts';
import { byteOffset, syntaxProblem } from './sql-errors.ts';
import {
  copyTree,
  descend,
  isNode,
  nodeAt,
  nodesAt,
  numberText,
  parseTree,
  renderTree,
  replaceNode,
  stringsAt,
  textAt,
  type Tree,
  type TreeNode,
} from './tree.ts';

/** The tree of one SELECT, or why the text is not one. */
export type Parsed =
  { readonly ok: true; readonly query: TreeNode } | { readonly ok: false; readonly problem: SqlProblem };

/** Parses a text that should be exactly one SELECT. */
export async function parseQuery(connection: DuckDBConnection, text: string): Promise<Parsed> {
  if (text.includes('\0'))
    return { ok: false, problem: { kind: 'syntax', message: 'SQL cannot hold a NUL character' } };
  const tree = parseTree(await firstValue(connection, `SELECT json_serialize_sql(${sqlString(text)})`));
  if (!isNode(tree)) throw new Error('json_serialize_sql gave no object');
  if (tree['error'] === true) return { ok: false, problem: parseProblem(tree, text) };
  const statements = nodesAt(tree, 'statements');
  const query = statements[0] === undefined ? undefined : nodeAt(statements[0], 'node');
  if (query === undefined)
    return { ok: false, problem: { kind: 'not-a-query', message: 'there is no query here', hint } };
  if (statements.length > 1) {
    const message = `one query is wanted here, not ${statements.length} statements`;
    return { ok: false, problem: { kind: 'not-a-query', message, hint: 'declare a `table` for each' } };
  }
  const parameter = [...descend(query)].find((node) => node['class'] === 'PARAMETER');
  if (parameter !== undefined) {
    const message = 'a query takes no parameters of DuckDB (`?`, `$1`, `$name`)';
    const problem: SqlProblem = { kind: 'syntax', message, hint: 'write `${name}` for the value of a `param`' };
    return { ok: false, problem: { ...problem, ...placeOf(parameter, text) } };
  }
  return { ok: true, query };
}

const hint = 'write one SELECT: a step only makes a table';

function parseProblem(tree: TreeNode, text: string): SqlProblem {
  const message = textAt(tree, 'error_message');
  if (textAt(tree, 'error_type') === 'parser')
    return syntaxProblem(message, textAt(tree, 'position') || undefined, text);
  const words = sqlTokens(text);
  const first = words[0];
  const pivot = words.find((word) => /^pivot(_wider)?$/i.test(word.text));
  if (pivot !== undefined && /^(select|with|from|pivot|pivot_wider|\()$/i.test(first?.text ?? '')) {
    return {
      kind: 'not-a-query',
      message: 'this PIVOT makes columns from what it finds in the data, so its columns are not known before it runs',
      hint: 'list the values: `PIVOT … ON column IN (…)`',
      offset: pivot.start,
    };
  }
  const wrong = notAQuery(words);
  const what = wrong === undefined ? 'this' : `\`${wrong.text.toUpperCase()}\``;
  return {
    kind: 'not-a-query',
    message: `${what} is not a query`,
    hint,
    ...(wrong === undefined ? {} : { offset: wrong.start }),
  };
}

/** The first word of the first statement that begins as no query does; of the first one where all do. */
function notAQuery(words: ReturnType<typeof sqlTokens>): (typeof words)[number] | undefined {
  const begins = words.filter((word, index) => word.text !== ';' && (index === 0 || words[index - 1]?.text === ';'));
  return begins.find((word) => !/^(?:select|with|from|values|\()$/i.test(word.text)) ?? begins[0];
}

/** The SQL of a tree. It is checked that the text means the tree: undefined where DuckDB cannot write it. */
export async function printQuery(connection: DuckDBConnection, query: TreeNode): Promise<string | undefined> {
  const settled = settle(copyTree(query));
  const statement: Tree = { error: false, statements: [{ node: settled, named_param_map: [] }] };
  const text = await firstValue(connection, `SELECT json_deserialize_sql(${sqlString(renderTree(statement))}::JSON)`);
  const again = await parseQuery(connection, text);
  return again.ok && comparable(settle(again.query)) === comparable(settled) ? text : undefined;
}

/** Without places, hints, and what is as good as absent: trees that were made here leave that out. */
function comparable(query: Tree): string {
  return canonicalJson(bare(query));
}

function bare(tree: Tree): Tree | undefined {
  if (Array.isArray(tree)) return tree.length === 0 ? undefined : tree.map((item) => bare(item) ?? null);
  if (!isNode(tree)) return tree === null || tree === '' || tree === false ? undefined : tree;
  const entries = Object.entries(tree).filter(([key]) => key !== 'query_location' && key !== 'materialized');
  const kept = entries.map(([key, value]) => [key, bare(value)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as TreeNode;
}

/**
 * Spells what DuckDB's printer would change: a DOUBLE prints as a decimal number, or not at all when it is infinite;
 * a BOOLEAN comes back as a cast; and VALUES comes back inside of a SELECT of its own.
 */
function settle<T extends Tree>(tree: T): T {
  for (const node of descend(tree)) {
    if (node['class'] === 'CONSTANT') settleConstant(node);
    if (node['type'] === 'SUBQUERY' && 'subquery' in node && 'column_name_alias' in node) settleValues(node);
  }
  return tree;
}

function settleConstant(node: TreeNode): void {
  const value = nodeAt(node, 'value');
  const id = value === undefined ? undefined : nodeAt(value, 'type')?.['id'];
  const held = value?.['value'];
  if (value === undefined || (id !== 'DOUBLE' && id !== 'FLOAT' && id !== 'BOOLEAN') || held === undefined) return;
  const text = id === 'BOOLEAN' ? (held === true ? 't' : 'f') : (numberText(held) ?? '');
  const type: Tree = { id, type_info: null };
  const child: TreeNode = {
    ...node,
    alias: '',
    value: { type: { id: 'VARCHAR', type_info: null }, is_null: false, value: text },
  };
  const { alias = '' } = node;
  replaceNode(node, { class: 'CAST', type: 'OPERATOR_CAST', alias, child, cast_type: type, try_cast: false });
}

function settleValues(node: TreeNode): void {
  const query = nodeAt(node, 'subquery', 'node');
  const inner = query === undefined ? undefined : nodeAt(query, 'from_table');
  if (inner?.['type'] !== 'EXPRESSION_LIST' || query === undefined) return;
  const [first, ...others] = nodesAt(query, 'select_list');
  const plain =
    nodesAt(query, 'modifiers').length === 0 &&
    query['where_clause'] === null &&
    first?.['class'] === 'STAR' &&
    others.length === 0;
  if (!plain || stringsAt(node, 'column_name_alias').length > 0) return;
  replaceNode(node, inner);
}

/** Where a node stands in the text. */
export function placeOf(node: TreeNode, text: string): { offset?: number } {
  return byteOffset(Number(numberText(node['query_location']) ?? -1), text);
}

/** Arguments stand in the query: a parameter would be three calls to the engine more. */
async function firstValue(connection: DuckDBConnection, sql: string): Promise<string> {
  const result = await connection.runAndReadAll(sql);
  const [[value] = ['']] = result.getRowsJS() as [string][];
  return value;
}
