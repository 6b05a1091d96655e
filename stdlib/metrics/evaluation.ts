import type { Codes } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { binEdges, calibrationCurve, USUAL_BINNING, type CalibrationBin } from './calibration.ts';
import { countConfusion } from './confusion.ts';
import type { Confusion } from './confusion.ts';
import { rankingOf } from './ranking-curve.ts';
import type { Ranking } from './ranking-curve.ts';
import type { Floats } from '../../runtime/data/sort-floats.ts';

/** Scores of a classification, with what several metrics share: each is made once, when it is first asked for. */
export interface ClassEvaluation {
  readonly rows: number;
  readonly classes: readonly string[];
  readonly truth: Codes;
  /** As in `Scores.values`: of the last class for two classes, else row-major with one column a class. */
  readonly values: Floats;
  readonly weights: Floats | undefined;
  /** Where the bins of the calibration curve meet. */
  readonly edges: readonly number[];
  readonly confusion: () => Confusion;
  /** How well the probability of a class ranks its rows before all others. */
  readonly ranking: (klass: number) => Ranking;
  readonly calibration: () => readonly CalibrationBin[];
}

/** Scores of a regression. */
export interface NumberEvaluation {
  readonly rows: number;
  readonly truth: Float64Array;
  readonly values: Floats;
  readonly weights: Floats | undefined;
}

/** How a classification is judged, beside its scores. */
export interface Judging {
  /** Of two classes: the last one is predicted when its probability is at least this; absent: above 0.5. */
  readonly threshold?: number | undefined;
  /** Where the bins of the calibration curve meet; absent: ten bins of one width. */
  readonly edges?: readonly number[] | undefined;
}

/** Scores whose metrics are asked for under several weights. */
export type Reweighted<E> = (weights: Floats | undefined) => E;

/** Prepares scores of a classification for its metrics. Weights have shape (rows). */
export function evaluateClasses(scores: Scores, truth: Codes, classes: readonly string[], { threshold, edges }: Judging = {}): Reweighted<ClassEvaluation> {
  const { rows, values } = scores;
  const columns = perClass((klass) => probabilities(values, rows, klass));
  const bins = edges ?? binEdges(values, USUAL_BINNING);
  return (weights) => {
    let confusion: Confusion | undefined;
    let curve: readonly CalibrationBin[] | undefined;
    const evaluation: ClassEvaluation = {
      rows,
      classes,
      truth,
      values,
      weights,
      edges: bins,
      confusion: () => (confusion ??= countConfusion({ truth, values, classes, weights, threshold })),
      ranking: perClass((klass) => rankingOf({ truth, values: columns(klass), klass, weights })),
      calibration: () => (curve ??= calibrationCurve(evaluation)),
    };
    return evaluation;
  };
}

/** A function of a class whose results are kept. */
function perClass<T>(make: (klass: number) => T): (klass: number) => T {
  const known = new Map<number, T>();
  return (klass) => {
    const found = known.get(klass) ?? make(klass);
    known.set(klass, found);
    return found;
  };
}

/** The probability of one class, shape (rows). */
function probabilities(values: Floats, rows: number, klass: number): Floats {
  const width = values.length / rows;
  if (width === 1) return klass === 1 ? values : values.map((value) => 1 - value);
  const column = values instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
  for (let row = 0, at = klass; row < rows; row++, at += width) column[row] = values[at]!;
  return column;
}
