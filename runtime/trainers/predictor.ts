import type { Feature, Matrix } from '../data/matrix.ts';

/** A model to be opened. */
export interface PredictorRequest {
  /** Path of the engine's shared library. */
  readonly library: string;
  /** A model as the engine's training gives it. */
  readonly model: Uint8Array;
  /** The features that rows have; their own rows do not matter. */
  readonly features: readonly Feature[];
  readonly threads: number;
  /** How many classes there are; absent for a regression. */
  readonly classes?: number;
}

/** An open model, which says numbers of its engine's own width; `close` frees it. Not for use after that. */
export interface EnginePredictor<Values extends Float32Array | Float64Array> {
  /**
   * What the model says of rows, in the layout of `Scores.values`: the value of a regression, the probability of the last
   * of two classes, or for k > 2 classes k probabilities a row. The matrix has the features of the training matrix, in its
   * order. Missing and unseen categories are missing values.
   */
  readonly predict: (matrix: Matrix) => Values;
  /** The same for one row: its features in order, as numbers, codes of categories, NaN for what is missing. The next call may overwrite it. */
  readonly predictRow: (values: ArrayLike<number>) => Values;
  readonly close: () => void;
}
