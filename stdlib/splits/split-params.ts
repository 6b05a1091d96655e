import type { Json } from '../../compiler/json.ts';
import { boolean, column, described, either, list, number, share, text, word } from '../../compiler/kinds/schema.ts';
import type { Task } from '../../compiler/types.ts';

/** Parameters of every split: what is to be predicted, how much each part gets, and what is known when predicting. */
export const splitParams = {
  target: described(column(), 'The column to be predicted.'),
  train: described(share(), 'Share of the rows to train on; 70% unless the others leave less or more.'),
  validate: described(share(), 'Share of the rows to choose by; 15% unless the others leave less or more.'),
  test: described(share(), 'Share of the rows to judge by; 15% unless the others leave less or more.'),
  task: described(word('binary', 'multiclass', 'regression', 'ranking'), 'What is to be predicted, where the type of the target does not say it. `ranking` puts the rows of each `group` into order: the target says how relevant a row is, from 0 to 30.'),
  positive: described(either(text(), number(), boolean()), 'The positive class of a binary task.'),
  known: described(list(column(), { min: 1 }), 'Columns that are known when a prediction is made, although the target is made from them too.'),
};

/** The parameters of every split that its run reads, as inference completes them. */
export interface SplitParams {
  readonly target: ColumnName;
  readonly task: Task;
  readonly positive?: string | number | boolean;
  /** Rows that are equal in these columns belong together. */
  readonly group?: readonly ColumnName[];
}

/** A column as parameters encode it. */
export interface ColumnName {
  readonly $column: string;
}

/** The names in a list of encoded columns; of one that is no list, its only one. */
export function columnNames(columns: Json | undefined): string[] {
  if (columns === undefined) return [];
  const listed = (Array.isArray(columns) ? columns : [columns]) as readonly ColumnName[];
  return listed.map(({ $column }) => $column);
}
