import { hasErrors, type Diagnostic } from '../../../grammar/index.ts';
import type { RunCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { diagnosticsJson, printDiagnostics } from '../print-diagnostics.ts';
import { count } from '../render/text.ts';

/** `mlp check FILE…` */
export const check: RunCommand = ({ flags, terminal, withSession }, { args }) =>
  withSession(async (session) => {
    const diagnostics: Diagnostic[] = [];
    const texts = new Map<string, string>();
    for (const file of args) {
      const compiled = await session.compile(file);
      diagnostics.push(...compiled.diagnostics);
      for (const place of placesOf(compiled.diagnostics)) {
        const text = compiled.textOf(place);
        if (text !== undefined) texts.set(place, text);
      }
    }
    const textOf = (file: string): string | undefined => texts.get(file);
    if (flags.json) terminal.print(diagnosticsJson(diagnostics, textOf));
    else {
      printDiagnostics(diagnostics, textOf, terminal);
      if (!flags.quiet) terminal.print(verdict(args.length, diagnostics));
    }
    return hasErrors(diagnostics) ? EXIT.wrong : EXIT.done;
  });

/** The files that diagnostics point into. */
function placesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.flatMap(({ span, related = [] }) => [span, ...related.map((one) => one.span)].flatMap((one) => (one === undefined ? [] : [one.file])));
}

function verdict(files: number, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const found = [...(errors > 0 ? [count(errors, 'error')] : []), ...(warnings > 0 ? [count(warnings, 'warning')] : [])];
  return `${count(files, 'file')} checked${found.length === 0 ? '' : `: ${found.join(', ')}`}`;
}
