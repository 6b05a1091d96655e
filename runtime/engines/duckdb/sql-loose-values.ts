import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import { classifyFunction, isAggregate } from '../../../compiler/sql/functions.ts';
import type { Column } from '../../../compiler/types.ts';
import { calledFunction } from './sql-functions.ts';
import { placeOf } from './sql-parse.ts';
import { descend, foldName, isQuery, nodeAt, nodesAt, numberText, ownNodes, stringsAt, textAt, type TreeNode } from './tree.ts';

/**
 * Whether a type, as DuckDB prints it, has values that are equal and yet differ: a month is 30 days, and 12:00+01 is
 * 11:00+00. Types that contain one are such types.
 */
export function isLooseType(sql: string): boolean {
  return /INTERVAL|TIME WITH TIME ZONE|TIMETZ/.test(sql.replaceAll('TIMESTAMP WITH TIME ZONE', ''));
}

/**
 * Where a query keeps one of several values that are equal and yet differ: `min`, DISTINCT, GROUP BY, UNION. Types inside
 * of queries are not known, so expressions are followed by what they are made of, and columns by their names wherever
 * they come from. Differences of times count as no loose values: DuckDB gives each length in one form only.
 */
export function looseValueProblem(query: TreeNode, tables: ReadonlyMap<string, readonly Column[]>, text: string): SqlProblem | undefined {
  const loose = looseNames(query, tables);
  for (const each of [...descend(query)].filter(isQuery)) {
    const found = mergingCall(each, loose) ?? mergedGroup(each, loose) ?? mergedRows(each, loose);
    if (found === undefined) continue;
    return {
      kind: 'order-dependent',
      message: `${found.what} takes values for equal that differ: a month for 30 days, 12:00+01 for 11:00+00; which of them is kept depends on the order of rows`,
      hint: 'make a number or a text of it before: `epoch(…)`, `CAST(… AS VARCHAR)`',
      ...(numberText(found.node['query_location']) === undefined ? {} : placeOf(found.node, text)),
    };
  }
  return undefined;
}

interface Merging {
  readonly what: string;
  readonly node: TreeNode;
}

const MERGING = /^(min|max|arg_min|arg_max|argmin|argmax|min_by|max_by|mode|median|quantile|quantile_disc|histogram|histogram_exact|approx_top_k)(_null|_nulls_last)?$/;

function mergingCall(query: TreeNode, loose: ReadonlySet<string>): Merging | undefined {
  for (const node of ownNodes(query)) {
    const name = calledFunction(node);
    if (name === undefined) continue;
    const merges = MERGING.test(name) || (node['distinct'] === true && name !== 'count');
    if (merges && nodesAt(node, 'children').some((child) => isLoose(child, loose))) return { what: `\`${name}\``, node };
  }
  return undefined;
}

function mergedGroup(query: TreeNode, loose: ReadonlySet<string>): Merging | undefined {
  const items = nodesAt(query, 'select_list');
  const keys = nodesAt(query, 'group_expressions').map((key) => items[Number(numberText(nodeAt(key, 'value')?.['value']) ?? 0) - 1] ?? key);
  // GROUP BY ALL names no keys.
  const all = keys.length === 0 && query['aggregate_handling'] === 'FORCE_AGGREGATES' ? items.filter((item) => !aggregates(item)) : [];
  const node = [...keys, ...all].find((key) => isLoose(key, loose));
  return node === undefined ? undefined : { what: 'GROUP BY', node };
}

function aggregates(item: TreeNode): boolean {
  return [...descend(item)].some((node) => isAggregate(classifyFunction(calledFunction(node) ?? '')));
}

function mergedRows(query: TreeNode, loose: ReadonlySet<string>): Merging | undefined {
  const distinct = nodesAt(query, 'modifiers').some((modifier) => modifier['type'] === 'DISTINCT_MODIFIER' && nodesAt(modifier, 'distinct_on_targets').length === 0);
  const united = (query['type'] === 'SET_OPERATION_NODE' && query['setop_all'] !== true) || (query['type'] === 'RECURSIVE_CTE_NODE' && query['union_all'] !== true);
  if (!distinct && !united) return undefined;
  const node = outputsOf(query).find((item) => isLoose(item, loose));
  return node === undefined ? undefined : { what: distinct ? 'DISTINCT' : 'a set operation without ALL', node };
}

/** What stands in the lists of a query, or of both sides of a set operation. */
function outputsOf(query: TreeNode): TreeNode[] {
  if (query['type'] === 'SELECT_NODE') return nodesAt(query, 'select_list');
  return ['left', 'right'].flatMap((side) => outputsOf(nodeAt(query, side) ?? { type: 'SELECT_NODE' }));
}

/** Names of columns that may have loose values, anywhere in a query: those of tables, and what is called so inside. */
function looseNames(query: TreeNode, tables: ReadonlyMap<string, readonly Column[]>): ReadonlySet<string> {
  const loose = new Set([...tables.values()].flatMap((columns) => columns.filter(({ sql }) => isLooseType(sql)).map(({ name }) => foldName(name))));
  const nodes = [...descend(query)];
  for (let before = -1; before < loose.size; ) {
    before = loose.size;
    for (const item of nodes.flatMap((node) => nodesAt(node, 'select_list'))) {
      const alias = textAt(item, 'alias');
      if (alias !== '' && isLoose(item, loose)) loose.add(foldName(alias));
    }
  }
  const anywhere = loose.size > 0 || nodes.some((node) => isLoose(node, loose));
  // A list of new names says nothing of what has them.
  if (anywhere) for (const name of nodes.flatMap((node) => [...stringsAt(node, 'column_name_alias'), ...stringsAt(node, 'aliases')])) loose.add(foldName(name));
  return loose;
}

const MAKERS = /^(age|to_(centuries|days|decades|hours|microseconds|millennia|milliseconds|minutes|months|quarters|seconds|weeks|years)|normalized_interval)$/;

/** Calls whose value is one of their arguments, or made of them. */
const CARRIERS =
  /^(min|max|arg_min|arg_max|argmin|argmax|min_by|max_by|arg_min_null|arg_max_null|mode|first|last|any_value|arbitrary|sum|avg|mean|greatest|least|ifnull|nullif|coalesce|if|lag|lead|first_value|last_value|nth_value|list|array_agg|list_value|list_pack|row|struct_pack|unnest|struct_extract|list_extract|list_element|array_extract|element_at|map|\*|\/)$/;

function isLoose(node: TreeNode, loose: ReadonlySet<string>): boolean {
  const children = nodesAt(node, 'children');
  switch (node['class']) {
    case 'CAST':
      return isLooseTree(nodeAt(node, 'cast_type'));
    case 'CONSTANT':
      return isLooseTree(nodeAt(node, 'value', 'type'));
    case 'COLUMN_REF':
      return stringsAt(node, 'column_names').some((name) => loose.has(foldName(name)));
    case 'STAR':
      return loose.size > 0;
    case 'CASE':
      return [...nodesAt(node, 'case_checks').map((check) => nodeAt(check, 'then_expr')), nodeAt(node, 'else_expr')].some((value) => value !== undefined && isLoose(value, loose));
    case 'SUBQUERY':
      return outputsOf(nodeAt(node, 'subquery', 'node') ?? {}).some((item) => isLoose(item, loose));
    case 'OPERATOR':
      return /COALESCE|NULLIF|EXTRACT|ARRAY_CONSTRUCTOR/.test(textAt(node, 'type')) && children.some((child) => isLoose(child, loose));
    case 'FUNCTION':
    case 'WINDOW': {
      const name = calledFunction(node) ?? '';
      // A time and an INTERVAL make a time.
      if (name === '+' || name === '-') return children.length > 0 && children.every((child) => isLoose(child, loose));
      return MAKERS.test(name) || (CARRIERS.test(name) && children.some((child) => isLoose(child, loose)));
    }
    default:
      return false;
  }
}

/** Of a type as a tree, with what it contains. */
function isLooseTree(type: TreeNode | undefined): boolean {
  return type !== undefined && [...descend(type)].some((node) => isLooseType(textAt(node, 'id')));
}
