import type { Recutting } from '../../compiler/kinds/kind.ts';
import { hasClasses, type SplitType } from '../../compiler/types.ts';

/** How a sample of training rows is drawn. */
export interface Drawing {
  /** Which of several samples, from 1. */
  readonly sample: number;
  /** How many rows it has, as a share of the training rows. */
  readonly share: number;
  /** Whether a row may be drawn more than once. */
  readonly replace: boolean;
  readonly stream: number;
}

/** What draws a sample of a split's training rows: of each class its share. */
export function bootstrapOf({ task, target }: SplitType, drawing: Drawing): Recutting {
  const columns = hasClasses(task) ? [target.name] : [];
  return {
    kind: 'bootstrap',
    params: { ...drawing, ...(columns[0] === undefined ? {} : { target: { $column: columns[0] } }) },
    columns,
  };
}
