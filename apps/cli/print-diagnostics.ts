import { lineStarts, positionAt, renderDiagnostic, type Diagnostic, type Span } from '../../grammar/diagnostics/index.ts';
import type { Failure, TextOf } from './failure.ts';
import { safeJson } from './render/safe-json.ts';
import type { Paint } from './render/text.ts';
import type { Terminal } from './terminal.ts';

/** A diagnostic as programs get it: lines and columns from 1. */
export function diagnosticJson(diagnostic: Diagnostic, textOf: TextOf): Record<string, unknown> {
  const { code, severity, message, span, hint, related } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(span === undefined ? {} : placeJson(span, textOf)),
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related: related.map((one) => ({ message: one.message, ...placeJson(one.span, textOf) })) }),
  };
}

function placeJson({ file, start, end }: Span, textOf: TextOf): Record<string, unknown> {
  const text = textOf(file);
  if (text === undefined) return { file };
  const starts = lineStarts(text);
  return { file, start: positionAt(starts, start), end: positionAt(starts, end) };
}

/** `{"diagnostics": […]}`, and what else there is to tell. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], textOf: TextOf, facts: Readonly<Record<string, unknown>> = {}): string {
  return safeJson({ diagnostics: diagnostics.map((one) => diagnosticJson(one, textOf)), ...facts }, 2);
}

/** Diagnostics for people, each with the line that it points at, an empty line between them. */
export function diagnosticLines(diagnostics: readonly Diagnostic[], textOf: TextOf, paint: Paint): string[] {
  const colours = {
    error: (text: string) => paint('bold', paint('red', text)),
    warning: (text: string) => paint('bold', paint('yellow', text)),
    hint: (text: string) => paint('cyan', text),
    dim: (text: string) => paint('dim', text),
    bold: (text: string) => paint('bold', text),
  };
  return diagnostics.flatMap((diagnostic, index) => [...(index === 0 ? [] : ['']), renderDiagnostic(diagnostic, textOf, colours).trimEnd()]);
}

/** Prints what ended a command: under `--json` on standard output, else on standard error. */
export function printFailure(failure: Failure, terminal: Terminal, json: boolean): void {
  const { diagnostics, textOf, facts } = failure;
  if (json) terminal.print(diagnosticsJson(diagnostics, textOf, facts));
  else for (const line of diagnosticLines(diagnostics, textOf, terminal.paintError)) terminal.printError(line);
}

/** Prints diagnostics that do not end a command on standard error. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], textOf: TextOf, terminal: Terminal): void {
  for (const line of diagnosticLines(diagnostics, textOf, terminal.paintError)) terminal.printError(line);
  if (diagnostics.length > 0) terminal.printError('');
}
