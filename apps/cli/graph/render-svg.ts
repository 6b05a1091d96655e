import { clean, displayWidth, truncateMiddle } from '../render/text.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { STATE_WORDS } from './render-mermaid.ts';

/** In pixels, for a monospaced font of 13. */
const CELL = 7.9;
const HEIGHT = 58;
const PADDING = 18;
const MARGIN = 16;

/** Longer names are cut in the middle; the whole name is shown on hover. */
const LONGEST = 30;

/** A picture that needs nothing else: its colours follow the reader's, and states are words and borders too. */
export async function renderSvg(graph: Graph): Promise<string> {
  const { nodes, edges, width, height } = await layOut(graph);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(`the pipeline ${graph.pipeline}`)}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" class="tip"/></marker></defs>',
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...edges.map(renderEdge),
    ...nodes.map(renderNode),
    '</svg>',
    '',
  ].join('\n');
}

interface Colours {
  readonly page: string;
  readonly box: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
  readonly run: string;
  readonly maybe: string;
}

const LIGHT: Colours = { page: '#fff', box: '#f6f8fa', line: '#8c959f', text: '#1f2328', quiet: '#57606a', run: '#1a7f37', maybe: '#9a6700' };
const DARK: Colours = { page: '#0d1117', box: '#161b22', line: '#6e7681', text: '#e6edf3', quiet: '#9198a1', run: '#3fb950', maybe: '#d29922' };

/** Plain rules, no variables: some viewers know none. */
const STYLE = [
  'text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}.name{font-weight:600}',
  '.box{stroke-width:1.2}.run .box{stroke-width:2.6}.maybe .box{stroke-width:1.8;stroke-dasharray:6 3}',
  '.edge{fill:none;stroke-width:1.4;marker-end:url(#end)}.check .edge{stroke-dasharray:3 4}.hit{fill:none;stroke:none;stroke-width:12;pointer-events:stroke}',
  colourRules(LIGHT),
  `@media (prefers-color-scheme:dark){${colourRules(DARK)}}`,
].join('');

function colourRules({ page, box, line, text, quiet, run, maybe }: Colours): string {
  return [
    `.page{fill:${page}}.tip{fill:${line}}.edge{stroke:${line}}g:hover>.edge{stroke:${text}}`,
    `text{fill:${text}}.kind,.cached .state{fill:${quiet}}.run .state{fill:${run}}.maybe .state{fill:${maybe}}`,
    `.box{fill:${box};stroke:${line}}.run .box{stroke:${run}}.maybe .box{stroke:${maybe}}`,
  ].join('');
}

interface Placed {
  readonly nodes: readonly { readonly node: GraphNode; readonly x: number; readonly y: number; readonly width: number }[];
  readonly edges: readonly { readonly edge: GraphEdge; readonly points: readonly Point[] }[];
  readonly width: number;
  readonly height: number;
}

/** What is used of the layout library, whose own types do not resolve in ES modules. */
interface Dagre {
  readonly Graph: new () => Layered;
  readonly layout: (graph: Layered) => void;
}

interface Layered {
  setGraph(settings: Readonly<Record<string, string | number>>): this;
  setDefaultEdgeLabel(label: () => object): this;
  setNode(name: string, size: { readonly width: number; readonly height: number }): this;
  setEdge(from: string, to: string): this;
  node(name: string): Point & { readonly width: number };
  edge(from: string, to: string): { readonly points: readonly Point[] };
  graph(): { readonly width?: number; readonly height?: number };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

async function layOut({ nodes, edges }: Graph): Promise<Placed> {
  const { Graph, layout } = (await import('@dagrejs/dagre')) as unknown as Dagre;
  const layered = new Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 56, marginx: MARGIN, marginy: MARGIN });
  layered.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) layered.setNode(node.name, { width: widthOf(node), height: HEIGHT });
  for (const { from, to } of edges) layered.setEdge(from, to);
  layout(layered);
  const round = (number: number): number => Math.round(number * 10) / 10;
  const placeOf = (name: string): { readonly x: number; readonly y: number; readonly width: number } => {
    const { x, y, width } = layered.node(name);
    return { x: round(x - width / 2), y: round(y - HEIGHT / 2), width: round(width) };
  };
  const pointsOf = ({ from, to }: GraphEdge): Point[] => layered.edge(from, to).points.map(({ x, y }) => ({ x: round(x), y: round(y) }));
  // Of no steps there is no size.
  const { width = 0, height = 0 } = layered.graph();
  return {
    nodes: nodes.map((node) => ({ node, ...placeOf(node.name) })),
    edges: edges.map((edge) => ({ edge, points: pointsOf(edge) })),
    width: Math.ceil(width),
    height: Math.ceil(height),
  };
}

/** The two lines of a step: its name, and what it is with its state. */
function linesOf({ name, kind, state }: GraphNode): { readonly name: string; readonly kind: string; readonly state: string } {
  return { name: truncateMiddle(clean(name), LONGEST), kind: truncateMiddle(clean(kind), LONGEST), state: STATE_WORDS[state] };
}

function widthOf(node: GraphNode): number {
  const { name, kind, state } = linesOf(node);
  return Math.max(displayWidth(name), displayWidth(kind) + 2 + displayWidth(state)) * CELL + 2 * PADDING;
}

function renderNode({ node, x, y, width }: Placed['nodes'][number]): string {
  const { name, kind, state } = linesOf(node);
  const title = [`${node.name} = ${node.kind}`, node.status, ...(node.doc === undefined ? [] : [node.doc])].join('\n');
  return [
    `<g class="${node.state}" transform="translate(${x} ${y})"><title>${escape(title)}</title>`,
    `<path class="box" d="${OUTLINES[node.shape](width)}"/>`,
    `<text class="name" x="${PADDING}" y="25">${escape(name)}</text>`,
    `<text x="${PADDING}" y="44"><tspan class="kind">${escape(kind)}</tspan><tspan class="state" dx="${CELL * 2}">${state}</tspan></text></g>`,
  ].join('');
}

/** Rounded ends for sources, points for checks, a slant for splits. */
const OUTLINES: Readonly<Record<GraphNode['shape'], (w: number) => string>> = {
  source: (w) => `M16 0H${w - 16}A16 ${HEIGHT / 2} 0 0 1 ${w - 16} ${HEIGHT}H16A16 ${HEIGHT / 2} 0 0 1 16 0Z`,
  check: (w) => `M12 0H${w - 12}L${w} ${HEIGHT / 2} ${w - 12} ${HEIGHT}H12L0 ${HEIGHT / 2}Z`,
  split: (w) => `M12 0H${w}L${w - 12} ${HEIGHT}H0Z`,
  step: (w) => `M6 0H${w - 6}Q${w} 0 ${w} 6V${HEIGHT - 6}Q${w} ${HEIGHT} ${w - 6} ${HEIGHT}H6Q0 ${HEIGHT} 0 ${HEIGHT - 6}V6Q0 0 6 0Z`,
};

function renderEdge({ edge, points }: Placed['edges'][number]): string {
  const path = curve(points);
  const title = [`${edge.from} → ${edge.to}`, ...edge.flows].join('\n');
  return `<g class="${edge.kind}"><title>${escape(title)}</title><path class="edge" d="${path}"/><path class="hit" d="${path}"/></g>`;
}

/** Through the first and last point, bent towards those between. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  const bends = rest.map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 1 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `M${first.x} ${first.y}${bends.length === 0 ? `L${last.x} ${last.y}` : bends.join('')}`;
}

/** Text for XML, without characters that it cannot have; line breaks stay. */
function escape(text: string): string {
  const safe = text.split('\n').map(clean).join('\n');
  return safe.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
