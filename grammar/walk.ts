import type { Node } from './ast.ts';

/** The nodes directly below a node, in the order of the text. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'document':
      return node.items;
    case 'pipeline':
      return [node.name, node.body];
    case 'param':
      return [node.name, ...present(node.type), ...present(node.value)];
    case 'import':
      return [...node.names, node.from];
    case 'imported-name':
      return [node.name, ...present(node.alias)];
    case 'declaration':
      return [node.keyword, node.name, node.call, ...present(node.body)];
    case 'for':
      return [node.variable, node.over, ...node.items];
    case 'test':
      return [node.title, ...node.clauses];
    case 'test-clause':
      return [node.table, node.rows];
    case 'string':
      return node.pieces;
    case 'interpolation':
    case 'member':
      return [node.name];
    case 'reference':
      return [node.name, ...node.path];
    case 'index':
      return [node.key];
    case 'call':
      return [node.name, ...node.args, ...node.named];
    case 'optional':
      return [node.inner];
    case 'range':
      return [...present(node.low), ...present(node.high)];
    case 'list':
      return node.items;
    case 'record':
      return node.entries;
    case 'entry':
      return [node.key, node.value];
    case 'comment':
    case 'word':
    case 'number':
    case 'text':
    case 'boolean':
    case 'none':
    case 'word-value':
    case 'each':
    case 'key':
      return [];
  }
}

/** Calls `visit` for a node and all below it, parents first; what is below a node for which it returns false is left out. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => boolean | void): void {
  const enter = (at: Node, parents: readonly Node[]): void => {
    if (visit(at, parents) === false) return;
    const below = children(at);
    if (below.length > 0) below.forEach((child) => enter(child, [...parents, at]));
  };
  enter(node, []);
}

function present<T>(node: T | undefined): T[] {
  return node === undefined ? [] : [node];
}
