import { readFile, stat } from 'node:fs/promises';

/** The text of a pipeline file, or why there is none. */
export type ReadPipeline = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string; readonly missing: boolean };

/** Reads a file that should hold a pipeline. */
export async function readPipeline(path: string): Promise<ReadPipeline> {
  try {
    if ((await stat(path)).isDirectory()) return { ok: false, reason: 'it is a folder', missing: false };
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, reason: 'it is not UTF-8 text', missing: false };
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : String(code ?? error);
    return { ok: false, reason, missing: code === 'ENOENT' };
  }
}
