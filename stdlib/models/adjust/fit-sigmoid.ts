/** A calibrated probability is 1 / (1 + exp(−(slope · x + intercept))), x being the log-odds that a model gives. */
export interface Sigmoid {
  readonly slope: number;
  readonly intercept: number;
}

/** The least probability that single precision tells from 0, as it tells its complement from 1. */
const LEAST = 2 ** -24;
const MOST_STEPS = 100;
/** Shorter steps change no digit that counts. */
const SHORT = 1e-13;
/** Near its minimum a loss says less than the gradient: it may rise by the rounding of its sum. */
const ROUNDING = 1 + 1e-13;

/** ln(p / (1 − p)), of a probability kept from 0 and 1. */
export function logOdds(probability: number): number {
  const kept = Math.min(1 - LEAST, Math.max(LEAST, probability));
  return Math.log(kept / (1 - kept));
}

/** What a calibration says of log-odds. */
export function sigmoidOf({ slope, intercept }: Sigmoid, odds: number): number {
  return 1 / (1 + Math.exp(-(slope * odds + intercept)));
}

/**
 * Platt's calibration (Probabilistic Outputs for Support Vector Machines, 1999) over log-odds, shape (rows): the
 * logistic regression whose targets are kept from 0 and 1 by a row more of each class. The minimum is that of
 * scikit-learn's `CalibratedClassifierCV`, found by Newton's method with backtracking (Lin, Lin and Weng, A note on
 * Platt's probabilistic outputs, 2007) over standardised values.
 */
export function fitSigmoid(odds: Float64Array, hits: Uint8Array): Sigmoid {
  const { mean, deviation } = standardise(odds);
  const scaled = odds.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation));
  const positives = hits.reduce((sum, hit) => sum + hit, 0);
  const negatives = hits.length - positives;
  const targets = Float64Array.from(hits, (hit) => (hit === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)));
  let at: Sigmoid = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  let loss = lossAt(at, scaled, targets);
  for (let step = 0; step < MOST_STEPS; step++) {
    const direction = newtonStep(at, scaled, targets, deviation === 0);
    if (Math.hypot(direction.slope, direction.intercept) < SHORT * (1 + Math.hypot(at.slope, at.intercept))) break;
    const next = search(at, direction, { loss, scaled, targets });
    if (next === undefined) break;
    ({ at, loss } = next);
  }
  const slope = deviation === 0 ? 0 : at.slope / deviation;
  return { slope, intercept: at.intercept - slope * mean };
}

function standardise(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance);
  // Equal values may differ from their mean by rounding.
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 0 };
}

/** Mean of ln(1 + exp(f)) − target · f, written so that nothing overflows. */
function lossAt({ slope, intercept }: Sigmoid, values: Float64Array, targets: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < values.length; row++) {
    const f = slope * values[row]! + intercept;
    loss += Math.max(f, 0) + Math.log1p(Math.exp(-Math.abs(f))) - targets[row]! * f;
  }
  return loss / values.length;
}

/** −H⁻¹ g of the mean loss; where all values are equal, of the intercept alone. */
function newtonStep(at: Sigmoid, values: Float64Array, targets: Float64Array, constant: boolean): Sigmoid {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const p = sigmoidOf(at, value);
    const error = p - targets[row]!;
    const weight = p * (1 - p);
    g0 += error;
    g1 += error * value;
    h00 += weight;
    h01 += weight * value;
    h11 += weight * value * value;
  }
  if (constant) return { slope: 0, intercept: -g0 / h00 };
  const determinant = h00 * h11 - h01 * h01;
  return { slope: -(h00 * g1 - h01 * g0) / determinant, intercept: -(h11 * g0 - h01 * g1) / determinant };
}

interface Searching {
  readonly loss: number;
  readonly scaled: Float64Array;
  readonly targets: Float64Array;
}

/** The first of ever shorter steps after which the loss is no higher; `undefined` where there is none. */
function search(at: Sigmoid, direction: Sigmoid, { loss, scaled, targets }: Searching): { readonly at: Sigmoid; readonly loss: number } | undefined {
  for (let length = 1; length > 1e-10; length /= 2) {
    const next = { slope: at.slope + length * direction.slope, intercept: at.intercept + length * direction.intercept };
    const found = lossAt(next, scaled, targets);
    if (found <= loss * ROUNDING) return { at: next, loss: found };
  }
  return undefined;
}
