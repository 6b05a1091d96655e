import type { Span } from '../span.ts';
import { catalogue, type Code, type Parameters } from './catalogue.ts';
import type { CatalogueEntry, Severity } from './entry.ts';

export type { Severity } from './entry.ts';

/** Something a person should know about their pipeline, in their terms, with its place. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  /** Absent only where no place in a file is to blame: a missing Python, a full disk. */
  readonly span?: Span;
  readonly hint?: string;
  readonly related?: readonly Related[];
}

/** Another place that explains a diagnostic, and what is to be seen there. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** What phases return: never a throw on a user's input. */
export interface Checked<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Makes a diagnostic from the catalogue's entry of this code. */
export function diagnose<C extends Code>(
  code: C,
  span: Span | undefined,
  parameters: Parameters<C>,
  related: readonly Related[] = [],
): Diagnostic {
  const entry = catalogue[code] as CatalogueEntry<Parameters<C>>;
  const hint = entry.hint?.(parameters);
  return {
    code,
    severity: entry.severity,
    message: entry.message(parameters),
    ...(span === undefined ? {} : { span }),
    ...(hint === undefined ? {} : { hint }),
    ...(related.length === 0 ? {} : { related }),
  };
}

/** Whether any of them stops a plan from being made. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
