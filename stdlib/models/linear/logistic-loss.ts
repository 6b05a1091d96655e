import type { Codes } from '../../../runtime/data/matrix.ts';
import type { Chunk } from './products.ts';

/** One column a score, each with the rows of a chunk. */
export type Columns = readonly Float64Array[];

/** The rows of a chunk with what they count. */
export interface LossInput {
  readonly chunk: Chunk;
  readonly truth: Codes;
  /** Shape (rows). */
  readonly weights: Float64Array | undefined;
}

/** The logistic loss −ln p(truth) of a chunk, and its derivatives by the scores. */
export interface LogisticLoss {
  /** 1 for two classes, else one a class. */
  readonly scores: number;
  /** Turns scores into probabilities in place, writes weight·(p − truth), and returns the weighted sum of losses. */
  readonly differentiate: (input: LossInput, columns: Columns, residuals: Columns) => number;
  /** The weighted second derivative by two scores, from the probabilities of a chunk that starts at `offset`. */
  readonly curvature: (input: LossInput, probabilities: Columns, second: Second) => void;
}

/** Which second derivative to write, and where. */
export interface Second {
  readonly by: readonly [number, number];
  readonly offset: number;
  readonly out: Float64Array;
}

/** The loss for a number of classes. */
export function logisticLoss(classes: number): LogisticLoss {
  return classes === 2 ? binaryLoss : softmaxLoss(classes);
}

const binaryLoss: LogisticLoss = {
  scores: 1,
  differentiate({ chunk: { start, length }, truth, weights }, [column], [residual]) {
    let loss = 0;
    for (let i = 0; i < length; i++) {
      const score = column![i]!;
      const weight = weights === undefined ? 1 : weights[start + i]!;
      const small = Math.exp(-Math.abs(score));
      const positive = truth[start + i] === 1;
      // Each side is computed by itself: 1 − p of a p near 1 would keep no digits.
      const toward = positive === score >= 0;
      loss += weight * (Math.log1p(small) + (toward ? 0 : Math.abs(score)));
      const error = (toward ? small : 1) / (1 + small);
      residual![i] = positive ? -weight * error : weight * error;
      column![i] = (score >= 0 ? 1 : small) / (1 + small);
    }
    return loss;
  },
  curvature({ chunk: { start, length }, weights }, [probability], { offset, out }) {
    for (let i = 0; i < length; i++) {
      const p = probability![offset + i]!;
      out[i] = (weights === undefined ? 1 : weights[start + i]!) * p * (1 - p);
    }
  },
};

function softmaxLoss(classes: number): LogisticLoss {
  return {
    scores: classes,
    differentiate({ chunk: { start, length }, truth, weights }, columns, residuals) {
      let loss = 0;
      for (let i = 0; i < length; i++) {
        const klass = truth[start + i]!;
        const weight = weights === undefined ? 1 : weights[start + i]!;
        loss += weight * softmaxRow(columns, i, klass);
        for (let k = 0; k < classes; k++) residuals[k]![i] = weight * columns[k]![i]!;
        let others = 0;
        for (let k = 0; k < classes; k++) if (k !== klass) others += columns[k]![i]!;
        residuals[klass]![i] = -weight * others;
      }
      return loss;
    },
    curvature({ chunk: { start, length }, weights }, probabilities, { by: [c, d], offset, out }) {
      const one = probabilities[c]!;
      const other = probabilities[d]!;
      for (let i = 0; i < length; i++) {
        const weight = weights === undefined ? 1 : weights[start + i]!;
        const p = one[offset + i]!;
        out[i] = c === d ? weight * p * (1 - p) : -weight * p * other[offset + i]!;
      }
    },
  };
}

/** Softmax of one row of scores, in place. Returns −ln of the true class's probability. */
function softmaxRow(columns: Columns, i: number, truth: number): number {
  let highest = -Infinity;
  for (let k = 0; k < columns.length; k++) highest = Math.max(highest, columns[k]![i]!);
  const own = columns[truth]![i]! - highest;
  let sum = 0;
  for (let k = 0; k < columns.length; k++) {
    const share = Math.exp(columns[k]![i]! - highest);
    columns[k]![i] = share;
    sum += share;
  }
  for (let k = 0; k < columns.length; k++) columns[k]![i] = columns[k]![i]! / sum;
  return Math.log(sum) - own;
}
