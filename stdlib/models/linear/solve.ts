import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A symmetric matrix with no negative eigenvalue, row-major, shape (size, size). */
export interface Symmetric {
  readonly data: Float64Array;
  readonly size: number;
}

/** Pivots of a Cholesky factor that differ by more than this, squared, say that the matrix is singular but for rounding. */
const LEAST_PIVOT_RATIO = 1e-10;

/** Eigenvalues below this share of the largest are rounding errors of a zero. */
const LEAST_EIGENVALUE_RATIO = 1e-12;

/** The solution by Cholesky factorisation; `undefined` when the matrix is singular but for rounding. */
export function solvePositive({ data, size }: Symmetric, right: Float64Array, leastRatio = LEAST_PIVOT_RATIO): Float64Array | undefined {
  const factor = new CholeskyDecomposition(toMatrix({ data, size }));
  if (!factor.isPositiveDefinite()) return undefined;
  const pivots = factor.lowerTriangularMatrix.diagonal().map((pivot) => pivot ** 2);
  if (Math.min(...pivots) < leastRatio * Math.max(...pivots)) return undefined;
  return Float64Array.from(factor.solve(Matrix.columnVector(right)).to1DArray());
}

/** The solution of a system that may be nearly singular: what is lost is held up by the least ridge that suffices. */
export function solveWithRidge({ data, size }: Symmetric, right: Float64Array): Float64Array {
  let largest = 0;
  for (let at = 0; at < data.length; at += size + 1) largest = Math.max(largest, data[at]!);
  for (let ridge = 0; ; ridge = Math.max(ridge * 100, largest * 1e-14)) {
    if (ridge > 0) for (let at = 0; at < data.length; at += size + 1) data[at] = data[at]! + ridge;
    const solution = solvePositive({ data, size }, right, 0);
    if (solution?.every(Number.isFinite) === true) return solution;
  }
}

/** Of all least-squares solutions the shortest, by the eigenvalues. */
export function solveShortest({ data, size }: Symmetric, right: Float64Array): Float64Array {
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(toMatrix({ data, size }), { assumeSymmetric: true });
  const least = LEAST_EIGENVALUE_RATIO * values.reduce((largest, value) => Math.max(largest, value), 0);
  const solution = new Float64Array(size);
  values.forEach((value, at) => {
    if (value <= least) return;
    const vector = vectors.getColumn(at);
    const share = vector.reduce((sum, entry, i) => sum + entry * right[i]!, 0) / value;
    for (let i = 0; i < size; i++) solution[i] = solution[i]! + share * vector[i]!;
  });
  return solution;
}

/** A linear system for conjugate gradients. */
export interface Gradients {
  /** out = A·vector */
  readonly multiply: (vector: Float64Array, out: Float64Array) => void;
  readonly right: Float64Array;
  /** Divides residuals, to bring the system nearer to the identity. Without it, a singular system gets its shortest solution. */
  readonly diagonal?: Float64Array;
  /** The residual's length, as a share of the right side's, at which to stop. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Solves A·x = right from x = 0 by conjugate gradients (Hestenes and Stiefel 1952), A being given by its products. */
export function conjugateGradients({ multiply, right, diagonal, tolerance, maxIterations }: Gradients): Float64Array {
  const size = right.length;
  const solution = new Float64Array(size);
  const residual = right.slice();
  const product = new Float64Array(size);
  const precondition = () => residual.map((value, i) => (diagonal === undefined ? value : value / diagonal[i]!));
  let conditioned = precondition();
  const direction = conditioned.slice();
  let rho = inner(residual, conditioned);
  const goal = tolerance ** 2 * inner(right, right);
  for (let iteration = 0; iteration < maxIterations && inner(residual, residual) > goal; iteration++) {
    multiply(direction, product);
    const curvature = inner(direction, product);
    if (!(curvature > 0)) break;
    const step = rho / curvature;
    for (let i = 0; i < size; i++) {
      solution[i] = solution[i]! + step * direction[i]!;
      residual[i] = residual[i]! - step * product[i]!;
    }
    conditioned = precondition();
    const next = inner(residual, conditioned);
    for (let i = 0; i < size; i++) direction[i] = conditioned[i]! + (next / rho) * direction[i]!;
    rho = next;
  }
  return solution;
}

/** The sum of products. */
export function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function toMatrix({ data, size }: Symmetric): Matrix {
  return new Matrix(Array.from({ length: size }, (_, row) => data.subarray(row * size, (row + 1) * size)));
}
