import { classifyFunction, isAggregate } from '../../../compiler/sql/functions.ts';
import { calledFunction } from './sql-functions.ts';
import type { Reference } from './sql-scopes.ts';
import { descend, foldName, nodeAt, nodesAt, ownNodes, stringsAt, textAt, type TreeNode } from './tree.ts';

/** What each table reference of a query stands for, by its node. */
export type References = ReadonlyMap<TreeNode, Reference>;

/**
 * Whether each row of a query is made from one row of one table: a SELECT of expressions with or without WHERE, over a
 * table, or over a query of the same kind. What it says after (ORDER BY, LIMIT, DISTINCT) is left to the caller.
 */
export function keepsRows(query: TreeNode, references: References): boolean {
  const plain =
    query['type'] === 'SELECT_NODE' &&
    !isGrouped(query) &&
    nodeAt(query, 'sample') === undefined &&
    nodeAt(query, 'qualify') === undefined &&
    nodeAt(query, 'having') === undefined;
  const from = nodeAt(query, 'from_table');
  if (!plain || from === undefined || nodeAt(from, 'sample') !== undefined) return false;
  for (const node of ownNodes(query)) {
    if (isInsideFrom(node)) continue;
    if (node['class'] === 'WINDOW' || node['class'] === 'SUBQUERY' || isPatternStar(node)) return false;
  }
  return !makesRows(query) && leafKeepsRows(from, references);
}

/** Whether a call such as `unnest` makes several rows of one. */
export function makesRows(select: TreeNode): boolean {
  return [...ownNodes(select)].some((node) => classifyFunction(calledFunction(node) ?? '') === 'rows');
}

/** Table references have a `type` and no `class`; the queries inside of them are not the query's own nodes. */
function isInsideFrom(node: TreeNode): boolean {
  return !('class' in node);
}

function leafKeepsRows(leaf: TreeNode, references: References): boolean {
  if (leaf['type'] === 'SUBQUERY') {
    const inner = nodeAt(leaf, 'subquery', 'node');
    return inner !== undefined && isBareRowQuery(inner, references);
  }
  const reference = references.get(leaf);
  if (reference?.kind === 'cte') return !reference.recursive && isBareRowQuery(reference.body, references);
  return reference?.kind === 'table';
}

/** Whether a query keeps rows, all that its condition lets pass, in their order. */
export function isBareRowQuery(query: TreeNode, references: References): boolean {
  return nodesAt(query, 'modifiers').length === 0 && keepsRows(query, references);
}

/** Whether a SELECT makes groups, or one row of all. */
export function isGrouped(select: TreeNode): boolean {
  if (nodesAt(select, 'group_expressions').length > 0 || select['aggregate_handling'] === 'FORCE_AGGREGATES')
    return true;
  const sets = select['group_sets'];
  if (Array.isArray(sets) && sets.length > 0) return true;
  if (nodeAt(select, 'having') !== undefined) return true;
  // The aggregates of a PIVOT in FROM are its own.
  const rest: TreeNode = { ...select, from_table: null };
  return [...ownNodes(rest)].some(
    (node) => node['class'] === 'FUNCTION' && isAggregate(classifyFunction(calledFunction(node) ?? '')),
  );
}

/** `COLUMNS(…)` with a pattern, a list or a lambda: which columns it means is found when it is bound. */
export function isPatternStar(node: TreeNode): boolean {
  return node['class'] === 'STAR' && nodeAt(node, 'expr') !== undefined;
}

/**
 * Whether a query may turn names of columns into data, so that their case, or a column more, could change a result:
 * PIVOT, `COLUMNS` with a pattern, stars inside of calls, whole rows as structs, functions that tell names.
 */
export function looksAtNames(query: TreeNode): boolean {
  const relations = new Set<string>();
  const singles = new Set<string>();
  for (const node of descend(query)) {
    if (node['type'] === 'PIVOT' || isPatternStar(node) || node['type'] === 'OPERATOR_UNPACK') return true;
    if (node['class'] === 'FUNCTION' && tellsNames(node)) return true;
    if (!('class' in node))
      for (const key of ['alias', 'table_name', 'key']) relations.add(foldName(textAt(node, key)));
    const names = node['class'] === 'COLUMN_REF' ? stringsAt(node, 'column_names') : [];
    if (names.length === 1 && names[0] !== undefined) singles.add(foldName(names[0]));
  }
  return [...singles].some((name) => relations.has(name));
}

function tellsNames(call: TreeNode): boolean {
  const name = calledFunction(call) ?? '';
  const children = nodesAt(call, 'children');
  if (children.some((child) => child['class'] === 'STAR')) return true;
  if (name === 'alias') return true;
  return (
    /^struct_(pack|insert|update)$/.test(name) &&
    children.some((child) => child['class'] === 'COLUMN_REF' && textAt(child, 'alias') === '')
  );
}
