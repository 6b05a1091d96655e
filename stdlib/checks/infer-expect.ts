import type { JsonObject } from '../../compiler/json.ts';
import type { Inferred, InferContext } from '../../compiler/kinds/kind.ts';

/** What is checked, of a step's parameters. */
export interface Expectations {
  /** Inclusive; null: open. */
  readonly rows?: { readonly $range: readonly [number | null, number | null] };
  readonly not_null?: readonly { readonly $column: string }[];
}

/** A check reads the columns it names, and no others. */
export function inferExpect(context: InferContext): Inferred | undefined {
  const [input] = context.inputs;
  if (input?.kind !== 'value' || input.type.kind !== 'table') return undefined;
  const expectations = context.params as JsonObject & Expectations;
  if (expectations.rows === undefined && expectations.not_null === undefined) context.report('nothing-expected', context.span, {});
  const columns = [...new Set((expectations.not_null ?? []).map(({ $column }) => $column))].sort();
  return { type: { kind: 'check' }, reads: { [input.slot]: columns } };
}
