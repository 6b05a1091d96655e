import { clean } from '../render/text.ts';
import type { Graph, GraphNode } from './graph.ts';

/** The words of the states, which pictures show beside their colours. */
export const STATE_WORDS = { cached: '✓ cached', run: '▸ run', maybe: '? may run' } as const satisfies Record<GraphNode['state'], string>;

const BRACKETS: Readonly<Record<GraphNode['shape'], readonly [open: string, close: string]>> = {
  source: ['[(', ')]'],
  check: ['{{', '}}'],
  split: ['[/', '/]'],
  step: ['(', ')'],
};

/** A flowchart for Mermaid, as GitHub and others show it in Markdown. */
export function renderMermaid({ nodes, edges }: Graph): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `s${index}`]));
  const lines = nodes.map(({ name, kind, shape, state }) => {
    const [open, close] = BRACKETS[shape];
    return `  ${ids.get(name)}${open}"${[name, kind, STATE_WORDS[state]].map(escape).join('<br>')}"${close}:::${state}`;
  });
  const arrows = edges.map(({ from, to, kind }) => `  ${ids.get(from)} ${kind === 'check' ? '-.->' : '-->'} ${ids.get(to)}`);
  const styles = ['  classDef cached stroke:#57606a', '  classDef run stroke:#1a7f37,stroke-width:3px', '  classDef maybe stroke:#9a6700,stroke-dasharray:6 3'];
  return `${['flowchart LR', ...lines, ...arrows, ...styles].join('\n')}\n`;
}

/** Mermaid writes characters that mean something to it as `#code;`. */
function escape(text: string): string {
  return clean(text).replace(/["#&<>`\\]/g, (character) => `#${character.codePointAt(0)};`);
}
