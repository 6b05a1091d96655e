import type { RunContext } from '../../compiler/kinds/run.ts';
import type { StoredModel } from '../../compiler/plan/artifact.ts';
import type { Matrix } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';

/** A loaded model: what evaluation, prediction and serving ask. Not for use after `close`. */
export interface Predictor {
  /** What it says of rows, in the layout of `Scores.values`. The rows have each of the model's sets of features. */
  readonly predict: (sets: readonly Matrix[]) => Scores['values'] | Promise<Scores['values']>;
  /** The same for one row: features of each set in the order of their names, as numbers, codes of categories, NaN for what is missing. */
  readonly predictRow: (sets: readonly ArrayLike<number>[]) => ArrayLike<number>;
  readonly close: () => void;
}

/** What of a step's context loading takes. */
export type LoadingContext = Pick<RunContext, 'readBlob' | 'engines' | 'threads'>;

/** Loads a model for rows with the features that `templates` have, one for each of its sets. */
export type OpenPredictor = (context: LoadingContext, model: StoredModel, templates: readonly Matrix[]) => Promise<Predictor>;
