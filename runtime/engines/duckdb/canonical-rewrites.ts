import { canonicalJson } from '../../../compiler/json.ts';
import { calledFunction } from './sql-functions.ts';
import { isNode, nodesAt, textAt, type Tree, type TreeNode } from './tree.ts';

/** A change of a node, whose parts are changed already, into another that means the same. */
type Rewrite = (node: TreeNode) => TreeNode;

const rewrites: readonly Rewrite[] = [sortConjunction, directComparison];

/** Applies every rewrite to every node, from the leaves up. */
export function rewriteCanonical(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(rewriteCanonical);
  if (!isNode(tree) || isLiteral(tree)) return tree;
  const node = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, rewriteCanonical(value)]));
  return rewrites.reduce((changed, rewrite) => rewrite(changed), node);
}

/**
 * Whether more than the value of what is below counts: the text of expressions becomes data in `alias(a > 3)` and in the
 * columns that a PIVOT makes, and TRY tells whether any of them failed.
 */
function isLiteral(node: TreeNode): boolean {
  return node['type'] === 'PIVOT' || node['type'] === 'OPERATOR_TRY' || calledFunction(node) === 'alias';
}

/**
 * `b AND a` is `a AND b`; OR likewise. Both are false, true or null by their operands alone, in whatever order: what an
 * order can change is whether an operand that fails (`CAST(s AS INTEGER) > 2`) is looked at, and that DuckDB chooses by
 * itself while it runs, by what it has seen of the rows. A query that succeeded in one order has the one result that it
 * can have in any.
 */
function sortConjunction(node: TreeNode): TreeNode {
  if (node['class'] !== 'CONJUNCTION') return node;
  return { ...node, children: sorted(nodesAt(node, 'children')) };
}

const mirrored: Readonly<Record<string, string>> = {
  COMPARE_GREATERTHAN: 'COMPARE_LESSTHAN',
  COMPARE_GREATERTHANOREQUALTO: 'COMPARE_LESSTHANOREQUALTO',
};

const symmetric = /^COMPARE_(EQUAL|NOTEQUAL|DISTINCT_FROM|NOT_DISTINCT_FROM)$/;

/** `a > b` is `b < a`, and `b = a` is `a = b`. */
function directComparison(node: TreeNode): TreeNode {
  const { left, right } = node;
  if (node['class'] !== 'COMPARISON' || left === undefined || right === undefined) return node;
  const type = textAt(node, 'type');
  const mirror = mirrored[type];
  if (mirror !== undefined) return { ...node, type: mirror, left: right, right: left };
  if (!symmetric.test(type)) return node;
  const [first = null, second = null] = sorted([left, right]);
  return { ...node, left: first, right: second };
}

function sorted<T extends Tree>(operands: readonly T[]): T[] {
  const spelled = operands.map((operand) => ({ operand, text: canonicalJson(operand) }));
  return spelled.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)).map(({ operand }) => operand);
}
