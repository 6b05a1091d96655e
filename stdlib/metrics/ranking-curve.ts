import type { Codes } from '../../runtime/data/matrix.ts';
import { orderFloats, sortSingles, type Floats } from '../../runtime/data/sort-floats.ts';

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
  const { values } = input;
  const weights = signedWeights(input);
  if (values instanceof Float32Array) {
    const { keys, carried } = sortSingles(values, weights);
    return walkDown(keys, carried);
  }
  const order = orderFloats(values);
  return walkDown(takeRows(values, order), takeRows(weights, order));
}

/** The weights of rows, negative for those of other classes. */
function signedWeights({ truth, klass, weights }: RankingInput): Floats {
  const rows = truth.length;
  const signed = weights instanceof Float64Array ? new Float64Array(rows) : new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    signed[row] = truth[row] === klass ? weight : -weight;
  }
  return signed;
}

/** `scores` ascend. The sums are compensated as in `compensatedSum`, written out: a call for each row would take longer than the sums. */
function walkDown(scores: Floats | Uint32Array, weights: Floats): Ranking {
  let [above, wrong] = [0, 0];
  let [area, areaLost, precision, precisionLost] = [0, 0, 0, 0];
  for (let at = scores.length - 1; at >= 0; ) {
    const score = scores[at]!;
    let [positives, negatives] = [0, 0];
    for (; at >= 0 && scores[at]! === score; at--) {
      const weight = weights[at]!;
      if (weight > 0) positives += weight;
      else negatives -= weight;
    }
    const pairs = negatives * (above + positives / 2);
    const nextArea = area + pairs;
    areaLost += area >= pairs ? area - nextArea + pairs : pairs - nextArea + area;
    area = nextArea;
    above += positives;
    wrong += negatives;
    if (positives === 0) continue;
    const gained = (positives * above) / (above + wrong);
    const nextPrecision = precision + gained;
    precisionLost += precision >= gained ? precision - nextPrecision + gained : gained - nextPrecision + precision;
    precision = nextPrecision;
  }
  return { positives: above, negatives: wrong, auc: (area + areaLost) / above / wrong, averagePrecision: (precision + precisionLost) / above };
}

function takeRows(values: Floats, order: Uint32Array): Floats {
  const taken = values instanceof Float32Array ? new Float32Array(order.length) : new Float64Array(order.length);
  for (let at = 0; at < order.length; at++) taken[at] = values[order[at]!]!;
  return taken;
}
