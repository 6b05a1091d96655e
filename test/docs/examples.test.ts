import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileText, PROJECT } from '../support/compile.ts';

const pages = [
  'README.md',
  ...readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('reference'))
    .map((name) => join('docs', name)),
];

/** The pipelines of a page: a page tells one in pieces; a piece that begins with a `pipeline` of its own starts another. */
function pipelinesOf(markdown: string): string[] {
  const pieces = [...markdown.matchAll(/^```mlp\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return pieces.reduce<string[]>((whole, piece) => {
    const starts = /^pipeline /m.test(piece) || whole.length === 0;
    return starts ? [...whole, piece] : [...whole.slice(0, -1), `${whole.at(-1) ?? ''}\n${piece}`];
  }, []);
}

describe.each(pages)('%s', (name) => {
  const pipelines = pipelinesOf(readFileSync(join(PROJECT, name), 'utf8'));
  if (pipelines.length === 0) {
    it('shows no pipeline', () => expect(pipelines).toEqual([]));
    return;
  }
  it.each(pipelines.map((text, index) => [index + 1, text] as const))('pipeline %i compiles without a warning', async (_number, text) => {
    const { diagnostics } = await compileText(text, { folder: join(PROJECT, 'test/docs/data') });
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });
});
