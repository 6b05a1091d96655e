import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatDocument } from '../../../grammar/format-document.ts';
import { hasErrors, type Diagnostic } from '../../../grammar/index.ts';
import { parseDocument } from '../../../grammar/parse-document.ts';
import { readPipeline, unreadable } from '../../session/read-pipeline.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { findPipelines } from '../find-pipelines.ts';
import { diagnosticJson } from '../print-diagnostics.ts';
import { safeJson } from '../render/safe-json.ts';
import { count } from '../render/text.ts';
import { replaceFile } from '../write-file.ts';

/** `mlp fmt [FILE…] [--check]` */
export const fmt: RunCommand = async ({ flags, terminal, onInterrupt }, { args, options }) => {
  const check = options['check'] === true;
  const files = args.length > 0 ? args : await findPipelines(flags.folder);
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const changed: string[] = [];
  for (const file of files) {
    const path = resolve(flags.folder, file);
    // What is not text is never written back.
    const read = await readPipeline(path, file);
    if (!read.ok) {
      diagnostics.push(unreadable(file, read));
      continue;
    }
    const { text } = read;
    texts.set(file, text);
    const parsed = parseDocument(file, text);
    diagnostics.push(...parsed.diagnostics.filter(({ severity }) => severity === 'error'));
    if (hasErrors(parsed.diagnostics)) continue;
    const formatted = formatDocument(parsed.value, text);
    if (formatted === text) continue;
    changed.push(file);
    if (!check) await replaceFile({ path, shown: file, onInterrupt }, (temporary) => writeFile(temporary, formatted));
  }
  const textOf = (file: string): string | undefined => texts.get(file);
  if (flags.json) {
    const found = diagnostics.map((one) => diagnosticJson(one, textOf));
    terminal.print(safeJson({ files: files.length, changed, diagnostics: found }, 2));
    return diagnostics.length > 0 || (check && changed.length > 0) ? EXIT.wrong : EXIT.done;
  }
  if (!flags.quiet || check) for (const file of changed) terminal.print(file);
  if (diagnostics.length > 0) throw new Failure(diagnostics, { textOf });
  if (!flags.quiet) terminal.printError(outcome(files.length, changed.length, check));
  return check && changed.length > 0 ? EXIT.wrong : EXIT.done;
};

function outcome(files: number, changed: number, check: boolean): string {
  if (files === 0) return 'there are no .mlp files here';
  if (changed === 0) return `${count(files, 'file')}, all laid out`;
  return check ? `${changed} of ${count(files, 'file')} would change` : `${changed} of ${count(files, 'file')} changed`;
}
