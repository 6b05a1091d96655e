import { canonicalJson } from '../../../compiler/json.ts';
import type { Column } from '../../../compiler/types.ts';
import { rewriteCanonical } from './canonical-rewrites.ts';
import { calledClasses } from './sql-functions.ts';
import { looksAtNames } from './sql-rowwise.ts';
import { resolveTables } from './sql-scopes.ts';
import {
  copyTree,
  ctesOf,
  descend,
  foldName,
  isNode,
  isQuery,
  nodeAt,
  nodesAt,
  stringsAt,
  textAt,
  type Tree,
  type TreeNode,
} from './tree.ts';

/**
 * One spelling for all texts of a query that mean the same by layout, comments, case, quotes and the rewrites of
 * `canonical-rewrites.ts`: the parse tree without places, tables and CTEs by number, names in lower case. `tables` has the
 * columns of the inputs in their order. Names keep their case where the query can turn them into data; and where it can
 * tell names or types of columns without reading them, all of these are part of the form.
 */
export function canonicalQuery(query: TreeNode, tables: ReadonlyMap<string, readonly Column[]>): string {
  const tree = copyTree(query);
  const keepNames = looksAtNames(tree);
  const labels = labelTables(tree, tables, keepNames);
  for (const node of [...descend(tree)]) {
    nameTables(node, labels);
    if (!keepNames) foldNames(node);
    delete node['query_location'];
  }
  nameColumns(tree);
  const known = keepNames || [...calledClasses(tree)].includes('types') ? schemasOf(tables) : undefined;
  return canonicalJson({ tree: rewriteCanonical(tree), known });
}

function schemasOf(tables: ReadonlyMap<string, readonly Column[]>): Tree {
  return [...tables.values()].map((columns) => columns.map(({ name, sql }) => [name, sql]));
}

/**
 * DuckDB calls a column without a name by what it says, `(delay > 3)`, and NATURAL, BY NAME and outer queries go by that:
 * it stands beside the expression, which may be rewritten. A subquery that is a value has no use for its name.
 */
function nameColumns(tree: Tree): void {
  const nodes = [...descend(tree)];
  const values = new Set(nodes.map((node) => (node['class'] === 'SUBQUERY' ? nodeAt(node, 'subquery', 'node') : undefined)));
  for (const node of nodes.filter((one) => isQuery(one) && !values.has(one))) {
    for (const item of nodesAt(node, 'select_list')) {
      const named = item['class'] === 'COLUMN_REF' || item['class'] === 'STAR' || textAt(item, 'alias') !== '';
      if (!named) item['alias'] = `\0${canonicalJson(item)}`;
    }
  }
}

/** What nodes that name a table or a CTE are called in the canonical form: its number behind a NUL, which no SQL can say. */
type Labels = Map<TreeNode, string>;

/**
 * Labels for what is read: the tables in FROM, the CTEs, and the columns qualified by such a name where no alias is given.
 * Where whole rows are named too, a label keeps the name, for what stands for the row does.
 */
function labelTables(tree: TreeNode, tables: ReadonlyMap<string, readonly Column[]>, keepNames: boolean): Labels {
  const inputs = [...tables.keys()];
  const label = (number: string, name: string) => (keepNames ? `\0${number} ${foldName(name)}` : `\0${number}`);
  const labels: Labels = new Map();
  for (const query of descend(tree)) {
    for (const { name, body } of isQuery(query) ? ctesOf(query) : []) labels.set(body, label(`c${labels.size}`, name));
  }
  for (const [node, reference] of resolveTables(tree)) {
    const known =
      reference.kind === 'cte'
        ? labels.get(reference.body)
        : label(String(inputs.indexOf(reference.name)), reference.name);
    if (known !== undefined) labels.set(node, known);
  }
  qualify(tree, [], labels);
  return labels;
}

type FromNames = ReadonlyMap<string, string | undefined>;

/** Walks the queries with the names of their FROM, innermost first; an alias is undefined there, for it stays. */
function qualify(tree: Tree, scopes: readonly FromNames[], labels: Labels): void {
  if (Array.isArray(tree)) {
    for (const item of tree) qualify(item, scopes, labels);
  } else if (isNode(tree)) {
    const from = isQuery(tree) ? nodeAt(tree, 'from_table') : undefined;
    const inner = from === undefined ? scopes : [namesOf(from, labels), ...scopes];
    const names = stringsAt(tree, 'column_names');
    const qualifier =
      tree['class'] === 'STAR' ? textAt(tree, 'relation_name') : names.length > 1 ? names[0] : undefined;
    const scope = scopes.find((each) => qualifier !== undefined && each.has(foldName(qualifier)));
    const label = qualifier === undefined ? undefined : scope?.get(foldName(qualifier));
    if (label !== undefined) labels.set(tree, label);
    for (const value of Object.values(tree)) qualify(value, inner, labels);
  }
}

function namesOf(from: TreeNode, labels: Labels): FromNames {
  const names = new Map<string, string | undefined>();
  const leaves = descend(from, (node) => !isQuery(node));
  for (const leaf of leaves) {
    if (isQuery(leaf) || 'class' in leaf) continue;
    const alias = textAt(leaf, 'alias');
    if (alias !== '') names.set(foldName(alias), undefined);
    else if (leaf['type'] === 'BASE_TABLE') names.set(foldName(textAt(leaf, 'table_name')), labels.get(leaf));
  }
  return names;
}

function nameTables(node: TreeNode, labels: Labels): void {
  for (const entry of nodesAt(nodeAt(node, 'cte_map'), 'map')) {
    const body = nodeAt(entry, 'value', 'query', 'node');
    entry['key'] = (body === undefined ? undefined : labels.get(body)) ?? textAt(entry, 'key');
  }
  const label = labels.get(node);
  if (label === undefined) return;
  if (node['type'] === 'BASE_TABLE') node['table_name'] = label;
  else if (node['type'] === 'RECURSIVE_CTE_NODE') node['cte_name'] = label;
  else if (node['class'] === 'STAR') node['relation_name'] = label;
  else if (node['class'] === 'COLUMN_REF') node['column_names'] = [label, ...stringsAt(node, 'column_names').slice(1)];
}

/**
 * Names that SQL compares without case. The alias of an expression inside of a call is not one: it names a field of a
 * struct or an argument.
 */
function foldNames(node: TreeNode): void {
  for (const key of ['column_names', 'column_name_alias', 'aliases', 'exclude_list', 'using_columns']) {
    if (Array.isArray(node[key])) node[key] = stringsAt(node, key).map(foldName);
  }
  for (const key of ['table_name', 'relation_name'])
    if (typeof node[key] === 'string') node[key] = foldName(textAt(node, key));
  if (node['class'] === 'FUNCTION' || node['class'] === 'WINDOW') foldCall(node);
  if (node['class'] === 'STAR') foldStar(node);
  if (!('class' in node) && typeof node['alias'] === 'string') node['alias'] = foldName(textAt(node, 'alias'));
  for (const item of isQuery(node) ? nodesAt(node, 'select_list') : []) item['alias'] = foldName(textAt(item, 'alias'));
}

function foldCall(call: TreeNode): void {
  call['function_name'] = textAt(call, 'function_name').toLowerCase();
  // `extract(year FROM d)` is parsed as `main.date_part('year', d)`.
  if (call['schema'] === 'main') call['schema'] = '';
}

/** `* EXCLUDE (t.a) REPLACE (… AS b) RENAME (c AS d)`. */
function foldStar(star: TreeNode): void {
  for (const entry of nodesAt(star, 'replace_list')) entry['key'] = foldName(textAt(entry, 'key'));
  for (const entry of nodesAt(star, 'rename_list')) {
    entry['value'] = foldName(textAt(entry, 'value'));
    foldColumn(nodeAt(entry, 'key'));
  }
  for (const entry of nodesAt(star, 'qualified_exclude_list')) foldColumn(entry);
}

function foldColumn(name: TreeNode | undefined): void {
  if (name !== undefined) Object.assign(name, { table: foldName(textAt(name, 'table')), column: foldName(textAt(name, 'column')) });
}
