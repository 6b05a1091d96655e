import type { Task } from '../../../compiler/types.ts';
import type { Target } from '../../../runtime/data/matrix.ts';
import type { Scores } from '../../../runtime/data/scores.ts';
import { fitIsotonic, isotonicOf, type Isotonic } from './fit-isotonic.ts';
import { fitSigmoid, logOdds, sigmoidOf, type Sigmoid } from './fit-sigmoid.ts';

/** How probabilities are mapped, by class: of two classes that of the last alone. */
export type Calibration =
  | { readonly method: 'sigmoid'; readonly maps: readonly (Sigmoid & { readonly class: string })[] }
  | { readonly method: 'isotonic'; readonly maps: readonly (Isotonic & { readonly class: string })[] };

/** What an adjusted model adds to the model that it wraps: its bytes, as JSON. */
export interface Adjustment {
  readonly task: Task;
  readonly classes: readonly string[];
  readonly calibration?: Calibration;
  /** The least probability at which the last of two classes is said; absent: above one half. */
  readonly threshold?: number;
}

type Classes = Extract<Target, { kind: 'classes' }>;

/** Fits a map for each class, against the rest, on scores of rows that the model was not trained on. */
export function fitCalibration(method: Calibration['method'], { rows, values }: Scores, { classes, codes }: Classes): Calibration {
  const width = values.length / rows;
  const fitClass = <T>(of: number, fit: (column: Float64Array, hits: Uint8Array) => T): T & { readonly class: string } => {
    const column = Float64Array.from({ length: rows }, (_, row) => values[row * width + (width === 1 ? 0 : of)]!);
    return { class: classes[of]!, ...fit(column, Uint8Array.from(codes, (code) => (code === of ? 1 : 0))) };
  };
  const fitted = width === 1 ? [1] : classes.map((_, at) => at);
  return method === 'isotonic'
    ? { method, maps: fitted.map((of) => fitClass(of, fitIsotonic)) }
    : { method, maps: fitted.map((of) => fitClass(of, (column, hits) => fitSigmoid(column.map(logOdds), hits))) };
}

/** A probability as each class's map has it, before those of a row are made to add up to one. */
export function calibratedBy(calibration: Calibration): readonly ((probability: number) => number)[] {
  return calibration.method === 'isotonic'
    ? calibration.maps.map((map) => (probability) => isotonicOf(map, probability))
    : calibration.maps.map((map) => (probability) => sigmoidOf(map, logOdds(probability)));
}

/**
 * Makes the function that calibrates the values of rows, in the layout of `Scores.values`. Of several classes each row
 * is divided by its sum; where that is zero, all are equally probable, as scikit-learn has it.
 */
export function calibrator(calibration: Calibration): (values: ArrayLike<number>) => Float64Array {
  const maps = calibratedBy(calibration);
  const width = maps.length;
  return (values) => {
    const calibrated = new Float64Array(values.length);
    for (let start = 0; start < values.length; start += width) {
      let sum = 0;
      for (let at = 0; at < width; at++) sum += calibrated[start + at] = maps[at]!(values[start + at]!);
      if (width === 1) continue;
      for (let at = 0; at < width; at++) calibrated[start + at] = sum === 0 ? 1 / width : calibrated[start + at]! / sum;
    }
    return calibrated;
  };
}
