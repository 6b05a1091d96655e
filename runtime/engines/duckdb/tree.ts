/**
 * DuckDB's parse tree, as `json_serialize_sql` prints it. Numbers are kept as text, `{"#": "9007199254740993"}`: neither
 * large integers nor infinities, which it prints bare, survive `JSON.parse`.
 */
export type Tree = null | boolean | string | Tree[] | TreeNode;

/** An object of the tree: a node of a query, or a number. */
export interface TreeNode {
  [key: string]: Tree;
}

const stringsAndNumbers = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?(?:Infinity|NaN|\d[\d.eE+-]*)/g;

/** Reads a tree. */
export function parseTree(json: string): Tree {
  const tagged = json.replace(stringsAndNumbers, (token) => (token.startsWith('"') ? token : `{"#":"${token}"}`));
  return JSON.parse(tagged) as Tree;
}

/** Writes a tree as `json_deserialize_sql` reads it. */
export function renderTree(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(renderTree).join(',')}]`;
  if (!isNode(tree)) return JSON.stringify(tree);
  const number = numberText(tree);
  if (number !== undefined) return number;
  return `{${Object.entries(tree)
    .map(([key, value]) => `${JSON.stringify(key)}:${renderTree(value)}`)
    .join(',')}}`;
}

/** Whether a tree is an object; false for one that is absent. */
export function isNode(tree: Tree | undefined): tree is TreeNode {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}

/** A number as the tree has it. */
export function numberNode(value: number): TreeNode {
  return { '#': String(value) };
}

/** A number's digits, if the tree is one. */
export function numberText(tree: Tree | undefined): string | undefined {
  if (!isNode(tree)) return undefined;
  const text = tree['#'];
  return typeof text === 'string' ? text : undefined;
}

/** The node under a key, if there is one. */
export function nodeAt(node: TreeNode, ...path: readonly string[]): TreeNode | undefined {
  let at: TreeNode | undefined = node;
  for (const key of path) {
    const next: Tree | undefined = at?.[key];
    at = isNode(next) ? next : undefined;
  }
  return at;
}

/** The nodes of a list under a key; empty if there is none. */
export function nodesAt(node: TreeNode | undefined, key: string): TreeNode[] {
  const list = node?.[key];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** The strings of a list under a key. */
export function stringsAt(node: TreeNode, key: string): string[] {
  const list = node[key];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** The text under a key; empty if there is none. */
export function textAt(node: TreeNode, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** All nodes below and including this one, parents first. Below those that `enter` refuses it does not look. */
export function* descend(tree: Tree, enter: (node: TreeNode) => boolean = () => true): Generator<TreeNode> {
  if (Array.isArray(tree)) {
    for (const item of tree) yield* descend(item, enter);
  } else if (isNode(tree)) {
    yield tree;
    if (enter(tree)) for (const value of Object.values(tree)) yield* descend(value, enter);
  }
}

const queryTypes: ReadonlySet<string> = new Set([
  'SELECT_NODE',
  'SET_OPERATION_NODE',
  'RECURSIVE_CTE_NODE',
  'CTE_NODE',
]);

/** Whether a node is a query: a SELECT, a set operation, or a recursion. */
export function isQuery(node: TreeNode): boolean {
  return queryTypes.has(textAt(node, 'type'));
}

/** The nodes of a query that are not part of a query inside of it. */
export function* ownNodes(query: TreeNode): Generator<TreeNode> {
  const nodes = descend(query, (node) => node === query || !isQuery(node));
  for (const node of nodes) if (node === query || !isQuery(node)) yield node;
}

/** The CTEs of a query, in order: `key` is the name, `value` what it stands for. */
export function ctesOf(
  query: TreeNode,
): { readonly name: string; readonly body: TreeNode; readonly aliases: string[] }[] {
  return nodesAt(nodeAt(query, 'cte_map'), 'map').flatMap((entry) => {
    const value = nodeAt(entry, 'value');
    const body = value === undefined ? undefined : nodeAt(value, 'query', 'node');
    return value === undefined || body === undefined
      ? []
      : [{ name: textAt(entry, 'key'), body, aliases: stringsAt(value, 'aliases') }];
  });
}

/** Puts another node's content in place of this one's. */
export function replaceNode(target: TreeNode, source: TreeNode): void {
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, source);
}

/** A name as DuckDB compares it: it knows the case of the letters of ASCII alone, and `É` is not `é`. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A copy that shares nothing. */
export function copyTree<T extends Tree>(tree: T): T {
  return structuredClone(tree);
}
