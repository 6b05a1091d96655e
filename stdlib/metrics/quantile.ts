import type { Floats } from '../../runtime/data/sort-floats.ts';

/** The value below which a share of ascending values lies, by linear interpolation between the two nearest, as numpy. */
export function quantileOf(sorted: Floats, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}
