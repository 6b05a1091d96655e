import type { Codes } from '../../runtime/data/matrix.ts';
import { orderFloats, sortFloats } from './sort-floats.ts';
import type { Floats } from './sort-floats.ts';
import { compensatedSum } from './sum.ts';

/** How well scores rank the rows of a class (positives) before all others (negatives). */
export interface Ranking {
  readonly positives: number;
  readonly negatives: number;
  /** Weight of pairs (positive, negative) in the right order, ties counting half. Meaningless without both. */
  readonly auc: number;
  /** Average precision, Σ (Rᵢ − Rᵢ₋₁)·Pᵢ over distinct scores, falling. Meaningless without positives. */
  readonly averagePrecision: number;
}

/** What is ranked. */
export interface RankingInput {
  readonly truth: Codes;
  /** The score of the class, shape (rows). */
  readonly values: Floats;
  readonly klass: number;
  readonly weights: Floats | undefined;
}

/** Area under the ROC curve and average precision from one walk down the distinct scores. */
export function rankingOf(input: RankingInput): Ranking {
  const walk = startWalk();
  if (input.weights === undefined) walkCounts(input, walk.step);
  else walkWeights(input, input.weights, walk.step);
  return walk.end();
}

type Step = (positives: number, negatives: number) => void;

function startWalk(): { readonly step: Step; readonly end: () => Ranking } {
  let above = 0;
  let wrong = 0;
  const area = compensatedSum();
  const precision = compensatedSum();
  return {
    step(positives, negatives) {
      area.add(negatives * (above + positives / 2));
      above += positives;
      wrong += negatives;
      if (positives > 0) precision.add((positives * above) / (above + wrong));
    },
    end: () => ({
      positives: above,
      negatives: wrong,
      auc: area.total() / above / wrong,
      averagePrecision: precision.total() / above,
    }),
  };
}

/** Without weights the rows themselves do not matter: positives and negatives are sorted apart and merged from the top. */
function walkCounts({ truth, values, klass }: RankingInput, step: Step): void {
  const [positives, negatives] = separate(truth, values, klass);
  sortFloats(positives);
  sortFloats(negatives);
  let p = positives.length - 1;
  let n = negatives.length - 1;
  while (p >= 0 || n >= 0) {
    const score = n < 0 || (p >= 0 && positives[p]! > negatives[n]!) ? positives[p]! : negatives[n]!;
    const [fromP, fromN] = [p, n];
    while (p >= 0 && positives[p] === score) p--;
    while (n >= 0 && negatives[n] === score) n--;
    step(fromP - p, fromN - n);
  }
}

function separate(truth: Codes, values: Floats, klass: number): [Floats, Floats] {
  const rows = truth.length;
  let count = 0;
  for (let row = 0; row < rows; row++) if (truth[row] === klass) count++;
  const single = values instanceof Float32Array;
  const positives = single ? new Float32Array(count) : new Float64Array(count);
  const negatives = single ? new Float32Array(rows - count) : new Float64Array(rows - count);
  for (let row = 0, p = 0, n = 0; row < rows; row++) {
    if (truth[row] === klass) positives[p++] = values[row]!;
    else negatives[n++] = values[row]!;
  }
  return [positives, negatives];
}

function walkWeights({ truth, values, klass }: RankingInput, weights: Floats, step: Step): void {
  const order = orderFloats(values);
  let at = order.length - 1;
  while (at >= 0) {
    const score = values[order[at]!]!;
    let positives = 0;
    let negatives = 0;
    for (; at >= 0 && values[order[at]!] === score; at--) {
      const row = order[at]!;
      if (truth[row] === klass) positives += weights[row]!;
      else negatives += weights[row]!;
    }
    step(positives, negatives);
  }
}
