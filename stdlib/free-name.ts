import type { Column } from '../compiler/types.ts';

/** A name for another column beside these: the one that is wanted, with `_` before it as often as it is taken. */
export function freeName(wanted: string, columns: readonly Column[]): string {
  return columns.some(({ name }) => name.toLowerCase() === wanted) ? freeName(`_${wanted}`, columns) : wanted;
}
