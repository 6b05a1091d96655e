import type { Recutting } from '../../compiler/kinds/kind.ts';
import { hasClasses, type SplitType } from '../../compiler/types.ts';

/** What holds one fold of a split's training rows out, of `folds`; they count from 1. */
export function foldOf(split: SplitType, { fold, folds }: { readonly fold: number; readonly folds: number }): Recutting {
  const target = hasClasses(split.task) ? [split.target.name] : [];
  const group = split.group ?? [];
  return {
    kind: 'fold',
    params: {
      fold,
      folds,
      ...(target[0] === undefined ? {} : { target: { $column: target[0] } }),
      ...(group.length === 0 ? {} : { group: group.map(($column) => ({ $column })) }),
    },
    columns: [...new Set([...target, ...group])].sort(),
  };
}
