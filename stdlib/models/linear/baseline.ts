import { StepError } from '../../../compiler/kinds/run.ts';
import type { Task } from '../../../compiler/types.ts';
import type { Labelled } from '../../../runtime/data/matrix.ts';
import { compensatedSum } from '../../metrics/sum.ts';

/** The model that looks at no feature: what any other must be better than. Plain JSON. */
export interface BaselineModel {
  readonly task: Task;
  /** For classifications. */
  readonly classes?: readonly string[];
  /** The share of each class in training, or of a regression the mean of the target alone. */
  readonly values: readonly number[];
}

/** Learns the shares of the classes, whose majority is then predicted, or the mean. */
export function fitBaseline({ matrix: { rows }, target, weights }: Labelled): BaselineModel {
  if (rows === 0) throw new StepError('there are no rows to train on');
  const count = target.kind === 'classes' ? target.classes.length : 1;
  const sums = Array.from({ length: count }, compensatedSum);
  const total = compensatedSum();
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    total.add(weight);
    if (target.kind === 'classes') sums[target.codes[row]!]!.add(weight);
    else sums[0]!.add(weight * target.values[row]!);
  }
  if (!(total.total() > 0)) throw new StepError('no training row has a positive weight');
  const values = sums.map((sum) => sum.total() / total.total());
  if (!values.every(Number.isFinite)) throw new StepError('the target has infinite or missing values in training rows');
  if (target.kind === 'numbers') return { task: 'regression', values };
  return { task: count === 2 ? 'binary' : 'multiclass', classes: target.classes, values };
}

/** The same prediction for every row, in the layout of `Scores.values`. */
export function predictBaseline({ task, values }: BaselineModel, rows: number): Float64Array {
  const row = task === 'binary' ? values.slice(-1) : values;
  return Float64Array.from({ length: rows * row.length }, (_, at) => row[at % row.length]!);
}
