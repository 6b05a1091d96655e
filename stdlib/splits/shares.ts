import type { JsonObject } from '../../compiler/json.ts';
import type { PartName } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';

/** How much of the rows each part gets, in the order of the parts' codes; they add up to 1. */
export type Shares = readonly [train: number, validate: number, test: number];

const USUAL: Readonly<Record<PartName, number>> = { train: 0.7, validate: 0.15, test: 0.15 };

/** Below this, shares are equal: decimal fractions do not add up exactly. */
const EPSILON = 1e-9;

/** Shares that a split cannot have: they add up to another total than 1, or leave nothing for a part. */
export interface SharesProblem {
  readonly total: number;
  /** The part that gets nothing. */
  readonly empty?: PartName;
}

/** Completes shares: those left out share the rest in their usual proportion. */
export function completeShares(params: JsonObject): { readonly shares: Shares } | { readonly problem: SharesProblem } {
  const given = PART_NAMES.map((part) => params[part]).map((share) => (typeof share === 'number' ? share : undefined));
  const total = given.reduce<number>((sum, share) => sum + (share ?? 0), 0);
  const usual = PART_NAMES.reduce((sum, part, i) => sum + (given[i] === undefined ? USUAL[part] : 0), 0);
  if (usual === 0 ? Math.abs(total - 1) > EPSILON : total > 1 + EPSILON) return { problem: { total } };
  const shares = PART_NAMES.map((part, i) => given[i] ?? round(((1 - total) * USUAL[part]) / usual));
  const empty = PART_NAMES.find((_, i) => (shares[i] ?? 0) <= EPSILON);
  return empty === undefined ? { shares: shares as unknown as Shares } : { problem: { total, empty } };
}

/** To twelve digits: what is left of 0.7 and 0.2 is 0.1, not 0.10000000000000003. */
function round(share: number): number {
  return Number(share.toFixed(12));
}

/**
 * Deals rows out by shares: each part gets its share rounded down, and the rows that remain go to the largest
 * remainders, at equal ones to the earlier part. No part differs from its share by a row or more, except that none
 * goes without while another has several.
 */
export function apportion(rows: number, shares: Shares): [number, number, number] {
  const counts = shares.map((share) => Math.floor(rows * share + EPSILON)) as [number, number, number];
  const remainders = shares.map((share, i) => round(rows * share - (counts[i] ?? 0)));
  const byRemainder = [0, 1, 2].sort((a, b) => (remainders[b] ?? 0) - (remainders[a] ?? 0) || a - b) as (0 | 1 | 2)[];
  const left = rows - counts[0] - counts[1] - counts[2];
  for (const part of byRemainder.slice(0, left)) counts[part]++;
  for (const part of [0, 1, 2] as const) {
    const richest = counts.indexOf(Math.max(...counts)) as 0 | 1 | 2;
    if (counts[part] > 0 || counts[richest] < 2) continue;
    counts[part]++;
    counts[richest]--;
  }
  return counts;
}
