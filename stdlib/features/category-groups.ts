import type { FittedCategory } from './fitted.ts';

/*
 * Raw codes of a category, as they are read: the index of the value's text among the levels, the number of levels for a
 * value that was never seen, one more for a missing value.
 */

/** The raw code of a value that no training row has. */
export function unseenCode({ levels }: Pick<FittedCategory, 'levels'>): number {
  return levels.length;
}

/** The raw code of a missing value. */
export function missingRawCode({ levels }: Pick<FittedCategory, 'levels'>): number {
  return levels.length + 1;
}

/** The group of each raw code after imputing: a level, the number of levels for a missing value, or −1 for an unseen one. */
export function groupsOf({ levels, impute }: Pick<FittedCategory, 'levels' | 'impute'>): Int32Array {
  const groups = Int32Array.from({ length: levels.length + 2 }, (_, code) => code);
  groups[levels.length] = -1;
  groups[missingRawCode({ levels })] = impute === undefined ? levels.length : levels.indexOf(impute);
  return groups;
}
