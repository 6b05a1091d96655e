import { compile, driveCompilation, type Compilation, type CompileRequest } from '../../compiler/compile.ts';
import type { Groundwork } from '../../compiler/incremental/groundwork.ts';
import { recompile } from '../../compiler/incremental/recompile.ts';
import { pipelineName } from '../../compiler/resolve/pipeline-name.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { registry } from '../../stdlib/index.ts';
import type { Supply } from './kept-compilations.ts';

/**
 * Compiles with the kinds of the standard library: what has changed since the groundwork was laid, or all. The parser,
 * the compiler and the kinds are loaded with this file.
 */
export async function runCompiler(given: Omit<CompileRequest, 'registry'>, supply: Supply, groundwork?: Groundwork): Promise<Compilation> {
  const request = { ...given, registry };
  const changed = groundwork === undefined ? undefined : await driveCompilation(recompile(request, groundwork), supply);
  return changed ?? driveCompilation(compile(request), supply);
}

/** What the pipeline of a file is called, also when it does not compile. */
export function findPipelineName(path: string, text: string): string {
  return pipelineName(parseDocument(path, text).value);
}
