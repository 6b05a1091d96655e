import type { PartRef, SplitType } from '../types.ts';

/** Splits by the name of their step, with what is needed to see whether two share rows. */
export type Splits = ReadonlyMap<string, SplitType>;

/** The union of sets of parts, each part once, in a fixed order. */
export function unionParts(...sets: readonly (readonly PartRef[])[]): PartRef[] {
  const byName = new Map(sets.flat().map((ref) => [`${ref.split}.${ref.part}`, ref]));
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
}

/**
 * The member of a set that holds rows of a part: that part itself, or any part of another split whose table shares rows
 * with this one's, because then nobody knows which rows.
 */
export function sharing(set: readonly PartRef[], part: PartRef, splits: Splits): PartRef | undefined {
  return set.find((member) => {
    if (member.split === part.split) return member.part === part.part;
    const sources = splits.get(part.split)?.sources ?? [];
    return splits.get(member.split)?.sources.some((source) => sources.includes(source)) ?? false;
  });
}
