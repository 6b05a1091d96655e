import { StepError } from '../../../compiler/kinds/run.ts';
import type { Labelled } from '../../../runtime/data/matrix.ts';
import { designOf } from './design.ts';
import type { LinearModel } from './linear-model.ts';
import { logisticObjective } from './logistic-objective.ts';
import { mergeTrainingRows } from './merge-training-rows.ts';
import { minimise } from './newton.ts';
import { termsOf } from './terms.ts';

/** What `fitLogistic` is given. */
export interface LogisticRequest {
  /** Weights count a row as that many rows, in the completion too: merged rows give the model that they came from. */
  readonly train: Labelled;
  /** The inverse of the penalty's strength, as scikit-learn has it: C·Σ loss + ½·Σ β². Above 0. */
  readonly C: number;
  readonly maxIterations?: number;
  /** See `NewtonOptions`. */
  readonly tolerance?: number;
  /** By class, or so that all classes weigh the same. They reach the loss alone, not the completion. */
  readonly classWeights?: readonly number[] | 'balanced';
  /** `loss` is the mean logistic loss of the training rows, the penalty included. */
  readonly onIteration?: (iteration: { readonly iteration: number; readonly loss: number }) => void;
}

/** A fitted model, with how the fit went. */
export interface LinearFit {
  readonly model: LinearModel;
  readonly iterations: number;
  readonly converged: boolean;
  readonly warnings: readonly string[];
}

/**
 * Logistic regression with an L2 penalty that spares the intercepts; of k > 2 classes the symmetric multinomial form.
 * Minimised by Newton's method to the same coefficients as scikit-learn's `LogisticRegression` at a tight tolerance.
 */
export function fitLogistic(request: LogisticRequest): LinearFit {
  const { C, maxIterations = 100, tolerance = 1e-8, onIteration } = request;
  const train = mergeTrainingRows(request.train);
  const { target } = train;
  if (target.kind !== 'classes') throw new TypeError('logistic regression takes a target of classes');
  const { classes, codes } = target;
  const { design, completed } = designOf(train);
  const counts = countClasses(train, classes.length, codes);
  requireClasses(counts, classes);
  const weights = lossWeights(train, codes, request.classWeights === 'balanced' ? balance(counts) : request.classWeights);
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? design.rows;
  const minimum = minimise(logisticObjective({ design, truth: codes, classes: classes.length, weights, penalty: 1 / C }), {
    maxIterations,
    tolerance,
    ...(onIteration && { onIteration: (iteration: number, value: number) => onIteration({ iteration, loss: value / total }) }),
  });
  const { width } = design;
  const coefficients = Array.from({ length: minimum.position.length / width }, (_, score) =>
    minimum.position.slice(score * width, (score + 1) * width),
  );
  const model: LinearModel = {
    task: classes.length === 2 ? 'binary' : 'multiclass',
    classes,
    intercepts: centred(coefficients.map((score) => score[width - 1]!)),
    terms: termsOf(completed, coefficients),
  };
  return { model, iterations: minimum.iterations, converged: minimum.converged, warnings: minimum.converged ? [] : [unfinished(maxIterations)] };
}

function unfinished(iterations: number): string {
  return `the fit did not converge in ${iterations} iterations: allow more, or penalise more with a smaller \`C\``;
}

/** Only differences of the intercepts of several scores matter; they are made to add up to 0. */
function centred(intercepts: number[]): number[] {
  if (intercepts.length === 1) return intercepts;
  const mean = intercepts.reduce((sum, value) => sum + value, 0) / intercepts.length;
  return intercepts.map((value) => value - mean);
}

function countClasses({ weights }: Labelled, classes: number, codes: ArrayLike<number>): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < codes.length; row++) counts[codes[row]!]! += weights === undefined ? 1 : weights[row]!;
  return counts;
}

/** Stops training when a class has no rows. `counts` are rows, or their weights, by class. */
export function requireClasses(counts: readonly number[], classes: readonly string[]): void {
  const present = classes.filter((_, klass) => counts[klass]! > 0);
  if (present.length === 1) {
    throw new StepError(
      `all training rows are of the class \`${present[0]}\``,
      'a classifier needs rows of two classes at least: look at the target, and at what the filters leave',
    );
  }
  const absent = classes.find((_, klass) => counts[klass] === 0);
  if (absent === undefined) return;
  throw new StepError(
    `no training row is of the class \`${absent}\``,
    'stratify the split, or leave rare classes out of its table with a WHERE',
  );
}

function balance(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count > 0 ? total / (counts.length * count) : 0));
}

function lossWeights({ weights, matrix }: Labelled, codes: ArrayLike<number>, byClass: readonly number[] | undefined): Float64Array | undefined {
  if (byClass === undefined) return weights && new Float64Array(weights);
  return Float64Array.from({ length: matrix.rows }, (_, row) => (weights?.[row] ?? 1) * byClass[codes[row]!]!);
}
