import type { Document } from '../../grammar/index.ts';

/** What a pipeline is called: by its block, or by its file. */
export function pipelineName(document: Document): string {
  const block = document.items.find((item) => item.kind === 'pipeline');
  return block?.name.text ?? document.span.file.replace(/^.*[\\/]/, '').replace(/\.mlp$/, '');
}
