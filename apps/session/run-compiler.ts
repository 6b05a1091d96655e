import { compile, driveCompilation, type Compilation, type CompileRequest } from '../../compiler/compile.ts';
import { pipelineName } from '../../compiler/resolve/pipeline-name.ts';
import { parseDocument } from '../../grammar/parse-document.ts';
import { registry } from '../../stdlib/index.ts';
import type { Supply } from './kept-compilations.ts';

/** Compiles with the kinds of the standard library. The parser, the compiler and the kinds are loaded with this file. */
export function runCompiler(request: Omit<CompileRequest, 'registry'>, supply: Supply): Promise<Compilation> {
  return driveCompilation(compile({ ...request, registry }), supply);
}

/** What the pipeline of a file is called, also when it does not compile. */
export function findPipelineName(path: string, text: string): string {
  return pipelineName(parseDocument(path, text).value);
}
