import { clean } from '../render/text.ts';
import type { Graph, GraphNode } from './graph.ts';
import { STATE_WORDS } from './render-mermaid.ts';

const SHAPES: Readonly<Record<GraphNode['shape'], string>> = { source: 'cylinder', check: 'hexagon', split: 'parallelogram', step: 'box' };
const LOOKS: Readonly<Record<GraphNode['state'], string>> = {
  cached: 'color="#57606a"',
  run: 'color="#1a7f37", penwidth=3',
  maybe: 'color="#9a6700", style=dashed',
};

/** A graph for Graphviz. */
export function renderDot({ pipeline, nodes, edges }: Graph): string {
  const steps = nodes.map(
    ({ name, kind, shape, state, status }) =>
      `  ${quote(name)} [label="${escape(name)}\\n${escape(kind)}\\n${STATE_WORDS[state]}", shape=${SHAPES[shape]}, ${LOOKS[state]}, tooltip=${quote(status)}];`,
  );
  const flows = edges.map(({ from, to, kind, flows: labels }) => `  ${quote(from)} -> ${quote(to)} [${kind === 'check' ? 'style=dashed, ' : ''}edgetooltip=${quote(labels.join('; '))}];`);
  return `${[`digraph ${quote(pipeline)} {`, '  rankdir=LR;', '  node [fontname="monospace"];', ...steps, ...flows, '}'].join('\n')}\n`;
}

function quote(text: string): string {
  return `"${escape(text)}"`;
}

function escape(text: string): string {
  return clean(text).replace(/["\\]/g, (character) => `\\${character}`);
}
