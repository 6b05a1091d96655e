import { readFileSync } from 'node:fs';
import { missingCode } from '../../../runtime/data/matrix.ts';
import type { CategoryFeature, Labelled, Matrix, NumericFeature } from '../../../runtime/data/matrix.ts';
import { random } from '../../metrics/oracle/cases.ts';

/** Data of a known law, which `linear.py` makes alike. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly rows: number;
  readonly numbers: number;
  /** Of each category feature. */
  readonly levels: readonly number[];
  /** 0 for a regression. */
  readonly classes: number;
  readonly noise: number;
  /** The share of missing values. */
  readonly nulls: number;
  readonly weights: boolean;
  readonly C?: number;
  readonly alpha?: number;
  readonly collinear?: boolean;
  readonly balanced?: boolean;
}

/** All scenarios. */
export const scenarios = JSON.parse(readFileSync(new URL('./scenarios.json', import.meta.url), 'utf8')) as Scenario[];

interface Rows {
  readonly numbers: number[][];
  readonly codes: number[][];
  readonly target: number[];
  readonly weights: number[];
}

const MISSING = -1;
const UNSEEN = -2;

/** Training rows, and 25 others with levels that training does not have. */
export function makeScenario(scenario: Scenario): { train: Labelled; other: Matrix } {
  const { next } = random(scenario.seed);
  const train = makeRows(scenario, next, { count: scenario.rows, unseen: false });
  const other = makeRows(scenario, next, { count: 25, unseen: true });
  const { classes, weights } = scenario;
  return {
    train: {
      matrix: toMatrix(scenario, train, false),
      target:
        classes === 0
          ? { kind: 'numbers', values: Float64Array.from(train.target) }
          : { kind: 'classes', classes: Array.from({ length: classes }, (_, k) => `class ${k}`), codes: Uint8Array.from(train.target) },
      ...(weights && { weights: Float32Array.from(train.weights) }),
    },
    other: toMatrix(scenario, other, true),
  };
}

function makeRows(scenario: Scenario, next: () => number, { count, unseen }: { count: number; unseen: boolean }): Rows {
  const rows: Rows = { numbers: [], codes: [], target: [], weights: [] };
  for (let row = 0; row < count; row++) {
    let score = 0;
    const numbers = Array.from({ length: scenario.numbers }, (_, j) => {
      const u = next() * 2 - 1;
      score += (j + 1) * 0.5 * u;
      return (j - 1) * 100 + u * 10 ** (j % 3);
    });
    const codes = scenario.levels.map((levels) => {
      const u = next();
      const code = Math.floor(u * u * levels);
      score += ((code * 7) % 11) / 11 - 0.5;
      return code;
    });
    score += (next() + next() - 1) * scenario.noise;
    const nulled = numbers.map((value) => (next() < scenario.nulls ? NaN : value));
    rows.codes.push(
      codes.map((code) => {
        const u = next();
        return u < scenario.nulls ? MISSING : unseen && u > 0.9 ? UNSEEN : code;
      }),
    );
    rows.numbers.push(scenario.collinear ? [...nulled, nulled[0]! + nulled[1]!, 7] : nulled);
    rows.weights.push(1 + Math.floor(next() * 4));
    rows.target.push(targetOf(scenario.classes, score));
  }
  return rows;
}

function targetOf(classes: number, score: number): number {
  if (classes === 0) return 10 + 3 * score;
  if (classes === 2) return score > 0 ? 1 : 0;
  return Math.min(classes - 1, Math.max(0, Math.floor(score * 1.5 + classes / 2)));
}

/** Other rows have their levels in another order, behind one that training did not see. */
function toMatrix(scenario: Scenario, { numbers, codes }: Rows, other: boolean): Matrix {
  const width = numbers[0]!.length;
  const numeric = Array.from({ length: width }, (_, j): NumericFeature => {
    return { kind: 'numeric', name: `a${j}`, values: Float64Array.from(numbers, (row) => row[j]!) };
  });
  const categories = scenario.levels.map((levels, j): CategoryFeature => {
    const column = new Uint16Array(codes.length);
    codes.forEach((row, i) => {
      const code = row[j]!;
      column[i] = code === MISSING ? missingCode(column) : code === UNSEEN ? 0 : other ? levels - code : code;
    });
    const names = Array.from({ length: levels }, (_, level) => `level ${level}`);
    return { kind: 'category', name: `b${j}`, codes: column, levels: other ? ['unseen', ...names.reverse()] : names, oneHot: true };
  });
  return { rows: codes.length, features: [...numeric, ...categories] };
}
