import { NO_PART } from '../../runtime/data/load-parts.ts';
import { apportion, type Shares } from './shares.ts';

/** The first time of the validation rows, and of the test rows. */
export type Cuts = readonly [validate: number, test: number];

/**
 * The two cuts at which each part has its share of the rows, each moved to the nearest edge between two different times
 * (of two as near, the earlier one), so that rows of one time stay together. `undefined` when there are fewer than three
 * different times.
 */
export function cutTimes(times: Float64Array, shares: Shares): Cuts | undefined {
  const sorted = times.slice().sort();
  const [train, validate] = apportion(sorted.length, shares);
  // Positions at which another time begins; the first and the last leave room for the other cut.
  const edges: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) edges.push(i);
  if (edges.length < 2) return undefined;
  const first = nearestEdge(edges, train, 0, edges.length - 2);
  const second = nearestEdge(edges, train + validate, first + 1, edges.length - 1);
  return [sorted[edges[first] as number] as number, sorted[edges[second] as number] as number];
}

/** The index, from `low` to `high`, of the edge that is nearest to a position. */
function nearestEdge(edges: readonly number[], position: number, low: number, high: number): number {
  let best = low;
  for (let i = low; i <= high; i++) if (Math.abs((edges[i] as number) - position) < Math.abs((edges[best] as number) - position)) best = i;
  return best;
}

/** The part code of each row by its time; rows less than the gap before a cut are in no part. */
export function assignTimes(times: Float64Array, { cuts: [validate, test], gap }: { readonly cuts: Cuts; readonly gap: number }): Uint8Array {
  return Uint8Array.from(times, (time) => {
    if (time >= test) return 2;
    if (test - time < gap) return NO_PART;
    if (time >= validate) return 1;
    return validate - time < gap ? NO_PART : 0;
  });
}
