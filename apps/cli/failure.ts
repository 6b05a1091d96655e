import { diagnose, type Code, type Diagnostic, type Parameters } from '../../grammar/diagnostics/index.ts';
import { EXIT } from './exit-codes.ts';

/** The text of a file that a diagnostic points into. */
export type TextOf = (file: string) => string | undefined;

/** Ends a command with what is wrong, in the user's terms. */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: number;
  readonly textOf: TextOf;
  /** What programs get beside the diagnostics. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(diagnostics: readonly Diagnostic[], options: { readonly exitCode?: number; readonly textOf?: TextOf; readonly facts?: Readonly<Record<string, unknown>> } = {}) {
    super(diagnostics.map(({ message }) => message).join('\n'));
    this.name = 'Failure';
    this.diagnostics = diagnostics;
    this.exitCode = options.exitCode ?? EXIT.wrong;
    this.facts = options.facts ?? {};
    this.textOf = options.textOf ?? (() => undefined);
  }
}

/** A failure that is one diagnostic with no place in a file. */
export function failure<C extends Code>(code: C, parameters: Parameters<C>): Failure {
  return new Failure([diagnose(code, undefined, parameters)]);
}
