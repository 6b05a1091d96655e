import type { PartName, PartRef, SplitType } from '../types.ts';

/** A part of a split, as provenance names it. */
export function partRef({ step, sources }: SplitType, part: PartName): PartRef {
  return { split: step, part, sources };
}

/** The union of sets of parts, each part once, in a fixed order. */
export function unionParts(...sets: readonly (readonly PartRef[])[]): PartRef[] {
  const byName = new Map(sets.flat().map((ref) => [`${ref.split}.${ref.part}`, ref]));
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref);
}

/**
 * The member of a set that holds rows of a part: that part itself, or any part of another split whose table shares rows
 * with this one's, because then nobody knows which rows.
 */
export function sharing(set: readonly PartRef[], part: PartRef): PartRef | undefined {
  return set.find((member) => {
    if (member.split === part.split) return member.part === part.part;
    return member.sources.some((source) => part.sources.includes(source));
  });
}
