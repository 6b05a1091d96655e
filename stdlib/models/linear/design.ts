import { StepError } from '../../../compiler/kinds/run.ts';
import { missingCode } from '../../../runtime/data/matrix.ts';
import type { CategoryFeature, Labelled, Matrix, NumericFeature } from '../../../runtime/data/matrix.ts';
import type { CategoryCompletion, NumericCompletion, Standard } from './linear-model.ts';
import { standardOf, weightedMedian } from './weighted-statistics.ts';

/**
 * The columns that coefficients belong to, without the zeros of one-hot columns: blocks side by side, then a last column
 * of ones for the intercept.
 */
export interface Design {
  readonly rows: number;
  /** Columns in all, the last one included. */
  readonly width: number;
  readonly blocks: readonly Block[];
}

/** Columns that stand side by side. */
export type Block = NumberBlock | CodeBlock;

/** One column. */
export interface NumberBlock {
  readonly kind: 'numbers';
  readonly column: number;
  /** Shape (rows). */
  readonly values: Float64Array;
}

/** One column a level: each row has a one in the column of its code and zeros in the others. */
export interface CodeBlock {
  readonly kind: 'codes';
  /** The first of `levels` columns. */
  readonly column: number;
  readonly levels: number;
  /** Shape (rows), each below `levels`. */
  readonly codes: Int32Array;
}

/** What completes one feature, with the columns that it has in the design. */
export type Completed = CompletedNumber | CompletedCategory;

/** Its column, and where values were missing that of their indicator after it. */
export interface CompletedNumber {
  readonly completion: NumericCompletion;
  readonly column: number;
}

/** One column a level. */
export interface CompletedCategory {
  readonly completion: CategoryCompletion;
  readonly column: number;
  /** Whether missing values are one more level, after the others. */
  readonly missing: boolean;
}

/** Learns the completion of every feature from the training rows, and applies it to them. */
export function designOf(train: Pick<Labelled, 'matrix' | 'weights'>): { design: Design; completed: Completed[] } {
  const added = [...completeFeatures(train)];
  const width = added.reduce((sum, one) => sum + one.width, 0);
  return { design: { rows: train.matrix.rows, width: width + 1, blocks: added.flatMap(({ blocks }) => blocks) }, completed: added.map(({ completed }) => completed) };
}

/** Learns the completion of every feature; what it makes of the rows goes, feature by feature. */
export function completionsOf(train: Pick<Labelled, 'matrix' | 'weights'>): Completed[] {
  const found: Completed[] = [];
  for (const { completed } of completeFeatures(train)) found.push(completed);
  return found;
}

function* completeFeatures({ matrix, weights }: Pick<Labelled, 'matrix' | 'weights'>): Generator<Added> {
  if (matrix.rows === 0) throw new StepError('there are no rows to train on');
  if (weights?.some((weight) => weight > 0) === false) throw new StepError('no training row has a positive weight');
  const doubles = weights && new Float64Array(weights);
  let column = 0;
  for (const feature of matrix.features) {
    const added = feature.kind === 'numeric' ? completeNumber(feature, doubles, column) : completeCategory(feature, matrix, column);
    yield added;
    column += added.width;
  }
}

interface Added {
  readonly blocks: readonly Block[];
  readonly completed: Completed;
  readonly width: number;
}

function completeNumber({ name, values }: NumericFeature, weights: Float64Array | undefined, column: number): Added {
  const filled = new Float64Array(values);
  const missing = indicateMissing(filled, name);
  const fill = missing === undefined ? weightedMedian(filled, weights) : medianOfPresent(filled, weights, missing);
  if (missing !== undefined) for (let row = 0; row < filled.length; row++) if (missing[row] === 1) filled[row] = fill;
  const own = standardOf(filled, weights);
  const indicator = missing && standardOf(missing, weights);
  const blocks: Block[] = [{ kind: 'numbers', column, values: standardise(filled, own, name) }];
  if (missing && indicator) blocks.push({ kind: 'numbers', column: column + 1, values: standardise(missing, indicator, name) });
  const completion: NumericCompletion = { kind: 'numeric', feature: name, fill, ...own, ...(indicator && { missing: indicator }) };
  return { blocks, completed: { completion, column }, width: blocks.length };
}

/** 1 where a value is missing and 0 elsewhere, or `undefined` where none is. */
function indicateMissing(values: Float64Array, name: string): Float64Array | undefined {
  let missing: Float64Array | undefined;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isFinite(value)) continue;
    if (!Number.isNaN(value)) throw infinite(name);
    missing ??= new Float64Array(values.length);
    missing[row] = 1;
  }
  return missing;
}

/** What stops a model whose input has ±∞. */
export function infinite(feature: string): StepError {
  return new StepError(`the feature \`${feature}\` has infinite values`, 'make them null in SQL, or keep them out with a WHERE');
}

function medianOfPresent(values: Float64Array, weights: Float64Array | undefined, missing: Float64Array): number {
  const present = (_: number, row: number) => missing[row] === 0;
  return weightedMedian(values.filter(present), weights?.filter(present));
}

function standardise(values: Float64Array, { mean, deviation }: Standard, name: string): Float64Array {
  for (let row = 0; row < values.length; row++) values[row] = (values[row]! - mean) / deviation;
  if (!Number.isFinite(mean + deviation)) {
    throw new StepError(`the feature \`${name}\` has values too large to compute with`, 'scale the column down in SQL');
  }
  return values;
}

function completeCategory({ name, codes, levels }: CategoryFeature, { rows }: Matrix, column: number): Added {
  const absent = missingCode(codes);
  const own = new Int32Array(rows);
  let missing = false;
  for (let row = 0; row < rows; row++) {
    const code = codes[row]!;
    if (code === absent) missing = true;
    own[row] = code === absent ? levels.length : code;
  }
  const width = levels.length + (missing ? 1 : 0);
  const completion: CategoryCompletion = { kind: 'category', feature: name, levels };
  return {
    blocks: [{ kind: 'codes', column, levels: width, codes: own }],
    completed: { completion, column, missing },
    width,
  };
}
