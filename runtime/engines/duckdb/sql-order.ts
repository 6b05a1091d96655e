import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import type { Column } from '../../../compiler/types.ts';
import { bindInputs, groupingKeys, identifyRows, type Numbering } from './sql-row-numbers.ts';
import { isGrouped, keepsRows, makesRows } from './sql-rowwise.ts';
import { calledFunction } from './sql-functions.ts';
import { isLooseType, looseValueProblem } from './sql-loose-values.ts';
import { placeOf } from './sql-parse.ts';
import { resolveTables } from './sql-scopes.ts';
import { addKeys, aggregateNeed, ascending, windowNeeds, type OrderNeed } from './sql-windows.ts';
import {
  copyTree,
  descend,
  foldName,
  isQuery,
  nodeAt,
  nodesAt,
  numberNode,
  numberText,
  ownNodes,
  stringsAt,
  textAt,
  type TreeNode,
} from './tree.ts';

/** A query that was bound: its tree, its text for the places of problems, and the columns that come out. */
export interface OrderRequest {
  readonly query: TreeNode;
  readonly text: string;
  /** By lower-cased name, in the order of the inputs. */
  readonly tables: ReadonlyMap<string, readonly Column[]>;
  readonly outputs: readonly Column[];
}

/** A query with a total order of rows, or why it can have none. */
export type Ordered =
  /** `byRows`: the rows come in the order of the rows of the inputs that they are made from. */
  | { readonly ok: true; readonly query: TreeNode; readonly byRows: boolean }
  | { readonly ok: false; readonly problem: SqlProblem };

/**
 * The query with a total order of its rows that is a function of content alone, and of the order of its inputs' rows: the
 * author's keys come first; rows that tie follow the rows they are made from, or their grouping keys, or all columns.
 * The same is done inside, wherever a result depends on the order of rows; where it cannot be, that is a problem.
 */
export function orderQuery(request: OrderRequest): Ordered {
  const query = copyTree(request.query);
  const references = resolveTables(query);
  const numbering: Numbering = { references, tables: request.tables, aliases: [], identities: new Map() };
  const comparesFreely =
    keepsRows(query, references) &&
    nodesAt(query, 'modifiers').every((modifier) => modifier['type'] !== 'DISTINCT_MODIFIER');
  const loose = looseValueProblem(query, request.tables, request.text);
  if (loose !== undefined) return { ok: false, problem: loose };
  const queries = [...descend(query)].filter(isQuery);
  for (const each of queries) {
    const problem =
      sourceProblem(each, request.text, each === query && comparesFreely) ??
      completeCalls(each, numbering, request.text) ??
      (each === query ? completeEnd(query, numbering, request) : completeLimit(each, numbering, request.text));
    if (problem !== undefined) return { ok: false, problem };
  }
  bindInputs(query, numbering);
  return { ok: true, query, byRows: numbering.identities.get(query) !== undefined && !isGrouped(query) };
}

/** What gives rows, or takes values for equal, in a way that no order can mend. */
function sourceProblem(query: TreeNode, text: string, comparesFreely: boolean): SqlProblem | undefined {
  for (const node of ownNodes(query)) {
    if (nodeAt(node, 'sample') !== undefined) {
      const way = 'choose rows by a hash of a key: `WHERE md5_number_lower(key) % 10 = 0`';
      return dependent('which rows a sample takes depends on threads and on the order of rows', way, node, text);
    }
    const join = textAt(node, 'ref_type');
    if (join === 'POSITIONAL')
      return dependent('a POSITIONAL join depends on the order of rows', 'join on a key', node, text);
    if (join === 'ASOF') {
      const way =
        'join on `<=`, and keep one row by `QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1` in a table of its own';
      return dependent(
        'which of several rows of the same time an ASOF join takes depends on their order',
        way,
        node,
        text,
      );
    }
    if (node['class'] === 'COLLATE' && !comparesFreely) {
      const way = 'compare `lower(…)` or `strip_accents(…)` instead';
      return dependent(
        'under COLLATE, texts that differ are equal, and which of them is kept depends on the order of rows',
        way,
        node,
        text,
      );
    }
  }
  if (query['type'] === 'RECURSIVE_CTE_NODE' && nodesAt(query, 'key_targets').length > 0) {
    return dependent('which row USING KEY keeps depends on their order', 'leave USING KEY out', query, text);
  }
  return undefined;
}

/** Completes the order in aggregates and windows. */
function completeCalls(query: TreeNode, numbering: Numbering, text: string): SqlProblem | undefined {
  const nodes = [...ownNodes(query)];
  const sorted = new Set(nodes.flatMap(sortedList));
  for (const node of nodes) {
    const needs =
      node['class'] === 'WINDOW' ? windowNeeds(node) : node['class'] === 'FUNCTION' && !sorted.has(node) ? [aggregateNeed(node)] : [];
    for (const need of needs) {
      const problem = completeCall(need, node, query, numbering);
      if (problem !== undefined) return { ...problem, ...placeOf(node, text) };
    }
  }
  return undefined;
}

/** The list of rows that a call sorts by itself: `list(DISTINCT x ORDER BY x)` is parsed as `list_sort(list(DISTINCT x))`. */
function sortedList(call: TreeNode): TreeNode[] {
  if (!/^(list|array)_(reverse_)?sort$/.test(calledFunction(call) ?? '')) return [];
  const list = nodesAt(call, 'children')[0];
  return list !== undefined && /^(list|array_agg)$/.test(calledFunction(list) ?? '') ? [list] : [];
}

function completeCall(need: OrderNeed, node: TreeNode, query: TreeNode, numbering: Numbering): SqlProblem | undefined {
  switch (need.kind) {
    case 'none':
      return undefined;
    case 'problem':
      return { kind: 'order-dependent', message: need.message, hint: need.hint };
    case 'arguments': {
      const keys = nodesAt(node, 'children').filter((child) => child['class'] !== 'CONSTANT');
      addKeys(node, need.list, keys);
      return undefined;
    }
    case 'rows': {
      const keys = identifyRows(query, numbering);
      if (keys !== undefined) addKeys(node, need.list, keys);
      return keys === undefined ? unidentified(`\`${textAt(node, 'function_name')}\``) : undefined;
    }
  }
}

function unidentified(what: string): SqlProblem {
  return {
    kind: 'order-dependent',
    message: `which of the rows that tie ${what} takes first depends on their order, and nothing here tells them apart`,
    hint: 'make a `table` of what it reads: a table has an order of its own',
  };
}

/** Completes the order of a query inside of another one, where LIMIT or DISTINCT ON chooses by it. */
function completeLimit(query: TreeNode, numbering: Numbering, text: string): SqlProblem | undefined {
  const { limited, order } = endOf(query);
  if (!limited) return undefined;
  if (order === undefined) {
    const way = 'say which rows come first: ORDER BY';
    return dependent('a query inside of another one that takes some of its rows needs an ORDER BY', way, query, text);
  }
  const keys = isDistinct(query) ? undefined : identifyRows(query, numbering);
  const all = keys ?? positions(query);
  if (all === undefined) return { ...unidentified('LIMIT or DISTINCT ON'), ...placeOf(query, text) };
  addToOrder(order, all);
  return undefined;
}

/** Gives the outermost query its total order. */
function completeEnd(query: TreeNode, numbering: Numbering, request: OrderRequest): SqlProblem | undefined {
  const { distinctOn, order } = endOf(query);
  const loose = request.outputs.find(({ sql }) => isLooseType(sql));
  const byRows = endsByRows(query, distinctOn) ? identifyRows(query, numbering) : undefined;
  if (byRows === undefined && distinctOn && order === undefined) {
    return { ...unidentified('DISTINCT ON'), hint: 'say which rows come first: ORDER BY' };
  }
  if (byRows === undefined && loose !== undefined) {
    return {
      kind: 'order-dependent',
      message: `\`${loose.name}\` is of type ${loose.sql}, whose values can be equal and yet differ, so that rows have no order by it`,
      hint: 'make a number or a text of it: `epoch(…)`, `CAST(… AS VARCHAR)`',
    };
  }
  const all = request.outputs.map((_, i) => i + 1);
  const keys = byRows ?? (order === undefined ? (groupPositions(query, numbering) ?? all) : all).map(position);
  if (order !== undefined) addToOrder(order, keys);
  else if (keys.length > 0) insertOrder(query, keys);
  return undefined;
}

/** Whether each row of a query is made from one row of its FROM, or chosen from several. */
function endsByRows(query: TreeNode, distinctOn: boolean): boolean {
  if (query['type'] !== 'SELECT_NODE' || isDistinct(query)) return false;
  return distinctOn || (!isGrouped(query) && !makesRows(query));
}

function endOf(query: TreeNode): { limited: boolean; distinctOn: boolean; order: TreeNode | undefined } {
  const modifiers = nodesAt(query, 'modifiers');
  const distinctOn = modifiers.some((modifier) => nodesAt(modifier, 'distinct_on_targets').length > 0);
  const limited = distinctOn || modifiers.some((modifier) => textAt(modifier, 'type').startsWith('LIMIT'));
  const order = modifiers.find(
    (modifier) => modifier['type'] === 'ORDER_MODIFIER' && nodesAt(modifier, 'orders').length > 0,
  );
  return { limited, distinctOn, order };
}

function isDistinct(query: TreeNode): boolean {
  return nodesAt(query, 'modifiers').some(
    (modifier) => modifier['type'] === 'DISTINCT_MODIFIER' && nodesAt(modifier, 'distinct_on_targets').length === 0,
  );
}

/** ORDER BY ALL stands alone, and is total over what is seen of a row. */
function addToOrder(order: TreeNode, keys: readonly TreeNode[]): void {
  const orders = nodesAt(order, 'orders');
  if (orders.some((key) => nodeAt(key, 'expression')?.['class'] === 'STAR')) return;
  order['orders'] = [...orders, ...keys.map(ascending)];
}

function insertOrder(query: TreeNode, keys: readonly TreeNode[]): void {
  const modifiers = nodesAt(query, 'modifiers');
  const limit = modifiers.findIndex((modifier) => textAt(modifier, 'type').startsWith('LIMIT'));
  const at = limit < 0 ? modifiers.length : limit;
  const order: TreeNode = { type: 'ORDER_MODIFIER', orders: keys.map(ascending) };
  query['modifiers'] = [...modifiers.slice(0, at), order, ...modifiers.slice(at)];
}

/** All columns of a query, by their place; undefined where a star hides how many they are. */
function positions(query: TreeNode): readonly TreeNode[] | undefined {
  let first = query;
  while (first['type'] === 'SET_OPERATION_NODE') {
    const left = nodeAt(first, 'left');
    if (left === undefined || textAt(first, 'setop_type').includes('BY_NAME')) return undefined;
    first = left;
  }
  const items = nodesAt(first, 'select_list');
  if (
    first['type'] !== 'SELECT_NODE' ||
    items.some((item) => [...descend(item)].some((node) => node['class'] === 'STAR'))
  )
    return undefined;
  return items.map((_, i) => position(i + 1));
}

/** Where the grouping keys are among the columns of a query, if all of them are. */
function groupPositions(query: TreeNode, numbering: Numbering): readonly number[] | undefined {
  if (query['type'] !== 'SELECT_NODE' || !isGrouped(query) || isDistinct(query)) return undefined;
  const items = nodesAt(query, 'select_list');
  if (
    items.some((item) =>
      [...descend(item)].some((node) => node['class'] === 'STAR' || node['type'] === 'OPERATOR_UNPACK'),
    )
  )
    return undefined;
  const keys = groupingKeys(query);
  const found = keys?.map(
    (key) => items.findIndex((item) => sameExpression(item, key) || isAlias(item, key, query, numbering)) + 1,
  );
  return found === undefined || found.includes(0) ? undefined : found;
}

function sameExpression(item: TreeNode, key: TreeNode): boolean {
  const plain = (node: TreeNode) =>
    JSON.stringify({ ...node, alias: '' }, (name, value: unknown) => (name === 'query_location' ? undefined : value));
  return plain(item) === plain(key);
}

/** GROUP BY takes a name for a column's before it takes it for that of an output: only known tables can be looked at. */
function isAlias(item: TreeNode, key: TreeNode, query: TreeNode, { references, tables }: Numbering): boolean {
  const names = stringsAt(key, 'column_names');
  const name = names.length === 1 && names[0] !== undefined ? foldName(names[0]) : undefined;
  if (name === undefined || foldName(textAt(item, 'alias')) !== name) return false;
  const from = nodeAt(query, 'from_table');
  const leaves =
    from === undefined
      ? []
      : [...descend(from)].filter((node) => !('class' in node) && node['type'] !== 'JOIN' && 'sample' in node);
  return leaves.every((leaf) => {
    const reference = references.get(leaf);
    if (reference?.kind !== 'table' || stringsAt(leaf, 'column_name_alias').length > 0) return false;
    return !tables.get(reference.name)?.some((column) => foldName(column.name) === name);
  });
}

function position(number: number): TreeNode {
  const value = { type: { id: 'INTEGER', type_info: null }, is_null: false, value: numberNode(number) };
  return { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias: '', value };
}

function dependent(message: string, hint: string, node: TreeNode, text: string): SqlProblem {
  const place = numberText(node['query_location']) === undefined ? {} : placeOf(node, text);
  return { kind: 'order-dependent', message, hint, ...place };
}
