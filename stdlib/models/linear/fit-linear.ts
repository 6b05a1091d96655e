import type { Labelled } from '../../../runtime/data/matrix.ts';
import { StepError } from '../../../compiler/kinds/run.ts';
import { designOf } from './design.ts';
import type { Design } from './design.ts';
import type { LinearFit } from './fit-logistic.ts';
import { addDiagonal, addGram, addTransposed, CHUNK, completeGram, forEachChunk, isDense, multiply } from './products.ts';
import type { Chunk } from './products.ts';
import { conjugateGradients, solvePositive, solveShortest } from './solve.ts';
import { termsOf } from './terms.ts';
import { weightedMean } from './weighted-statistics.ts';

/** What `fitLinear` is given. */
export interface LinearRequest {
  /** Weights count a row as that many rows, in the completion too. */
  readonly train: Labelled;
  /** Strength of the penalty α·Σ β² beside Σ (y − ŷ)², as scikit-learn's `Ridge` has it. 0, the default, for none. */
  readonly alpha?: number;
}

/** What the least squares are of: centred columns, without the column of ones. */
interface Centred {
  readonly design: Design;
  readonly weights: Float64Array | undefined;
  readonly total: number;
  /** Of the columns. */
  readonly means: Float64Array;
  readonly alpha: number;
}

/** Above this many columns, eigenvalues take longer than conjugate gradients do. */
const MAX_EIGEN = 600;

/** Relative precision of what conjugate gradients find. */
const GRADIENT_TOLERANCE = 1e-12;

/**
 * Least squares with an intercept: the coefficients of scikit-learn's `LinearRegression` (of several solutions the one
 * of least norm) or, with a penalty, of `Ridge`. Normal equations over centred columns.
 */
export function fitLinear({ train, alpha = 0 }: LinearRequest): LinearFit {
  const { target } = train;
  if (target.kind !== 'numbers') throw new TypeError('linear regression takes a target of numbers');
  if (!target.values.every(Number.isFinite)) throw new StepError('the target has infinite or missing values in training rows');
  const { design, completed } = designOf(train);
  const weights = train.weights && new Float64Array(train.weights);
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? design.rows;
  const centre = weightedMean(target.values, weights, (value) => value);
  const means = columnSums(design, weights, (weight) => weight).map((sum) => sum / total);
  const right = columnSums(design, weights, (weight, row) => weight * (target.values[row]! - centre)).subarray(0, design.width - 1);
  const problem: Centred = { design, weights, total, means: means.subarray(0, design.width - 1), alpha };
  const solution = right.length === 0 ? right : isDense(design) ? solveByMatrix(problem, right) : solveByProducts(problem, right);
  const model = {
    task: 'regression',
    intercepts: [centre - solution.reduce((sum, value, at) => sum + value * means[at]!, 0)],
    terms: termsOf(completed, [solution]),
  } as const;
  return { model, iterations: 1, converged: true, warnings: [] };
}

/** For each column, the sum over rows of its entry times a factor of the row. */
function columnSums(design: Design, weights: Float64Array | undefined, factor: (weight: number, row: number) => number): Float64Array {
  const sums = new Float64Array(design.width);
  const factors = new Float64Array(CHUNK);
  forEachChunk(design.rows, (chunk) => {
    for (let i = 0; i < chunk.length; i++) factors[i] = factor(weightOf(weights, chunk.start + i), chunk.start + i);
    addTransposed(design, chunk, factors, sums);
  });
  return sums;
}

function solveByMatrix(problem: Centred, right: Float64Array): Float64Array {
  const { design, weights, total, means, alpha } = problem;
  const { width } = design;
  const size = width - 1;
  const whole = new Float64Array(width * width);
  const factors = new Float64Array(CHUNK);
  forEachChunk(design.rows, (chunk) => {
    fillWeights(weights, chunk, factors);
    addGram(design, chunk, factors, { data: whole, stride: width, origin: 0 });
  });
  completeGram(design, { data: whole, stride: width, origin: 0 });
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) data[i * size + j] = whole[i * width + j]! - total * (means[i]! * means[j]!);
    data[i * size + i] = data[i * size + i]! + alpha;
  }
  const held = alpha > 0 ? data : holdLevels(problem, data);
  const solution = solvePositive({ data: held, size }, right);
  if (solution !== undefined) return solution;
  return size <= MAX_EIGEN ? solveShortest({ data, size }, right) : solveByProducts(problem, right);
}

/**
 * Columns of one category add up to one, so that centred they add up to zero: a direction in which least squares leave
 * the solution free, and in which the shortest solution is zero. So is the column of a level that no row has. A
 * curvature in these directions makes the matrix regular and the solution the shortest.
 */
function holdLevels({ design, total, means }: Centred, data: Float64Array): Float64Array {
  const size = design.width - 1;
  const held = data.slice();
  for (const block of design.blocks) {
    if (block.kind !== 'codes') continue;
    const curvature = total / block.levels;
    const end = block.column + block.levels;
    for (let i = block.column; i < end; i++) {
      for (let j = block.column; j < end; j++) held[i * size + j] = held[i * size + j]! + curvature;
      if (means[i] === 0) held[i * size + i] = held[i * size + i]! + curvature;
    }
  }
  return held;
}

/** Without a penalty, conjugate gradients from zero find the shortest solution, if nothing divides their residuals. */
function solveByProducts(problem: Centred, right: Float64Array): Float64Array {
  const { design, weights, total, means, alpha } = problem;
  const whole = new Float64Array(design.width);
  const terms = new Float64Array(CHUNK);
  const factors = new Float64Array(CHUNK);
  const diagonal = new Float64Array(design.width);
  forEachChunk(design.rows, (chunk) => {
    fillWeights(weights, chunk, factors);
    addDiagonal(design, chunk, factors, diagonal);
  });
  return conjugateGradients({
    right,
    ...(alpha > 0 && { diagonal: means.map((mean, at) => diagonal[at]! - total * mean * mean + alpha) }),
    multiply(vector, out) {
      let shift = 0;
      for (let at = 0; at < vector.length; at++) shift += vector[at]! * means[at]!;
      const coefficients = new Float64Array(design.width);
      coefficients.set(vector);
      coefficients[design.width - 1] = -shift;
      whole.fill(0);
      forEachChunk(design.rows, (chunk) => {
        multiply(design, chunk, coefficients, terms);
        for (let i = 0; i < chunk.length; i++) terms[i] = terms[i]! * weightOf(weights, chunk.start + i);
        addTransposed(design, chunk, terms, whole);
      });
      const sum = whole[design.width - 1]!;
      for (let at = 0; at < out.length; at++) out[at] = whole[at]! - means[at]! * sum + alpha * vector[at]!;
    },
    tolerance: GRADIENT_TOLERANCE,
    maxIterations: 10 * right.length,
  });
}

function fillWeights(weights: Float64Array | undefined, { start, length }: Chunk, out: Float64Array): void {
  for (let i = 0; i < length; i++) out[i] = weightOf(weights, start + i);
}

function weightOf(weights: Float64Array | undefined, row: number): number {
  return weights === undefined ? 1 : weights[row]!;
}
