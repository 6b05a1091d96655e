import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import { classifyFunction, classifyTableFunction, isAggregate, whyForbidden, type FunctionClass } from '../../../compiler/sql/functions.ts';
import { placeOf } from './sql-parse.ts';
import { descend, nodeAt, nodesAt, textAt, type TreeNode } from './tree.ts';

/** The name of the function that a node calls, lower-cased. */
export function calledFunction(node: TreeNode): string | undefined {
  if (node['class'] !== 'FUNCTION' && node['class'] !== 'WINDOW') return undefined;
  return textAt(node, 'function_name').toLowerCase();
}

/** The first call of a function that may not stand in a query. Names that DuckDB lacks are left to its binder. */
export function functionProblem(query: TreeNode, text: string): SqlProblem | undefined {
  const inFrom = new Set<TreeNode>();
  for (const node of descend(query)) {
    const called = node['type'] === 'TABLE_FUNCTION' ? nodeAt(node, 'function') : undefined;
    if (called !== undefined) inFrom.add(called);
    const name = calledFunction(node);
    if (name === undefined) continue;
    const group = inFrom.has(node) ? (classifyTableFunction(name) ?? inFromOnly(name)) : functionGroup(node, name);
    const why = group === undefined ? undefined : whyForbidden(group);
    if (why !== undefined) return forbidden(name, why, node, text);
  }
  return undefined;
}

/** The first call of a function that exists and that nobody has classified: a newer DuckDB's. */
export function unclassifiedFunction(query: TreeNode, text: string): SqlProblem | undefined {
  const inFrom = new Set(
    [...descend(query)].map((node) => (node['type'] === 'TABLE_FUNCTION' ? nodeAt(node, 'function') : undefined)),
  );
  for (const node of descend(query)) {
    const name = calledFunction(node);
    if (name === undefined) continue;
    const group = inFrom.has(node) ? classifyTableFunction(name) : classifyFunction(name);
    if (group === undefined) {
      return forbidden(
        name,
        { reason: 'is not known to give the same value each time', hint: 'use another function' },
        node,
        text,
      );
    }
  }
  return undefined;
}

/** A macro that stands for rows may be called in FROM too. */
function inFromOnly(name: string): ReturnType<typeof classifyFunction> {
  const group = classifyFunction(name);
  return group === 'pure' || group === 'rows' ? undefined : group;
}

function functionGroup(node: TreeNode, name: string): ReturnType<typeof classifyFunction> {
  const children = nodesAt(node, 'children');
  // `age(x)` is the time from x to today.
  if (name === 'age' && children.length === 1) return 'clock';
  const inner = aggregateOfList(node);
  if (inner === 'none') return classifyFunction(name);
  return isAggregate(inner) ? 'pure' : (inner ?? 'query');
}

/** What `list_aggregate(list, 'name')` calls: undefined for what DuckDB lacks or the text does not say. */
function aggregateOfList(node: TreeNode): FunctionClass | 'none' | undefined {
  if (!/^(list|array)_aggr(egate)?$|^aggregate$/.test(calledFunction(node) ?? '')) return 'none';
  const inner = nodeAt(nodesAt(node, 'children')[1] ?? {}, 'value')?.['value'];
  return typeof inner === 'string' ? classifyFunction(inner) : undefined;
}

/** The classes of all functions that a query calls, by their names in it. */
export function* calledClasses(query: TreeNode): Generator<FunctionClass> {
  for (const node of descend(query)) {
    const name = calledFunction(node);
    const group = name === undefined ? undefined : classifyFunction(name);
    if (group !== undefined) yield group;
    const inner = aggregateOfList(node);
    if (inner !== 'none' && inner !== undefined) yield inner;
  }
}

/** The problem of calling a function that may not be called. */
export function forbidden(
  name: string,
  why: { reason: string; hint: string },
  node: TreeNode,
  text: string,
): SqlProblem {
  return { kind: 'forbidden-function', message: `\`${name}\` ${why.reason}`, hint: why.hint, ...placeOf(node, text) };
}
