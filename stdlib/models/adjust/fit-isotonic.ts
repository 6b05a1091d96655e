import { orderFloats } from '../../../runtime/data/sort-floats.ts';

/** A function that never falls: linear between its points, ascending in `said`, and constant beyond them. */
export interface Isotonic {
  readonly said: readonly number[];
  readonly observed: readonly number[];
}

/** Values nearer than this are one, as in scikit-learn. */
const RESOLUTION = 1e-15;

/**
 * Isotonic regression of outcomes on probabilities, shape (rows): of all functions that never fall the one of least
 * squares, by pooling adjacent violators (Barlow et al., Statistical Inference under Order Restrictions, 1972). Points
 * that the line between others passes through level are left out, as in scikit-learn's `IsotonicRegression`.
 */
export function fitIsotonic(probabilities: Float64Array, hits: Uint8Array): Isotonic {
  const groups = groupEqual(probabilities, hits);
  const pooled = poolViolators(groups);
  const said: number[] = [];
  const observed: number[] = [];
  groups.forEach(({ value }, at) => {
    const level = pooled[at]!;
    const inside = at > 0 && at < groups.length - 1 && level === pooled[at - 1] && level === pooled[at + 1];
    if (inside) return;
    said.push(value);
    observed.push(level);
  });
  return { said, observed };
}

/** What an isotonic regression says of a probability. */
export function isotonicOf({ said, observed }: Isotonic, probability: number): number {
  const last = said.length - 1;
  if (probability <= said[0]!) return observed[0]!;
  if (probability >= said[last]!) return observed[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (said[middle]! <= probability) low = middle;
    else high = middle;
  }
  const slope = (observed[high]! - observed[low]!) / (said[high]! - said[low]!);
  return observed[low]! + slope * (probability - said[low]!);
}

interface Group {
  readonly value: number;
  hits: number;
  rows: number;
}

function groupEqual(probabilities: Float64Array, hits: Uint8Array): Group[] {
  const groups: Group[] = [];
  for (const row of orderFloats(probabilities)) {
    const value = probabilities[row]!;
    const last = groups.at(-1);
    if (last === undefined || value - last.value >= RESOLUTION) groups.push({ value, hits: hits[row]!, rows: 1 });
    else {
      last.hits += hits[row]!;
      last.rows += 1;
    }
  }
  return groups;
}

/** The level of each group: blocks whose share of hits falls below that of the block before are taken together. */
function poolViolators(groups: readonly Group[]): number[] {
  const blocks: { hits: number; rows: number; groups: number }[] = [];
  for (const { hits, rows } of groups) {
    let block = { hits, rows, groups: 1 };
    for (let before = blocks.at(-1); before !== undefined && before.hits * block.rows >= block.hits * before.rows; before = blocks.at(-1)) {
      block = { hits: before.hits + block.hits, rows: before.rows + block.rows, groups: before.groups + block.groups };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap((block) => Array<number>(block.groups).fill(block.hits / block.rows));
}
