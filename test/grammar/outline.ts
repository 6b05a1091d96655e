import { children, lineStarts, positionAt, type Node } from '../../grammar/index.ts';

/** A tree as text: a line for each node with its kind, its place, and what it says. */
export function outline(root: Node, text: string): string {
  const starts = lineStarts(text);
  const lines: string[] = [];
  const place = (offset: number): string => {
    const { line, column } = positionAt(starts, offset);
    return `${line}:${column}`;
  };
  const add = (node: Node, depth: number): void => {
    const told = Object.entries(node).filter(([key, value]) => !['kind', 'span'].includes(key) && typeof value !== 'object');
    const facts = told.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('');
    lines.push(`${'  '.repeat(depth)}${node.kind} ${place(node.span.start)}-${place(node.span.end)}${facts}`);
    children(node).forEach((child) => add(child, depth + 1));
  };
  add(root, 0);
  return `${lines.join('\n')}\n`;
}
