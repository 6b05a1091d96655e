import type { Codes } from '../../../runtime/data/matrix.ts';
import type { Design } from './design.ts';
import { logisticLoss } from './logistic-loss.ts';
import type { LossInput } from './logistic-loss.ts';
import type { Objective } from './newton.ts';
import { addDiagonal, addGram, addTransposed, CHUNK, completeGram, forEachChunk, isDense, mirror, multiply } from './products.ts';
import type { Chunk, Square } from './products.ts';
import { conjugateGradients, solveWithRidge } from './solve.ts';

/** What is to be fitted, to which rows. */
export interface LogisticProblem {
  readonly design: Design;
  readonly truth: Codes;
  readonly classes: number;
  /** Shape (rows). */
  readonly weights: Float64Array | undefined;
  /** λ of the penalty λ/2 · Σ β², which spares the intercepts. */
  readonly penalty: number;
}


/** The penalised loss over coefficients of shape (scores, width), the last of each row being the intercept. */
export function logisticObjective(problem: LogisticProblem): Objective {
  const scores = logisticLoss(problem.classes).scores;
  const size = scores * problem.design.width;
  const dense = isDense(problem.design, scores);
  return {
    size,
    at(coefficients) {
      const probabilities = dense ? undefined : Array.from({ length: scores }, () => new Float64Array(problem.design.rows));
      const hessian = dense ? new Float64Array(size * size) : undefined;
      const { value, gradient } = differentiate(problem, coefficients, { hessian, probabilities });
      const solve = (precision: number) =>
        hessian === undefined ? solveByProducts(problem, { probabilities: probabilities ?? [], gradient, precision }) : solveDense(problem, hessian, gradient);
      return { value, gradient, solve };
    },
  };
}

interface Keep {
  /** Filled with the second derivatives of the loss, where given. */
  readonly hessian: Float64Array | undefined;
  /** Filled with the probabilities of all rows, where given. */
  readonly probabilities: Float64Array[] | undefined;
}

function differentiate(problem: LogisticProblem, coefficients: Float64Array, keep: Keep): { value: number; gradient: Float64Array } {
  const { design, classes, penalty } = problem;
  const { width } = design;
  const loss = logisticLoss(classes);
  const gradient = coefficients.map((value, at) => (isIntercept(at, width) ? 0 : penalty * value));
  let value = (penalty / 2) * coefficients.reduce((sum, entry, at) => sum + (isIntercept(at, width) ? 0 : entry * entry), 0);
  const columns = Array.from({ length: loss.scores }, () => new Float64Array(CHUNK));
  const residuals = columns.map(() => new Float64Array(CHUNK));
  const weights = new Float64Array(CHUNK);
  const both = pairs(loss.scores);
  forEachChunk(design.rows, (chunk) => {
    const input: LossInput = { chunk, truth: problem.truth, weights: problem.weights };
    columns.forEach((column, score) => multiply(design, chunk, slice(coefficients, score, width), column));
    value += loss.differentiate(input, columns, residuals);
    residuals.forEach((residual, score) => addTransposed(design, chunk, residual, slice(gradient, score, width)));
    keep.probabilities?.forEach((kept, score) => kept.set(columns[score]!.subarray(0, chunk.length), chunk.start));
    if (keep.hessian === undefined) return;
    for (const by of both) {
      loss.curvature(input, columns, { by, offset: 0, out: weights });
      addGram(design, chunk, weights, squareOf(keep.hessian, by, loss.scores, width));
    }
  });
  return { value, gradient };
}

/** H⁻¹·gradient by factorisation. */
function solveDense({ design, classes, penalty }: LogisticProblem, hessian: Float64Array, gradient: Float64Array): Float64Array {
  const { width } = design;
  const { scores } = logisticLoss(classes);
  const size = scores * width;
  for (const by of pairs(scores)) completeGram(design, squareOf(hessian, by, scores, width));
  for (let at = 0; at < size; at++) if (!isIntercept(at, width)) hessian[at * size + at] = hessian[at * size + at]! + penalty;
  if (scores > 1) holdIntercepts(hessian, scores, width);
  mirror(hessian, size);
  return solveWithRidge({ data: hessian, size }, gradient);
}

/**
 * Adding the same to all intercepts changes no probability. A curvature in that direction, in which the gradient is 0,
 * keeps steps out of it.
 */
function holdIntercepts(data: Float64Array, scores: number, width: number): void {
  const size = scores * width;
  const last = width - 1;
  const curvature = data[last * size + last]!;
  for (let row = last; row < size; row += width) {
    for (let column = last; column < size; column += width) data[row * size + column] = data[row * size + column]! + curvature;
  }
}

interface Approximate {
  readonly probabilities: Float64Array[];
  readonly gradient: Float64Array;
  readonly precision: number;
}

/** H⁻¹·gradient by conjugate gradients, H being multiplied by without ever being made. As above, intercepts are held. */
function solveByProducts(problem: LogisticProblem, { probabilities, gradient, precision }: Approximate): Float64Array {
  const { design, penalty } = problem;
  const diagonal = gradient.map((_, at) => (isIntercept(at, design.width) ? 0 : penalty));
  overCurvatures(problem, probabilities, (chunk, [c, d], weights) => {
    if (c === d) addDiagonal(design, chunk, weights, slice(diagonal, c, design.width));
  });
  const last = design.width - 1;
  const held = probabilities.length > 1 ? diagonal[last]! : 0;
  for (let at = last; at < diagonal.length; at += design.width) diagonal[at] = diagonal[at]! + held;
  return conjugateGradients({
    right: gradient,
    diagonal: diagonal.map((entry) => Math.max(entry, Number.MIN_VALUE)),
    multiply: (vector, out) => {
      multiplyHessian(problem, probabilities, vector, out);
      let sum = 0;
      for (let at = last; at < vector.length; at += design.width) sum += vector[at]!;
      for (let at = last; at < out.length; at += design.width) out[at] = out[at]! + held * sum;
    },
    tolerance: precision,
    maxIterations: 10 * gradient.length,
  });
}

function multiplyHessian(problem: LogisticProblem, probabilities: Float64Array[], vector: Float64Array, out: Float64Array): void {
  const { design, penalty } = problem;
  const { width } = design;
  vector.forEach((value, at) => (out[at] = isIntercept(at, width) ? 0 : penalty * value));
  const products = probabilities.map(() => new Float64Array(CHUNK));
  const terms = probabilities.map(() => new Float64Array(CHUNK));
  let current = -1;
  const finish = (chunk: Chunk) => {
    terms.forEach((term, score) => {
      addTransposed(design, chunk, term, slice(out, score, width));
      term.fill(0);
    });
  };
  const last = probabilities.length - 1;
  overCurvatures(problem, probabilities, (chunk, [c, d], weights) => {
    if (chunk.start !== current) {
      products.forEach((product, score) => multiply(design, chunk, slice(vector, score, width), product));
      current = chunk.start;
    }
    for (let i = 0; i < chunk.length; i++) {
      terms[c]![i] = terms[c]![i]! + weights[i]! * products[d]![i]!;
      if (c !== d) terms[d]![i] = terms[d]![i]! + weights[i]! * products[c]![i]!;
    }
    if (c === last && d === last) finish(chunk);
  });
}

type VisitCurvature = (chunk: Chunk, by: readonly [number, number], weights: Float64Array) => void;

/** Second derivatives of the loss, chunk by chunk, for each pair of scores. */
function overCurvatures({ design, truth, weights, classes }: LogisticProblem, probabilities: Float64Array[], visit: VisitCurvature): void {
  const loss = logisticLoss(classes);
  const out = new Float64Array(CHUNK);
  const both = pairs(loss.scores);
  forEachChunk(design.rows, (chunk) => {
    for (const by of both) {
      loss.curvature({ chunk, truth, weights }, probabilities, { by, offset: chunk.start, out });
      visit(chunk, by, out);
    }
  });
}

/** The part of the second derivatives by two scores' coefficients. */
function squareOf(data: Float64Array, [c, d]: readonly [number, number], scores: number, width: number): Square {
  const stride = scores * width;
  return { data, stride, origin: c * width * stride + d * width };
}

/** (0, 0), (0, 1), … (1, 1), …: the last is that of the last score with itself. */
function pairs(scores: number): (readonly [number, number])[] {
  return Array.from({ length: scores }, (_, c) => Array.from({ length: scores - c }, (__, d) => [c, c + d] as const)).flat();
}

function slice(values: Float64Array, score: number, width: number): Float64Array {
  return values.subarray(score * width, (score + 1) * width);
}

function isIntercept(at: number, width: number): boolean {
  return at % width === width - 1;
}
