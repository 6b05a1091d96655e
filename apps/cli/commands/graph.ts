import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { asText } from '../flags.ts';
import { failure } from '../failure.ts';
import { graphOf, type Graph } from '../graph/graph.ts';
import { renderDot } from '../graph/render-dot.ts';
import { renderMermaid } from '../graph/render-mermaid.ts';
import { openPlan } from '../open-plan.ts';
import { safeJson } from '../render/safe-json.ts';
import { count } from '../render/text.ts';
import { replaceFile } from '../write-file.ts';

type Render = (graph: Graph) => string | Promise<string>;

const RENDERERS: Readonly<Record<string, Render>> = {
  '.svg': async (graph) => (await import('../graph/render-svg.ts')).renderSvg(graph),
  '.mmd': renderMermaid,
  '.dot': renderDot,
};

/** `mlp graph FILE [-o OUT]`: without OUT, Mermaid on standard output, to be piped or put into Markdown. */
export const graph: RunCommand = async (context, { args: [file = ''], options }) => {
  const out = asText(options['out']);
  const render = out === undefined ? renderMermaid : rendererOf(out);
  return context.withSession(async (session) => {
    const { flags, terminal } = context;
    const { preview } = await openPlan(session, file, context);
    const picture = graphOf(preview);
    if (out !== undefined) {
      const text = await render(picture);
      await replaceFile({ path: resolve(flags.folder, out), shown: out, onInterrupt: context.onInterrupt }, (temporary) => writeFile(temporary, text));
    }
    if (flags.json) terminal.print(safeJson({ ...picture, ...(out === undefined ? {} : { file: out }) }, 2));
    else if (out === undefined) terminal.print((await render(picture)).trimEnd());
    else if (!flags.quiet) terminal.print(`${out}: ${count(picture.nodes.length, 'step')}`);
    return EXIT.done;
  });
};

function rendererOf(out: string): Render {
  const extension = extname(out).toLowerCase();
  const render = RENDERERS[extension];
  if (render !== undefined) return render;
  throw failure('not-exportable', { name: 'the graph', what: 'a picture', extension, fitting: Object.keys(RENDERERS) });
}
