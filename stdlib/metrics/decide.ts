import type { Floats } from '../../runtime/data/sort-floats.ts';

/** How a class is decided for. */
export interface Deciding {
  /** Values of a row: one for two classes, else one a class. */
  readonly width: number;
  /** Of two classes: the last one is predicted when its probability is at least this. */
  readonly threshold?: number | undefined;
}

/**
 * The class that is predicted for the row whose values begin at `start`: the one of highest probability, the first of
 * equals, as in scikit-learn's `predict`. With two classes, the last one is predicted when its probability is above 0.5,
 * or at least the threshold where one is given.
 */
export function decideClass(values: Floats, start: number, { width, threshold }: Deciding): number {
  if (width === 1) return (threshold === undefined ? values[start]! > 0.5 : values[start]! >= threshold) ? 1 : 0;
  let best = 0;
  for (let klass = 1; klass < width; klass++) if (values[start + klass]! > values[start + best]!) best = klass;
  return best;
}
