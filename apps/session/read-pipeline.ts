import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { diagnose, nearest, type Diagnostic } from '../../grammar/diagnostics/index.ts';

/** The text of a pipeline file, or why there is none, with the way out where one is known. */
export type ReadPipeline = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string; readonly hint?: string };

/** Formats of data by the ends of their files' names: what a source reads. */
const SOURCES: Readonly<Record<string, string>> = { '.csv': 'csv', '.tsv': 'csv', '.json': 'json', '.ndjson': 'ndjson', '.jsonl': 'ndjson', '.parquet': 'parquet', '.arrow': 'arrow', '.feather': 'arrow' };

/** Reads a file that should hold a pipeline. `shown` is the path as the user wrote it. */
export async function readPipeline(path: string, shown: string): Promise<ReadPipeline> {
  const source = SOURCES[extname(path.replace(/\.(gz|zst)$/i, '')).toLowerCase()];
  try {
    if ((await stat(path)).isDirectory()) return { ok: false, reason: 'it is a folder', ...(await similarTo(`${path}.mlp`, shown)) };
    if (source !== undefined) return { ok: false, reason: 'it holds data, not a pipeline', hint: `a pipeline names it: \`source rows = ${source}("${shown}")\`` };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, reason: 'it is not UTF-8 text' };
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { ok: false, reason: 'there is no such file', ...(await similarTo(path, shown)) };
    return { ok: false, reason: code === 'EACCES' ? 'it may not be read' : code === 'ENOTDIR' ? 'a part of its path is no folder' : String(code ?? error) };
  }
}

/** Says why a file cannot be read as a pipeline. */
export function unreadable(file: string, { reason, hint }: Extract<ReadPipeline, { ok: false }>): Diagnostic {
  return diagnose('pipeline-unreadable', undefined, { file, reason, hint });
}

/** Pipelines that are named where none is called nearly so. */
const NAMED = 3;

/** The pipeline beside a file that was not found whose name is nearest; without one, those that are there. */
async function similarTo(path: string, shown: string): Promise<{ readonly hint?: string }> {
  const pipelines = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.endsWith('.mlp') && name !== '.mlp').sort();
  const wanted = basename(path);
  const similar = pipelines.find((name) => name === `${wanted}.mlp`) ?? nearest(wanted, pipelines);
  const written = (name: string): string => `\`${shown.slice(0, shown.length - basename(shown).length)}${name}\``;
  if (similar !== undefined) return { hint: `did you mean ${written(similar)}?` };
  if (pipelines.length === 0) return {};
  const others = pipelines.length - NAMED;
  return { hint: `there ${pipelines.length === 1 ? 'is' : 'are'} ${pipelines.slice(0, NAMED).map(written).join(', ')}${others > 0 ? ` and ${others} more` : ''}` };
}
