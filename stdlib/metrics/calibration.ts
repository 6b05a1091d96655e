import type { Codes } from '../../runtime/data/matrix.ts';
import { quantileOf } from './quantile.ts';
import type { Floats } from '../../runtime/data/sort-floats.ts';

/** How rows are put into bins by a probability. */
export interface Binning {
  readonly bins: number;
  /** Bins of the same width, or with the same number of rows. */
  readonly strategy: 'uniform' | 'quantile';
}

/** The bins that a report has unless it says otherwise. */
export const USUAL_BINNING: Binning = { bins: 10, strategy: 'uniform' };

/** Rows whose probability is above `from` (the first bin: at least) and at most `to`. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  /** Their weight; their number where there are no weights. */
  readonly rows: number;
  /** The mean of their probabilities. */
  readonly predicted: number;
  /** The share of them for which it came true. */
  readonly observed: number;
}

/**
 * Where bins meet: all their edges, ascending, 0 and 1 for bins of one width. As in scikit-learn's `calibration_curve`;
 * quantiles are interpolated linearly.
 */
export function binEdges(values: Floats, { bins, strategy }: Binning): readonly number[] {
  const shares = Array.from({ length: bins + 1 }, (_, at) => at / bins);
  if (strategy === 'uniform' || values.length === 0) return shares;
  const sorted = values.slice().sort();
  return shares.map((share) => quantileOf(sorted, share));
}

/** Scores of a classification, `values` as in `Scores.values`. */
export interface Probabilities {
  readonly rows: number;
  readonly truth: Codes;
  readonly values: Floats;
}

/** The probability of each row and whether it came true, shape (rows). */
export interface Confidences {
  readonly values: Floats;
  readonly hits: Uint8Array;
}

/**
 * What the probability of each row is, and whether it came true: of two classes, that of the last class; of several,
 * that of the predicted class (Guo et al., On Calibration of Modern Neural Networks, 2017).
 */
export function confidences({ rows, values, truth }: Probabilities): Confidences {
  const width = values.length / Math.max(1, rows);
  const hits = new Uint8Array(rows);
  if (width === 1) {
    for (let row = 0; row < rows; row++) hits[row] = truth[row]! === 1 ? 1 : 0;
    return { values, hits };
  }
  const highest = values instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = row * width;
    for (let at = best + 1; at < (row + 1) * width; at++) if (values[at]! > values[best]!) best = at;
    highest[row] = values[best]!;
    hits[row] = best - row * width === truth[row]! ? 1 : 0;
  }
  return { values: highest, hits };
}

/** What a calibration curve is made of. */
export interface CurveInput extends Probabilities {
  readonly weights: Floats | undefined;
  /** Where bins meet, as `binEdges` says. */
  readonly edges: readonly number[];
}

/** The calibration curve: bins without rows are left out. */
export function calibrationCurve(input: CurveInput): CalibrationBin[] {
  const { values, hits } = confidences(input);
  const { rows, weights, edges } = input;
  const bins = edges.length - 1;
  const [weight, predicted, observed] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  for (let row = 0; row < rows; row++) {
    const bin = binOf(values[row]!, edges);
    const counted = weights === undefined ? 1 : weights[row]!;
    weight[bin] = weight[bin]! + counted;
    predicted[bin] = predicted[bin]! + counted * values[row]!;
    observed[bin] = observed[bin]! + counted * hits[row]!;
  }
  return Array.from(weight).flatMap((of, bin) =>
    of > 0 ? [{ from: edges[bin]!, to: edges[bin + 1]!, rows: of, predicted: predicted[bin]! / of, observed: observed[bin]! / of }] : [],
  );
}

/** The bin of a value: one on an edge belongs to the bin below. */
function binOf(value: number, edges: readonly number[]): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > edges[middle + 1]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
