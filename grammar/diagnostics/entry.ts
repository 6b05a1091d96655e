/** An error stops a plan from being made; a warning does not. */
export type Severity = 'error' | 'warning';

/** One kind of diagnostic: its wording is here and nowhere else. */
export interface CatalogueEntry<P> {
  readonly severity: Severity;
  readonly message: (parameters: P) => string;
  /** The way out; `undefined` where none is known for these parameters. */
  readonly hint?: (parameters: P) => string | undefined;
}

/** Types an entry by its parameters; the body is the entry itself. */
export function entry<P>(value: CatalogueEntry<P>): CatalogueEntry<P> {
  return value;
}
