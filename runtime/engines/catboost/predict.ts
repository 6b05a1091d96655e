import { StepError } from '../../../compiler/kinds/run.ts';
import { matrixColumns, type Column, type ColumnArray } from '../../data/columns.ts';
import type { EnginePredictor, PredictorRequest } from '../../trainers/predictor.ts';
import { askOnce } from '../../trainers/row-memory.ts';
import { MOST_THRESHOLDS, openConditions, type Conditions } from './conditions.ts';
import type { CatboostModel, TreeNode } from './model.ts';

/** A model of CatBoost's that is open. */
export type CatboostPredictor = EnginePredictor<Float64Array>;

/** Rows that trees are asked about together: their columns stay in the processor's cache. */
const BLOCK = 512;

/** Objectives that predict a logarithm. */
const LOGARITHMS: readonly string[] = ['Poisson', 'Tweedie'];

/**
 * Opens a model from its JSON. It is asked here, without CatBoost and its Python: sums of leaves differ from CatBoost's
 * by rounding in the last digit, as it adds four trees at a time.
 */
export function openCatboostPredictor({ model: bytes, features, classes = 1 }: Pick<PredictorRequest, 'model' | 'features' | 'classes'>): CatboostPredictor {
  const model = readModel(bytes);
  const width = classes > 2 ? classes : 1;
  const [, bias] = model.scale_and_bias;
  if (bias.length !== width) throw new StepError(`CatBoost: the model gives ${bias.length} values a row where ${width} were expected`);
  const sum = openTrees(model, width);
  const finish = finisher(model, classes);
  const block = openConditions(model, features, BLOCK);
  const single = openConditions(model, features, 1);
  const ask = (columns: readonly Column[], rows: number): Float64Array => {
    const values = new Float64Array(rows * width);
    for (let start = 0; start < rows; start += BLOCK) {
      const count = Math.min(BLOCK, rows - start);
      block.fill(columns, start, count);
      const of = values.subarray(start * width, (start + count) * width);
      sum(block, count, of);
      finish(of);
    }
    return values;
  };
  const once = askOnce<ColumnArray, Float64Array>({ ask, width, empty: (length) => new Float64Array(length) });
  const row = features.map((feature): Column => (feature.kind === 'category' ? { type: 'c', values: new Uint32Array(1), highest: feature.levels.length - 1 } : { type: 'q', values: new Float64Array(1) }));
  const said = new Float64Array(width);
  return {
    predict: (matrix) => once(matrixColumns(matrix), matrix.rows),
    predictRow: (given) => {
      row.forEach(({ type, values }, index) => {
        const value = given[index] as number;
        values[0] = type === 'c' && Number.isNaN(value) ? 0xffffffff : value;
      });
      single.fill(row, 0, 1);
      said.fill(0);
      sum(single, 1, said);
      finish(said);
      return said;
    },
    close: () => undefined,
  };
}

function readModel(bytes: Uint8Array): CatboostModel {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as CatboostModel;
  } catch {
    throw new StepError('CatBoost: this is no model of its JSON format');
  }
}

/** Adds up the leaves that rows come to, into zeros. */
type SumTrees = (conditions: Conditions, rows: number, sums: Float64Array) => void;

function openTrees({ oblivious_trees: even, trees = [] }: CatboostModel, width: number): SumTrees {
  return even === undefined ? openUnevenTrees(trees, width) : openEvenTrees(even, width);
}

/** Levels whose conditions fit a byte: a tree has up to sixteen. */
const BYTE_LEVELS = 8;

/** Four bytes alike, by one of them; the top bit of each. */
const FOUR = 0x01010101;
const TOP_BITS = 0x80808080 | 0;

/** Trees with one condition a level: the conditions that hold are the digits of the leaf's number, the lowest first. */
function openEvenTrees(trees: NonNullable<CatboostModel['oblivious_trees']>, width: number): SumTrees {
  const laid = trees.map(({ splits, leaf_values: leaves }) => {
    const levels = (splits ?? []).map((split) => split.split_index);
    return { low: Int32Array.from(levels.slice(0, BYTE_LEVELS)), high: Int32Array.from(levels.slice(BYTE_LEVELS)), leaves: Float64Array.from(leaves) };
  });
  const [low, high] = [new Int32Array(BLOCK / 4), new Int32Array(BLOCK / 4)];
  const [lowBytes, highBytes] = [new Uint8Array(low.buffer), new Uint8Array(high.buffer)];
  const leaf = new Uint16Array(BLOCK);
  return (conditions, rows, sums) => {
    for (const tree of laid) {
      findHolding(conditions, tree.low, { rows, into: low });
      if (tree.high.length === 0) {
        if (width === 1) for (let row = 0; row < rows; row++) sums[row] = (sums[row] as number) + (tree.leaves[lowBytes[row] as number] as number);
        else addLeaves(sums, tree.leaves, { leaf: lowBytes, rows, width });
        continue;
      }
      findHolding(conditions, tree.high, { rows, into: high });
      for (let row = 0; row < rows; row++) leaf[row] = (lowBytes[row] as number) | ((highBytes[row] as number) << BYTE_LEVELS);
      addLeaves(sums, tree.leaves, { leaf, rows, width });
    }
  };
}

/** Which of some conditions hold, the first in the lowest bit of each row's byte: four rows are asked together. */
function findHolding({ column, threshold, words }: Conditions, splits: Int32Array, { rows, into }: { readonly rows: number; readonly into: Int32Array }): void {
  const count = Math.ceil(rows / 4);
  into.fill(0, 0, count);
  for (let level = 0; level < splits.length; level++) {
    const split = splits[level] as number;
    const values = words[column[split] as number] as Int32Array;
    const carry = (MOST_THRESHOLDS - (threshold[split] as number)) * FOUR;
    const shift = BYTE_LEVELS - 1 - level;
    for (let at = 0; at < count; at++) into[at] = (into[at] as number) | ((((values[at] as number) + carry) & TOP_BITS) >>> shift);
  }
}

function addLeaves(sums: Float64Array, leaves: Float64Array, { leaf, rows, width }: { readonly leaf: Uint8Array | Uint16Array; readonly rows: number; readonly width: number }): void {
  for (let row = 0; row < rows; row++) {
    const from = (leaf[row] as number) * width;
    for (let k = 0; k < width; k++) sums[row * width + k] = (sums[row * width + k] as number) + (leaves[from + k] as number);
  }
}

/** Trees whose branches have conditions of their own. */
function openUnevenTrees(trees: readonly TreeNode[], width: number): SumTrees {
  return ({ column, threshold, columns }, rows, sums) => {
    for (const tree of trees) {
      for (let row = 0; row < rows; row++) {
        let node = tree;
        while ('split' in node) {
          const split = node.split.split_index;
          node = (columns[column[split] as number]?.[row] as number) > (threshold[split] as number) ? node.right : node.left;
        }
        const { value } = node;
        for (let k = 0; k < width; k++) sums[row * width + k] = (sums[row * width + k] as number) + (typeof value === 'number' ? value : (value[k] as number));
      }
    }
  };
}

/** Makes of sums what the model says: probabilities, or values. */
function finisher({ scale_and_bias: [scale, bias], model_info: info }: CatboostModel, classes: number): (sums: Float64Array) => void {
  const width = bias.length;
  const raw = (sums: Float64Array): void => {
    for (let at = 0; at < sums.length; at++) sums[at] = scale * (sums[at] as number) + (bias[at % width] as number);
  };
  const turn = (of: (value: number) => number) => (sums: Float64Array) => {
    raw(sums);
    for (let at = 0; at < sums.length; at++) sums[at] = of(sums[at] as number);
  };
  if (classes === 2) return turn((value) => 1 / (1 + Math.exp(-value)));
  if (classes === 1) return LOGARITHMS.includes(info.params.loss_function.type) ? turn(Math.exp) : raw;
  return (sums) => {
    raw(sums);
    for (let start = 0; start < sums.length; start += width) softmax(sums.subarray(start, start + width));
  };
}

function softmax(values: Float64Array): void {
  const most = Math.max(...values);
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k] = Math.exp((values[k] as number) - most);
  for (let k = 0; k < values.length; k++) values[k] = (values[k] as number) / total;
}
