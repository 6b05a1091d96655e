import { hashWords, type Salt } from '../../runtime/data/hash.ts';
import type { Codes } from '../../runtime/data/matrix.ts';
import type { MergedRows } from '../../runtime/data/merge-rows.ts';

/** Groups of rows to be dealt into parts whole. */
export interface GroupAssignment {
  readonly grouped: MergedRows;
  /** Two words a row that say its group, whatever its position. */
  readonly keys: Uint32Array;
  /** Of the rows, by part; they add up to 1. */
  readonly shares: readonly number[];
  readonly salt: Salt;
  /** The stratum of each row; absent: there is one. */
  readonly strata?: Codes;
}

/**
 * The part code of each row, the same for all rows of a group. Groups go the largest first, equal ones by a hash of
 * their key, so that the order of rows means nothing; each goes where Σ (rows of a stratum − quota)² / quota grows
 * least. With one stratum that is Webster's apportionment; several are what scikit-learn's StratifiedGroupKFold does, with
 * shares in place of folds. The last groups fill parts that would else be empty.
 */
export function assignGroups(assignment: GroupAssignment): Uint8Array {
  const { grouped, shares, strata } = assignment;
  const { counts, groups } = grouped;
  const order = orderGroups(assignment);
  const members = membersOf(groups, counts);
  const strataCount = strata === undefined ? 1 : largest(strata) + 1;
  const totals = shares.map(() => new Float64Array(strataCount));
  const quotas = quotasOf(strata, { rows: groups.length, size: strataCount, shares });
  const partOf = new Uint8Array(counts.length);
  const empty = new Set(shares.keys());
  order.forEach((group, place) => {
    const rows = members.rows.subarray(members.starts[group], members.starts[group + 1]);
    const found = strata === undefined ? new Map([[0, rows.length]]) : countStrata(strata, rows);
    const open = order.length - place <= empty.size ? [...empty] : [...shares.keys()];
    const costs = open.map((part) => costOf(found, totals[part] as Float64Array, quotas[part] as Float64Array));
    const part = open[costs.indexOf(Math.min(...costs))] ?? 0;
    for (const [stratum, count] of found) (totals[part] as Float64Array)[stratum] = (totals[part]?.[stratum] ?? 0) + count;
    empty.delete(part);
    partOf[group] = part;
  });
  return Uint8Array.from(groups, (group) => partOf[group] as number);
}

/** Groups by size, then by the hash of their key. */
function orderGroups({ grouped: { first, counts }, keys, salt }: GroupAssignment): number[] {
  const hashes = Uint32Array.from(first, (row) => hashWords(keys[row * 2] as number, keys[row * 2 + 1] as number, salt[0], salt[1]));
  const low = (group: number): number => {
    const row = first[group] as number;
    return hashWords(keys[row * 2] as number, keys[row * 2 + 1] as number, salt[2], salt[3]);
  };
  const bySize = (a: number, b: number): number => (counts[b] as number) - (counts[a] as number) || (hashes[a] as number) - (hashes[b] as number) || low(a) - low(b);
  return Array.from(first.keys()).sort(bySize);
}

/** The rows of each group, one group after another. */
function membersOf(groups: Uint32Array, counts: Uint32Array): { readonly rows: Uint32Array; readonly starts: Uint32Array } {
  const starts = new Uint32Array(counts.length + 1);
  counts.forEach((count, group) => (starts[group + 1] = (starts[group] as number) + count));
  const next = starts.slice();
  const rows = new Uint32Array(groups.length);
  groups.forEach((group, row) => {
    const at = next[group] as number;
    rows[at] = row;
    next[group] = at + 1;
  });
  return { rows, starts };
}

function largest(codes: Codes): number {
  let most = 0;
  for (const code of codes) most = Math.max(most, code);
  return most;
}

function countStrata(strata: Codes, rows: Uint32Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const row of rows) found.set(strata[row] as number, (found.get(strata[row] as number) ?? 0) + 1);
  return found;
}

/** How many rows of each stratum each part should have. */
function quotasOf(strata: Codes | undefined, { rows, size, shares }: { readonly rows: number; readonly size: number; readonly shares: readonly number[] }): Float64Array[] {
  const totals = new Float64Array(size);
  if (strata === undefined) totals[0] = rows;
  else for (const stratum of strata) totals[stratum] = (totals[stratum] as number) + 1;
  return shares.map((share) => totals.map((total) => total * share));
}

/** By how much the sum of (rows − quota)² / quota grows when these rows are added. */
function costOf(found: ReadonlyMap<number, number>, totals: Float64Array, quotas: Float64Array): number {
  let cost = 0;
  for (const [stratum, count] of found) cost += (count * (2 * (totals[stratum] as number) + count)) / (quotas[stratum] as number) - 2 * count;
  return cost;
}
