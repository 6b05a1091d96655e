import type { Codes } from '../../runtime/data/matrix.ts';
import type { Floats } from '../../runtime/data/sort-floats.ts';
import { decideClass } from './decide.ts';

/** Weights of rows by true and predicted class; numbers of rows where there are no weights. */
export interface Confusion {
  readonly labels: readonly string[];
  /** Rows are the truth, columns what was predicted. */
  readonly matrix: readonly (readonly number[])[];
}

/** What is counted of one class; `null` where a quotient's denominator is zero. */
export interface ClassCounts {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** The weight of the rows that are of this class in truth. */
  readonly support: number;
  /** The weight of the rows for which it was predicted. */
  readonly predicted: number;
}

/** What is counted. */
export interface ConfusionInput {
  readonly truth: Codes;
  readonly values: Floats;
  readonly classes: readonly string[];
  readonly weights: Floats | undefined;
  /** Of two classes: the last one is predicted when its probability is at least this. */
  readonly threshold?: number | undefined;
}

/** Decides for each row and counts. */
export function countConfusion({ truth, values, classes, weights, threshold }: ConfusionInput): Confusion {
  const rows = truth.length;
  const width = rows === 0 ? 1 : values.length / rows;
  const count = classes.length;
  const cells = new Float64Array(count * count);
  for (let row = 0; row < rows; row++) {
    const decided = decideClass(values, row * width, { width, threshold });
    const cell = truth[row]! * count + decided;
    cells[cell] = cells[cell]! + (weights === undefined ? 1 : weights[row]!);
  }
  const matrix = classes.map((_, klass) => Array.from(cells.subarray(klass * count, (klass + 1) * count)));
  return { labels: classes, matrix };
}

/** Precision, recall and F1 = 2·TP / (2·TP + FP + FN) of each class. */
export function countClasses({ matrix }: Confusion): ClassCounts[] {
  return matrix.map((row, klass) => {
    const hits = row[klass]!;
    const support = row.reduce((sum, cell) => sum + cell, 0);
    const predicted = matrix.reduce((sum, other) => sum + other[klass]!, 0);
    return {
      precision: quotient(hits, predicted),
      recall: quotient(hits, support),
      f1: quotient(2 * hits, support + predicted),
      support,
      predicted,
    };
  });
}

function quotient(numerator: number, denominator: number): number | null {
  return denominator > 0 ? numerator / denominator : null;
}
