import { describe, expect, it } from 'vitest';
import { graphOf, type Graph } from '../../apps/cli/graph/graph.ts';
import { renderDot } from '../../apps/cli/graph/render-dot.ts';
import { renderMermaid } from '../../apps/cli/graph/render-mermaid.ts';
import { renderSvg } from '../../apps/cli/graph/render-svg.ts';
import { edited } from './example.ts';
import { runFake } from './fake.ts';
import { expectGolden } from './golden.ts';

const hostile = ['a "quoted" <b>&amp;</b>', 'back\\slash #1; `x`', 'line\nbreak \u0007 \u001b[31m', '日本語の名前 é 😀', 'regions["eu-west"]', 'a'.repeat(200), '--> {{x}} %% end'];
const hostileGraph: Graph = {
  pipeline: 'p"<&',
  nodes: hostile.map((name, index) => ({ name, kind: 'sql', shape: (['source', 'check', 'split', 'step'] as const)[index % 4] ?? 'step', state: 'run', status: `run: ${name}` })),
  edges: hostile.slice(1).map((to, index) => ({ from: hostile[index] ?? '', to, kind: 'data', flows: [`${to}: <x>, "y"`] })),
};

/** Fails unless every element is closed in its turn and every attribute is quoted: what an XML parser asks for. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = xml.slice(at, match.index);
    expect(between).not.toMatch(/[<]|&(?!#\d+;)/);
    const [whole, closing, name = '', , empty] = match;
    at = match.index + whole.length;
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (empty !== '/') open.push(name);
  }
  expect(xml.slice(at).trim()).toBe('');
  expect(open).toEqual([]);
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
}

describe('pictures of a pipeline', () => {
  it.each([
    ['graph.svg', renderSvg],
    ['graph.mmd', renderMermaid],
    ['graph.dot', renderDot],
  ])('%s', async (name, render) => {
    expectGolden(name, (await render(graphOf(edited))).trimEnd().split('\n'));
  });

  it('SVG is well-formed, whatever the steps are called, and shows every name and state', async () => {
    const svg = await renderSvg(hostileGraph);
    expectWellFormed(svg);
    expect(svg.match(/<g class="run"/g)).toHaveLength(hostile.length);
    expect(svg).toContain('日本語の名前');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('SVG places steps beside each other: none lies on another', async () => {
    const svg = await renderSvg(graphOf(edited));
    const boxes = [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)"><title>.*?<path class="box" d="[^"]*?H([\d.]+)/gs)].map(([, x, y, width]) => ({ x: Number(x), y: Number(y), width: Number(width) }));
    expect(boxes).toHaveLength(edited.steps.length);
    const overlap = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => one.x < other.x + other.width && other.x < one.x + one.width && Math.abs(one.y - other.y) < 58));
    expect(overlap).toEqual([]);
  });

  it('Mermaid and DOT leave no quote or line break of a name in the text', () => {
    for (const line of renderMermaid(hostileGraph).split('\n').filter((one) => one.includes(':::'))) expect(line.match(/"/g)).toHaveLength(2);
    expect(renderMermaid(hostileGraph).split('\n').filter((line) => line.includes(':::'))).toHaveLength(hostile.length);
    for (const line of renderDot(hostileGraph).split('\n').filter((one) => one.includes('shape='))) expect(line.replace(/\\./g, '').match(/"/g)?.length).toBe(8);
  });
});

describe('mlp graph', () => {
  it('prints Mermaid, and as JSON what a picture is made of', async () => {
    expect((await runFake(['graph', 'f.mlp'], { preview: edited })).out).toMatch(/^flowchart LR\n {2}s0/);
    expect((await runFake(['graph', 'f.mlp', '--json'], { preview: edited })).json()).toMatchObject({ pipeline: 'flights_delay', nodes: expect.arrayContaining([expect.objectContaining({ name: 'gbm', state: 'run' })]) as unknown });
  });

  it('names the forms that it can write', async () => {
    const { code, err } = await runFake(['graph', 'f.mlp', '-o', 'out.png'], { preview: edited });
    expect(code).toBe(1);
    expect(err).toMatch(/`\.png`\n.*`\.svg`, `\.mmd`, `\.dot`/);
    expect((await runFake(['graph', 'f.mlp', '-o', 'nowhere/out.svg'], { preview: edited })).err).toMatch(/there is no folder nowhere/);
    expect((await runFake(['grpah', 'f.mlp'])).err).toMatch(/did you mean `graph`\?/);
  });
});
