import type { Scores } from '../../runtime/data/scores.ts';
import type { Task } from '../../compiler/types.ts';
import { decideClass, type Deciding } from '../metrics/decide.ts';

/** How the predictions of several models become one. */
export type Combination =
  /** Their weighted mean. */
  | { readonly how: 'mean'; readonly weights: readonly number[] }
  /** The weighted share of the models that decide for each class, of two by their thresholds: without one above one half. */
  | { readonly how: 'hard'; readonly weights: readonly number[]; readonly thresholds: readonly (number | null)[] }
  /** Of numbers: the middle one, or the mean of the two in the middle. */
  | { readonly how: 'median' };

/** What is predicted: of each row one value, or one a class. */
export interface Predicted {
  readonly task: Task;
  readonly classes: readonly string[];
}

/** How many values a prediction of a row has. */
export function widthOf({ task, classes }: Predicted): number {
  return task === 'multiclass' ? classes.length : 1;
}

/** Combines predictions of the same rows, each in the layout of `Scores.values`; additions are in the order of the models. */
export function combine(combination: Combination, predicted: Predicted, models: readonly Scores['values'][]): Float64Array {
  const combined = new Float64Array(models[0]?.length ?? 0);
  if (combination.how === 'median') {
    const row = new Float64Array(models.length);
    for (let at = 0; at < combined.length; at++) {
      models.forEach((values, model) => (row[model] = values[at]!));
      combined[at] = middleOf(row.sort());
    }
    return combined;
  }
  const { weights } = combination;
  const width = widthOf(predicted);
  models.forEach((values, model) => {
    const weight = weights[model]!;
    if (combination.how === 'mean') for (let at = 0; at < combined.length; at++) combined[at]! += weight * values[at]!;
    else addVotes(combined, values, { width, weight, threshold: combination.thresholds[model] ?? undefined });
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let at = 0; at < combined.length; at++) combined[at]! /= total;
  return combined;
}

function addVotes(votes: Float64Array, values: Scores['values'], { weight, ...deciding }: Deciding & { readonly weight: number }): void {
  const { width } = deciding;
  for (let start = 0; start < values.length; start += width) {
    const decided = decideClass(values, start, deciding);
    if (width > 1) votes[start + decided]! += weight;
    else votes[start]! += weight * decided;
  }
}

function middleOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
