import type { Scores } from '../../runtime/data/scores.ts';
import type { Feature, Matrix } from '../../runtime/data/matrix.ts';
import { widthOf, type Predicted } from './combine.ts';

/** What the predictions of a stack's members are called as features of its meta model: `model[0]`, of several classes `model[0].Adelie`. */
export function predictionNames(member: number, predicted: Predicted): string[] {
  const name = `model[${member}]`;
  return widthOf(predicted) === 1 ? [name] : predicted.classes.map((label) => `${name}.${label}`);
}

/** The values of each column of predictions, of the type that the predictions have. */
export function predictionColumns(values: Scores['values'], width: number): Scores['values'][] {
  if (width === 1) return [values];
  const rows = values.length / width;
  return Array.from({ length: width }, (_, column) => {
    const taken = new (values.constructor as new (length: number) => Scores['values'])(rows);
    for (let row = 0, at = column; row < rows; row++, at += width) taken[row] = values[at]!;
    return taken;
  });
}

/** Features of a meta model, in the order of their names: the members' predictions and what is passed through. */
export function metaMatrix(members: readonly Scores['values'][], predicted: Predicted, passed?: Matrix): Matrix {
  const width = widthOf(predicted);
  const predictions = members.flatMap((values, member): Feature[] => {
    const columns = predictionColumns(values, width);
    return predictionNames(member, predicted).map((name, at) => ({ kind: 'numeric', name, values: columns[at]! }));
  });
  const features = [...predictions, ...(passed?.features ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { rows: (members[0]?.length ?? 0) / width, features };
}
