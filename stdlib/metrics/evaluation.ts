import type { Codes } from '../../runtime/data/matrix.ts';
import type { Scores } from '../../runtime/data/scores.ts';
import { countConfusion } from './confusion.ts';
import type { Confusion } from './confusion.ts';
import { rankingOf } from '../../runtime/data/ranking-curve.ts';
import type { Ranking } from '../../runtime/data/ranking-curve.ts';
import type { Floats } from '../../runtime/data/sort-floats.ts';

/** Scores of a classification, with what several metrics share: each is made once, when it is first asked for. */
export interface ClassEvaluation {
  readonly rows: number;
  readonly classes: readonly string[];
  readonly truth: Codes;
  /** As in `Scores.values`: of the last class for two classes, else row-major with one column a class. */
  readonly values: Floats;
  readonly weights: Floats | undefined;
  readonly confusion: () => Confusion;
  /** How well the probability of a class ranks its rows before all others. */
  readonly ranking: (klass: number) => Ranking;
}

/** Scores of a regression. */
export interface NumberEvaluation {
  readonly rows: number;
  readonly truth: Float64Array;
  readonly values: Floats;
  readonly weights: Floats | undefined;
}

/** Prepares scores of a classification for its metrics. Weights have shape (rows). */
export function evaluateClasses(scores: Scores, truth: Codes, classes: readonly string[], weights?: Floats): ClassEvaluation {
  const { rows, values } = scores;
  const rankings = new Map<number, Ranking>();
  let confusion: Confusion | undefined;
  return {
    rows,
    classes,
    truth,
    values,
    weights,
    confusion: () => (confusion ??= countConfusion({ truth, values, classes, weights })),
    ranking(klass) {
      const known = rankings.get(klass) ?? rankingOf({ truth, values: probabilities(values, rows, klass), klass, weights });
      rankings.set(klass, known);
      return known;
    },
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
