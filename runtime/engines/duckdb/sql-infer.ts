import type { Column } from '../../../compiler/types.ts';
import { calledFunction } from './sql-functions.ts';
import type { Reference } from './sql-scopes.ts';
import { descend, foldName, nodeAt, nodesAt, stringsAt, textAt, type TreeNode } from './tree.ts';

/** What is known of a column inside of a query. */
export interface KnownColumn {
  /** The table's name or alias there, lower-cased; empty where there is none. */
  readonly relation: string;
  readonly name: string;
  readonly nullable: boolean;
  /** Whether its values add up exactly: integers and decimals. */
  readonly exact: boolean;
}

/** What a query's tables are: what its references stand for, and the columns of tables by lower-cased name. */
export interface Knowledge {
  readonly references: ReadonlyMap<TreeNode, Reference>;
  readonly tables: ReadonlyMap<string, readonly Column[]>;
}

/**
 * The columns of a query, in order; undefined where a part of it is not understood. It is careful: a column is said to
 * be never null only where it is one of a table that is never null, or a call of which that is certain.
 */
export function inferColumns(query: TreeNode, known: Knowledge): readonly KnownColumn[] | undefined {
  if (query['type'] === 'SET_OPERATION_NODE') return inferSetOperation(query, known);
  const from = nodeAt(query, 'from_table');
  if (query['type'] !== 'SELECT_NODE' || from === undefined) return undefined;
  const relation = relationOf(from, known);
  if (relation === undefined) return undefined;
  const rows = withoutNulls(relation, nodeAt(query, 'where_clause'));
  const sets = query['group_sets'];
  const subtotals = Array.isArray(sets) && sets.length > 1;
  const columns = nodesAt(query, 'select_list').map((item) => inferItem(item, rows));
  if (columns.some((column) => column === undefined)) return undefined;
  const all = columns.flatMap((column) => column ?? []);
  return subtotals ? all.map((column) => ({ ...column, nullable: true })) : all;
}

function inferSetOperation(query: TreeNode, known: Knowledge): readonly KnownColumn[] | undefined {
  const [left, right] = [nodeAt(query, 'left'), nodeAt(query, 'right')];
  if (left === undefined || right === undefined || textAt(query, 'setop_type').includes('BY_NAME')) return undefined;
  const [first, second] = [inferColumns(left, known), inferColumns(right, known)];
  if (first === undefined || second === undefined || first.length !== second.length) return undefined;
  return first.map((column, i) => ({
    ...column,
    nullable: column.nullable || (second[i]?.nullable ?? true),
    exact: column.exact && (second[i]?.exact ?? false),
  }));
}

/** The columns that FROM gives, as a star lists them. */
export function relationOf(from: TreeNode, known: Knowledge): readonly KnownColumn[] | undefined {
  switch (from['type']) {
    case 'EMPTY':
      return [];
    case 'BASE_TABLE':
      return baseColumns(from, known);
    case 'SUBQUERY': {
      const query = nodeAt(from, 'subquery', 'node');
      const columns = query === undefined ? undefined : inferColumns(query, known);
      return columns === undefined
        ? undefined
        : renamed(columns, textAt(from, 'alias'), stringsAt(from, 'column_name_alias'));
    }
    case 'JOIN':
      return joined(from, known);
    default:
      return undefined;
  }
}

function baseColumns(leaf: TreeNode, known: Knowledge): readonly KnownColumn[] | undefined {
  const reference = known.references.get(leaf);
  const relation = textAt(leaf, 'alias') || textAt(leaf, 'table_name');
  const aliases = stringsAt(leaf, 'column_name_alias');
  if (reference?.kind === 'cte') {
    const columns = reference.recursive ? undefined : inferColumns(reference.body, known);
    return columns === undefined ? undefined : renamed(renamed(columns, '', reference.aliases), relation, aliases);
  }
  const columns = reference === undefined ? undefined : known.tables.get(reference.name);
  if (columns === undefined) return undefined;
  const plain = columns.map((column) => ({
    relation: '',
    name: column.name,
    // A cast of JSON's own null, which is a value, is null.
    nullable: column.nullable || column.type.kind === 'other',
    exact: column.type.kind === 'int' || column.type.kind === 'decimal',
  }));
  return renamed(plain, relation, aliases);
}

function renamed(columns: readonly KnownColumn[], relation: string, names: readonly string[]): readonly KnownColumn[] {
  return columns.map((column, i) => ({ ...column, relation: foldName(relation), name: names[i] ?? column.name }));
}

function joined(join: TreeNode, known: Knowledge): readonly KnownColumn[] | undefined {
  const [left, right] = [nodeAt(join, 'left'), nodeAt(join, 'right')];
  const before = left === undefined ? undefined : relationOf(left, known);
  const after = right === undefined ? undefined : relationOf(right, known);
  if (before === undefined || after === undefined || textAt(join, 'ref_type') === 'NATURAL') return undefined;
  const type = textAt(join, 'join_type');
  if (type === 'SEMI' || type === 'ANTI') return before;
  const maybe = (columns: readonly KnownColumn[], outer: boolean) =>
    columns.map((column) => ({ ...column, nullable: column.nullable || outer }));
  const shared = new Set(stringsAt(join, 'using_columns').map(foldName));
  const kept = after.filter((column) => !shared.has(foldName(column.name)));
  return [...maybe(before, type !== 'INNER' && type !== 'LEFT'), ...maybe(kept, type !== 'INNER' && type !== 'RIGHT')];
}

/** `WHERE x IS NOT NULL AND …` leaves no null in x. */
function withoutNulls(columns: readonly KnownColumn[], where: TreeNode | undefined): readonly KnownColumn[] {
  const conditions =
    where?.['type'] === 'CONJUNCTION_AND' ? nodesAt(where, 'children') : where === undefined ? [] : [where];
  const tested = conditions
    .filter((condition) => condition['type'] === 'OPERATOR_IS_NOT_NULL')
    .flatMap((condition) => nodesAt(condition, 'children').map((child) => findColumn(child, columns)));
  return columns.map((column) => (tested.includes(column) ? { ...column, nullable: false } : column));
}

/** The one column that a reference can mean. */
function findColumn(node: TreeNode, columns: readonly KnownColumn[]): KnownColumn | undefined {
  const names = stringsAt(node, 'column_names').map(foldName);
  if (node['class'] !== 'COLUMN_REF' || names.length > 2) return undefined;
  const [relation, name] = names.length === 2 ? names : [undefined, names[0]];
  const found = columns.filter(
    (column) => foldName(column.name) === name && (relation === undefined || column.relation === relation),
  );
  return found.length === 1 ? found[0] : undefined;
}

function inferItem(item: TreeNode, columns: readonly KnownColumn[]): readonly KnownColumn[] | undefined {
  if (item['class'] === 'STAR') return inferStar(item, columns);
  if ([...descend(item)].some((node) => node['class'] === 'STAR' || calledFunction(node) === 'unnest'))
    return undefined;
  const name = textAt(item, 'alias') || (stringsAt(item, 'column_names').at(-1) ?? '');
  return [{ relation: '', name, nullable: isNullable(item, columns), exact: isExact(item, columns) }];
}

function inferStar(star: TreeNode, columns: readonly KnownColumn[]): readonly KnownColumn[] | undefined {
  const simple =
    ['expr', 'columns'].every((key) => !star[key]) &&
    ['replace_list', 'rename_list', 'qualified_exclude_list'].every((key) => nodesAt(star, key).length === 0);
  if (!simple) return undefined;
  const relation = foldName(textAt(star, 'relation_name'));
  const excluded = new Set(stringsAt(star, 'exclude_list').map(foldName));
  return columns.filter(
    (column) => (relation === '' || column.relation === relation) && !excluded.has(foldName(column.name)),
  );
}

/** Operations that are null only where an operand is. */
const strict = new Set(['+', '-', '*', '||', 'abs', 'lower', 'upper', 'length', 'concat']);

/** Whether an expression may be null, as far as can be said for certain. */
export function isNullable(node: TreeNode, columns: readonly KnownColumn[]): boolean {
  const any = (nodes: readonly TreeNode[]) => nodes.some((each) => isNullable(each, columns));
  const [left, right, child] = [nodeAt(node, 'left'), nodeAt(node, 'right'), nodeAt(node, 'child')];
  switch (node['class']) {
    case 'COLUMN_REF':
      return findColumn(node, columns)?.nullable ?? true;
    case 'CONSTANT':
      return nodeAt(node, 'value')?.['is_null'] !== false;
    case 'COMPARISON':
      if (/DISTINCT_FROM$/.test(textAt(node, 'type'))) return false;
      return left === undefined || right === undefined || any([left, right]);
    case 'CONJUNCTION':
      return any(nodesAt(node, 'children'));
    case 'CAST':
      return node['try_cast'] !== false || child === undefined || isNullable(child, columns);
    case 'OPERATOR':
      if (/^OPERATOR_IS_(NOT_)?NULL$/.test(textAt(node, 'type'))) return false;
      if (node['type'] === 'OPERATOR_COALESCE')
        return nodesAt(node, 'children').every((each) => isNullable(each, columns));
      return node['type'] !== 'OPERATOR_NOT' || any(nodesAt(node, 'children'));
    case 'CASE': {
      const results = nodesAt(node, 'case_checks').map((check) => nodeAt(check, 'then_expr'));
      return [...results, nodeAt(node, 'else_expr')].some(
        (result) => result === undefined || isNullable(result, columns),
      );
    }
    case 'FUNCTION':
    case 'WINDOW': {
      const name = calledFunction(node) ?? '';
      if (/^(count|count_star|count_if|countif|row_number|rank|rank_dense|dense_rank)$/.test(name)) return false;
      return node['class'] === 'WINDOW' || !strict.has(name) || any(nodesAt(node, 'children'));
    }
    default:
      return true;
  }
}

/** Whether an expression's values add up exactly: it is of integers and decimals. */
function isExact(node: TreeNode, columns: readonly KnownColumn[]): boolean {
  switch (node['class']) {
    case 'COLUMN_REF':
      return findColumn(node, columns)?.exact ?? false;
    case 'CONSTANT':
    case 'CAST': {
      const type = node['class'] === 'CAST' ? nodeAt(node, 'cast_type') : nodeAt(node, 'value', 'type');
      return /^U?(TINY|SMALL|BIG|HUGE)INT$|^U?INTEGER$|^DECIMAL$|^BOOLEAN$/.test(
        type === undefined ? '' : textAt(type, 'id'),
      );
    }
    case 'COMPARISON':
      return true;
    case 'FUNCTION': {
      const name = calledFunction(node) ?? '';
      if (/^count(_star|_if|if)?$/.test(name)) return true;
      return (
        /^([-+*]|sum|min|max|abs)$/.test(name) && nodesAt(node, 'children').every((child) => isExact(child, columns))
      );
    }
    case 'CASE': {
      const results = [
        ...nodesAt(node, 'case_checks').map((check) => nodeAt(check, 'then_expr')),
        nodeAt(node, 'else_expr'),
      ];
      return results.every((result) => result !== undefined && isExact(result, columns));
    }
    default:
      return false;
  }
}

/** Whether the first argument of a call inside of a query adds up exactly. */
export function sumsExactly(call: TreeNode, query: TreeNode, known: Knowledge): boolean {
  const from = nodeAt(query, 'from_table');
  const columns = from === undefined ? undefined : relationOf(from, known);
  const argument = nodesAt(call, 'children')[0];
  return columns !== undefined && argument !== undefined && isExact(argument, columns);
}
