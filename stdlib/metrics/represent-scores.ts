import { selectTarget } from '../../runtime/data/load-target.ts';
import type { Codes, Target } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import type { Random } from './random.ts';
import { rowsOfQueries } from './ranked-queries.ts';
import { orderFloats, type Floats } from '../../runtime/data/sort-floats.ts';

/** Rows that stand for others, and how many each of them stands for. */
export interface Represented {
  readonly scores: Scores;
  /** Shape (rows), or of a ranking (queries), positive. */
  readonly counts: Float64Array;
}

/** What is to be represented. */
export interface RepresentRequest {
  readonly scores: Scores;
  /** About how many rows there may be afterwards. */
  readonly most: number;
  /** Of two classes: rows on different sides of these probabilities are never taken together. */
  readonly cuts: readonly number[];
  readonly random: Random;
}

/**
 * Fewer rows whose weighted metrics are those of all rows, or nearly. Of two classes, rows of neighbouring probability
 * are taken together under their mean, so that classes and every decision keep their exact counts. Otherwise rows are
 * drawn at random, class by class, so that a rare class keeps all of its rows, and of a ranking whole queries. Few rows
 * stay as they are.
 */
export function representScores({ scores, most, cuts, random }: RepresentRequest): Represented {
  const { rows, target, values } = scores;
  if (target.kind === 'numbers' && target.queries !== undefined) return drawQueries(scores, target.queries, { most, random });
  if (rows <= most) return { scores, counts: new Float64Array(rows).fill(1) };
  if (target.kind === 'classes' && values.length === rows) return mergeNeighbours(scores, target, { most, cuts });
  return drawRows(scores, most, random);
}

type Classes = Extract<Target, { kind: 'classes' }>;

/** A cell is full when it has its share of the rows of either class: rare rows stay apart. */
function mergeNeighbours({ values }: Scores, { codes, classes }: Classes, { most, cuts }: Pick<RepresentRequest, 'most' | 'cuts'>): Represented {
  const order = orderFloats(values);
  const edges = Float64Array.from(cuts).sort();
  const totals = countBinary(codes);
  const full = 4 / most;
  const made = { values: [] as number[], codes: [] as number[], counts: [] as number[] };
  let cell = { first: 0, last: 0, sum: 0, fill: 0, side: -1, counts: [0, 0] as [number, number] };
  const close = (): void => {
    const { counts, sum, first, last } = cell;
    // Rounding must not take the mean out of its cell.
    const mean = Math.min(last, Math.max(first, sum / (counts[0] + counts[1])));
    for (const code of [0, 1] as const) {
      if (counts[code] === 0) continue;
      made.values.push(mean);
      made.codes.push(code);
      made.counts.push(counts[code]);
    }
  };
  let passed = 0;
  for (const row of order) {
    const value = values[row]!;
    while (passed < edges.length && edges[passed]! < value) passed++;
    const side = 2 * passed + (edges[passed] === value ? 1 : 0);
    if (cell.side < 0 || (value !== cell.last && (cell.fill >= full || side !== cell.side))) {
      if (cell.side >= 0) close();
      cell = { first: value, last: value, sum: 0, fill: 0, side, counts: [0, 0] };
    }
    const code = codes[row] === 1 ? 1 : 0;
    cell.counts[code] += 1;
    cell.sum += value;
    cell.last = value;
    cell.fill += 1 / totals[code];
  }
  close();
  return {
    scores: {
      rows: made.values.length,
      target: { kind: 'classes', classes, codes: Uint8Array.from(made.codes) },
      values: values instanceof Float32Array ? Float32Array.from(made.values) : Float64Array.from(made.values),
    },
    counts: Float64Array.from(made.counts),
  };
}

function countBinary(codes: Codes): readonly [number, number] {
  let positives = 0;
  for (const code of codes) positives += code;
  return [codes.length - positives, positives];
}

function drawRows(scores: Scores, most: number, random: Random): Represented {
  const { target } = scores;
  const strata = target.kind === 'numbers' ? [Uint32Array.from({ length: scores.rows }, (_, row) => row)] : rowsByClass(target);
  const kept = strata.map((rows) => draw(rows, Math.ceil(most / strata.length), random));
  const rows = kept.flatMap((some) => [...some]);
  const counts = kept.flatMap((some, stratum) => [...some].map(() => strata[stratum]!.length / some.length));
  return { scores: takeScores(scores, rows), counts: Float64Array.from(counts) };
}

function drawQueries(scores: Scores, queries: Uint32Array, { most, random }: Pick<RepresentRequest, 'most' | 'random'>): Represented {
  const all = rowsOfQueries(queries);
  const kept = draw(Uint32Array.from(all.keys()), most, random).sort();
  const counts = new Float64Array(kept.length).fill(all.length / kept.length);
  return kept.length === all.length ? { scores, counts } : { scores: takeScores(scores, Array.from(kept).flatMap((query) => all[query]!)), counts };
}

function rowsByClass({ codes, classes }: Classes): Uint32Array[] {
  const rows = classes.map((): number[] => []);
  for (let row = 0; row < codes.length; row++) rows[codes[row]!]!.push(row);
  return rows.filter((some) => some.length > 0).map((some) => Uint32Array.from(some));
}

/** Some of the rows, without repetition, all equally likely: the beginning of a Fisher–Yates shuffle. */
function draw(rows: Uint32Array, most: number, random: Random): Uint32Array {
  if (rows.length <= most) return rows;
  for (let at = 0; at < most; at++) {
    const other = at + Math.floor(random() * (rows.length - at));
    [rows[at], rows[other]] = [rows[other]!, rows[at]!];
  }
  return rows.slice(0, most);
}

function takeScores({ target, values, rows: all }: Scores, rows: readonly number[]): Scores {
  const width = values.length / all;
  const taken: Floats = values instanceof Float32Array ? new Float32Array(rows.length * width) : new Float64Array(rows.length * width);
  rows.forEach((row, at) => taken.set(values.subarray(row * width, (row + 1) * width), at * width));
  return { rows: rows.length, target: takeTarget(target, rows), values: taken };
}

function takeTarget(target: Target, rows: readonly number[]): Target {
  if (target.kind === 'numbers') return selectTarget(target, Uint32Array.from(rows));
  const codes: Codes = target.codes.slice(0, rows.length);
  rows.forEach((row, at) => {
    codes[at] = target.codes[row]!;
  });
  return { ...target, codes };
}
