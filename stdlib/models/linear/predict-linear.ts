import { StepError } from '../../../compiler/kinds/run.ts';
import { hasClasses } from '../../../compiler/types.ts';
import { missingCode } from '../../../runtime/data/matrix.ts';
import type { Feature, Matrix } from '../../../runtime/data/matrix.ts';
import { categoriesOf, findFeature, numbersOf } from '../matrix-features.ts';
import { infinite } from './design.ts';
import type { CategoryTerm, LinearModel, LinearTerm, NumericTerm } from './linear-model.ts';

/** Predictions in the layout of `Scores.values`. */
export type Predictor = (matrix: Matrix) => Float64Array;

/** Predicts once. For many small matrices, make a `linearPredictor` and keep it. */
export function predictLinear(model: LinearModel, matrix: Matrix): Float64Array {
  return linearPredictor(model)(matrix);
}

/**
 * A function that predicts, with the model's coefficients laid out for it: a row at a time is as fast as that allows.
 * The matrix must have the features that the model was fitted on; levels that it did not see contribute nothing.
 */
export function linearPredictor(model: LinearModel): Predictor {
  const scores = model.intercepts.length;
  const parts = model.terms.map((term, at) => ({ feature: term.feature, at, add: contribution(term, scores) }));
  return (matrix) => {
    const values = new Float64Array(matrix.rows * scores);
    for (let at = 0; at < values.length; at++) values[at] = model.intercepts[at % scores]!;
    for (const { feature, at, add } of parts) add(findFeature(matrix, feature, at), values);
    requireFinite(model, matrix, values);
    if (hasClasses(model.task)) toProbabilities(values, scores);
    return values;
  };
}

/** Adds what a feature contributes to scores of shape (rows, scores). */
type Contribution = (feature: Feature, values: Float64Array) => void;

function contribution(term: LinearTerm, scores: number): Contribution {
  return term.kind === 'numeric' ? numberContribution(term, scores) : categoryContribution(term, scores);
}

function numberContribution(term: NumericTerm, scores: number): Contribution {
  const { fill, mean, deviation, missing } = term;
  const coefficients = Float64Array.from(term.coefficients);
  const ofMissing = Float64Array.from(missing?.coefficients ?? []);
  const absent = missing === undefined ? 0 : (0 - missing.mean) / missing.deviation;
  const present = missing === undefined ? 0 : (1 - missing.mean) / missing.deviation;
  return (feature, values) => {
    const source = numbersOf(feature);
    for (let row = 0; row < source.length; row++) {
      const value = source[row]!;
      const isMissing = Number.isNaN(value);
      const standard = ((isMissing ? fill : value) - mean) / deviation;
      for (let score = 0, at = row * scores; score < scores; score++, at++) values[at] = values[at]! + coefficients[score]! * standard;
      if (missing === undefined) continue;
      const indicator = isMissing ? present : absent;
      for (let score = 0, at = row * scores; score < scores; score++, at++) values[at] = values[at]! + ofMissing[score]! * indicator;
    }
  };
}

function categoryContribution(term: CategoryTerm, scores: number): Contribution {
  const places = new Map(term.levels.map((level, at) => [level, at]));
  const tables = new WeakMap<readonly string[], Float64Array>();
  return (feature, values) => {
    const { codes, levels } = categoriesOf(feature);
    const table = tables.get(levels) ?? tableOf(term, levels, { places, scores });
    tables.set(levels, table);
    const absent = missingCode(codes);
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row]!;
      const from = (code === absent ? levels.length : code) * scores;
      for (let score = 0, at = row * scores; score < scores; score++, at++) values[at] = values[at]! + table[from + score]!;
    }
  };
}

interface Places {
  /** Of each level among the model's. */
  readonly places: ReadonlyMap<string, number>;
  readonly scores: number;
}

/** Coefficients by the matrix's own codes, those of missing values after the last. Shape (levels + 1, scores). */
function tableOf(term: CategoryTerm, levels: readonly string[], { places, scores }: Places): Float64Array {
  const table = new Float64Array((levels.length + 1) * scores);
  levels.forEach((level, code) => {
    const place = places.get(level);
    if (place !== undefined) table.set(term.coefficients[place]!, code * scores);
  });
  if (term.missingCoefficients !== undefined) table.set(term.missingCoefficients, levels.length * scores);
  return table;
}

function requireFinite({ terms }: LinearModel, matrix: Matrix, values: Float64Array): void {
  if (values.every(Number.isFinite)) return;
  const guilty = terms.find((term, at) => {
    const feature = findFeature(matrix, term.feature, at);
    return feature.kind === 'numeric' && feature.values.some((value) => value === Infinity || value === -Infinity);
  });
  if (guilty === undefined) throw new StepError('some rows have values too large to predict from', 'look for them with `mlp show`');
  throw infinite(guilty.feature);
}

/** Turns scores into probabilities in place: the logistic function of one score, the softmax of several. */
function toProbabilities(values: Float64Array, scores: number): void {
  if (scores === 1) {
    for (let row = 0; row < values.length; row++) {
      const score = values[row]!;
      const small = Math.exp(-Math.abs(score));
      values[row] = (score >= 0 ? 1 : small) / (1 + small);
    }
    return;
  }
  for (let start = 0; start < values.length; start += scores) {
    let highest = -Infinity;
    for (let at = start; at < start + scores; at++) highest = Math.max(highest, values[at]!);
    let sum = 0;
    for (let at = start; at < start + scores; at++) sum += values[at] = Math.exp(values[at]! - highest);
    for (let at = start; at < start + scores; at++) values[at] = values[at]! / sum;
  }
}
