import type { Column } from '../../../compiler/types.ts';
import { resolveTables } from './sql-scopes.ts';
import { isBareRowQuery, isGrouped, makesRows, type References } from './sql-rowwise.ts';
import {
  copyTree,
  descend,
  foldName,
  nodeAt,
  nodesAt,
  numberText,
  ownNodes,
  replaceNode,
  stringsAt,
  textAt,
  type Tree,
  type TreeNode,
} from './tree.ts';

/** The hidden column of an input: the number of its row, BIGINT. */
export const ROW_COLUMN = '__mlp_row';

/** An input as the rewritten query reads it: only its declared columns, and the number of the row under `row`. */
export interface InputAlias {
  readonly name: string;
  readonly table: string;
  readonly row?: string;
}

/** The state of one rewriting: what the query reads, and what was found and added so far. */
export interface Numbering {
  readonly references: References;
  readonly tables: ReadonlyMap<string, readonly Column[]>;
  readonly aliases: InputAlias[];
  /** What was found for a SELECT: expressions that together tell its rows apart, before DISTINCT. */
  readonly identities: Map<TreeNode, readonly TreeNode[] | undefined>;
}

/**
 * Expressions that tell the rows of a SELECT apart, by content and by the order of its inputs alone: the row numbers of
 * what it reads, or its grouping keys. Row numbers are put into its FROM, and kept out of its stars. Undefined where
 * there are none: it reads an aggregate, a set operation, a table function.
 */
export function identifyRows(select: TreeNode, numbering: Numbering): readonly TreeNode[] | undefined {
  if (!numbering.identities.has(select)) numbering.identities.set(select, identify(select, numbering));
  return numbering.identities.get(select);
}

function identify(select: TreeNode, numbering: Numbering): readonly TreeNode[] | undefined {
  const from = nodeAt(select, 'from_table');
  if (select['type'] !== 'SELECT_NODE' || from === undefined) return undefined;
  if (isGrouped(select)) return groupingKeys(select);
  if (makesRows(select)) return undefined;
  const leaves = numberableLeaves(select, numbering);
  if (leaves === undefined) return undefined;
  const numbered = leaves.map((leaf) => numberLeaf(leaf, numbering));
  leaves.forEach((leaf, i) => replaceNode(leaf, numbered[i]?.leaf ?? leaf));
  const rows = numbered.map(({ leaf, row }) => ({ qualifier: textAt(leaf, 'alias'), row }));
  hideFromStars(select, rows);
  return rows.map(({ row }) => columnRef(row));
}

/** Grouping keys as expressions that can stand beside aggregates; none for one row of all. */
export function groupingKeys(select: TreeNode): readonly TreeNode[] | undefined {
  const keys = nodesAt(select, 'group_expressions');
  const sets = select['group_sets'];
  if (select['aggregate_handling'] === 'FORCE_AGGREGATES' || (Array.isArray(sets) && sets.length > 1)) return undefined;
  const items = nodesAt(select, 'select_list');
  return keys.map((key) => {
    const number = key['class'] === 'CONSTANT' ? numberText(nodeAt(key, 'value')?.['value']) : undefined;
    const item = number === undefined ? undefined : items[Number(number) - 1];
    return { ...copyTree(item ?? key), alias: '' };
  });
}

/** The tables of a FROM whose rows make its rows; undefined where a join is of a kind that is not understood. */
function leavesOf(from: TreeNode): readonly TreeNode[] | undefined {
  if (from['type'] === 'EMPTY') return [];
  if (from['type'] !== 'JOIN') return [from];
  const left = nodeAt(from, 'left');
  const right = nodeAt(from, 'right');
  if (left === undefined || right === undefined) return undefined;
  if (!['REGULAR', 'NATURAL', 'CROSS'].includes(textAt(from, 'ref_type'))) return undefined;
  if (['SEMI', 'ANTI'].includes(textAt(from, 'join_type'))) return leavesOf(left);
  if (!['INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER'].includes(textAt(from, 'join_type'))) return undefined;
  const [before, after] = [leavesOf(left), leavesOf(right)];
  return before === undefined || after === undefined ? undefined : [...before, ...after];
}

/** The tables of a SELECT's FROM, if each can have a number for its rows that nothing in the SELECT would notice. */
function numberableLeaves(select: TreeNode, numbering: Numbering): readonly TreeNode[] | undefined {
  const from = nodeAt(select, 'from_table');
  const leaves = from === undefined ? undefined : leavesOf(from);
  const fine =
    leaves?.every((leaf) => canNumber(leaf, numbering)) === true && !seesWholeRows(select, leaves, numbering);
  return fine ? leaves : undefined;
}

function canNumber(leaf: TreeNode, numbering: Numbering): boolean {
  if (nodeAt(leaf, 'sample') !== undefined) return false;
  const reference = numbering.references.get(leaf);
  if (reference?.kind === 'table') return true;
  if (reference?.recursive === true) return false;
  const body = reference?.body ?? (leaf['type'] === 'SUBQUERY' ? nodeAt(leaf, 'subquery', 'node') : undefined);
  return (
    body !== undefined && isBareRowQuery(body, numbering.references) && numberableLeaves(body, numbering) !== undefined
  );
}

/**
 * Whether a SELECT may see a column that is added to its tables: by a pattern that could match its name, in a star of a
 * query inside, or as a part of a whole row (`SELECT t FROM t` is a struct of all columns of t).
 */
function seesWholeRows(select: TreeNode, leaves: readonly TreeNode[], { references, tables }: Numbering): boolean {
  const relations = new Set(leaves.map((leaf) => foldName(textAt(leaf, 'alias') || textAt(leaf, 'table_name'))));
  const columns = new Set<string>();
  for (const leaf of leaves) {
    const reference = references.get(leaf);
    const names = reference?.kind === 'table' ? (tables.get(reference.name) ?? []) : [];
    for (const { name } of names) columns.add(foldName(name));
  }
  const own = new Set(ownNodes(select));
  for (const node of descend(select)) {
    if (node['class'] === 'STAR') {
      if (own.has(node) ? nodeAt(node, 'expr') !== undefined : relations.has(foldName(textAt(node, 'relation_name'))))
        return true;
    }
    const names = node['class'] === 'COLUMN_REF' ? stringsAt(node, 'column_names') : [];
    const name = names[0] === undefined ? undefined : foldName(names[0]);
    if (names.length === 1 && name !== undefined && relations.has(name) && !columns.has(name)) return true;
  }
  return false;
}

function hideFromStars(select: TreeNode, rows: readonly { qualifier: string; row: string }[]): void {
  const orders = new Set(nodesAt(select, 'modifiers').flatMap((modifier) => nodesAt(modifier, 'orders')));
  const orderStars = new Set([...orders].map((order) => nodeAt(order, 'expression')));
  for (const node of ownNodes(select)) {
    if (node['class'] !== 'STAR' || orderStars.has(node)) continue;
    const relation = foldName(textAt(node, 'relation_name'));
    const hidden = rows.filter(({ qualifier }) => relation === '' || relation === foldName(qualifier));
    node['exclude_list'] = [...stringsAt(node, 'exclude_list'), ...hidden.map(({ row }) => row)];
  }
}

interface NumberedLeaf {
  readonly leaf: TreeNode;
  readonly row: string;
}

/** A copy of a table reference that has the row's number too. It stands for itself: it can be put anywhere. */
function numberLeaf(leaf: TreeNode, numbering: Numbering): NumberedLeaf {
  const reference = numbering.references.get(leaf);
  if (reference?.kind === 'table') {
    const alias = {
      name: `__mlp_numbered_${numbering.aliases.length}`,
      table: reference.name,
      row: `${ROW_COLUMN}_${numbering.aliases.length}`,
    };
    numbering.aliases.push(alias);
    return {
      leaf: { ...copyTree(leaf), table_name: alias.name, alias: textAt(leaf, 'alias') || textAt(leaf, 'table_name') },
      row: alias.row,
    };
  }
  const body = reference?.kind === 'cte' ? reference.body : nodeAt(leaf, 'subquery', 'node');
  if (body === undefined) throw new Error('only tables and queries have rows');
  const { query, row } = numberQuery(body, numbering);
  const renamed = stringsAt(leaf, 'column_name_alias');
  const inherited = reference?.kind === 'cte' ? reference.aliases.slice(renamed.length) : [];
  return {
    row,
    leaf: {
      type: 'SUBQUERY',
      alias: textAt(leaf, 'alias') || textAt(leaf, 'table_name') || `__mlp_rows_${numbering.aliases.length}`,
      sample: null,
      subquery: { node: query, named_param_map: [] },
      column_name_alias: [...renamed, ...inherited],
    },
  };
}

/** A copy of a rowwise query with the row's number as its last column. */
function numberQuery(query: TreeNode, numbering: Numbering): { query: TreeNode; row: string } {
  const from = nodeAt(query, 'from_table');
  if (from === undefined) throw new Error('a rowwise query reads a table');
  const { leaf, row } = numberLeaf(from, numbering);
  const copy: TreeNode = { ...copyTree(query), cte_map: { map: [] }, from_table: leaf };
  hideFromStars(copy, [{ qualifier: textAt(leaf, 'alias'), row }]);
  copy['select_list'] = [...nodesAt(copy, 'select_list'), columnRef(row)];
  return { query: copy, row };
}

function columnRef(name: string): TreeNode {
  return { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', column_names: [name] };
}

/**
 * Points what still reads an input at its declared columns alone, and puts those, and the numbered inputs, before the
 * query's own CTEs. The hidden column can thus be named by nobody.
 */
export function bindInputs(query: TreeNode, numbering: Numbering): void {
  for (const [leaf, reference] of resolveTables(query)) {
    if (reference.kind !== 'table' || reference.name.startsWith('__mlp')) continue;
    const name = `__mlp_input_${[...numbering.tables.keys()].indexOf(reference.name)}`;
    if (!numbering.aliases.some((alias) => alias.name === name))
      numbering.aliases.push({ name, table: reference.name });
    Object.assign(leaf, { alias: textAt(leaf, 'alias') || textAt(leaf, 'table_name'), table_name: name });
  }
  const entries = numbering.aliases.map((alias) => inputCte(alias, numbering.tables.get(alias.table) ?? []));
  const own = nodesAt(nodeAt(query, 'cte_map'), 'map');
  query['cte_map'] = { map: [...entries, ...own] };
}

function inputCte(alias: InputAlias, columns: readonly Column[]): TreeNode {
  const list: TreeNode[] = columns.map((column) => columnRef(column.name));
  if (alias.row !== undefined) list.push({ ...columnRef(ROW_COLUMN), alias: alias.row });
  const node: Tree = {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    select_list: list,
    from_table: {
      type: 'BASE_TABLE',
      alias: '',
      sample: null,
      schema_name: '',
      table_name: alias.table,
      column_name_alias: [],
      catalog_name: '',
    },
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  };
  const value: Tree = { aliases: [], query: { node, named_param_map: [] }, materialized: 'CTE_MATERIALIZE_NEVER' };
  return { key: alias.name, value };
}
