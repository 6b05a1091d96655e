import { missingCode, type Matrix, type NumericFeature } from '../../../runtime/data/matrix.ts';
import type { CategoryInput, NetworkInputs, Shape } from '../../../runtime/networks/description.ts';
import type { NetworkRows } from '../../../runtime/networks/rows.ts';
import { completionsOf, infinite, type Completed } from '../linear/design.ts';
import type { CategoryCompletion, NumericCompletion, Standard } from '../linear/linear-model.ts';
import { categoriesOf, findFeature, numbersOf } from '../matrix-features.ts';
import type { ArrayCompletion, NetworkFeature } from './network-model.ts';

const MOST_AUTOMATIC = 50;

/** How many numbers stand for a level where the author does not say: the rule of fastai, with a lower limit. */
export function embeddingSize(levels: number): number {
  return Math.max(1, Math.min(levels, MOST_AUTOMATIC, Math.round(1.6 * levels ** 0.56)));
}

/** Learns from training rows what completes each feature, as linear models do, and what the first layer sees of it. */
export function learnInputs(matrix: Matrix, embed: Readonly<Record<string, number>>): { readonly features: readonly NetworkFeature[]; readonly inputs: NetworkInputs } {
  const cells = cellsOf(matrix);
  const completed = completionsOf({ matrix: { ...matrix, features: matrix.features.filter((feature) => !('cell' in feature)) } });
  const numbers = completed.reduce((sum, { completion }) => sum + (completion.kind === 'category' ? 0 : completion.missing === undefined ? 1 : 2), 0);
  const categories = completed.flatMap((one) => ('missing' in one ? [categoryInput(one, matrix, embed)] : []));
  const array = cells === undefined ? [] : [learnArray(cells)];
  return { features: [...completed.map(({ completion }) => completion), ...array], inputs: { numbers, categories, ...(cells === undefined ? {} : { array: cells.shape }) } };
}

/** One code more than there are levels is that of missing and unknown values; one-hot columns have it where training did. */
function categoryInput({ completion: { feature, levels }, missing }: Extract<Completed, { readonly missing: boolean }>, matrix: Matrix, embed: Readonly<Record<string, number>>): CategoryInput {
  const { oneHot } = categoriesOf(findFeature(matrix, feature, -1));
  const given = embed[feature];
  if (oneHot && given === undefined) return { kind: 'one_hot', levels: levels.length + 1, size: levels.length + (missing ? 1 : 0) };
  return { kind: 'embedding', levels: levels.length + 1, size: given ?? embeddingSize(levels.length) };
}

/** Makes of matrices what a network takes; for many small ones, keep the function. */
export function rowsMaker(features: readonly NetworkFeature[], inputs: NetworkInputs): (matrix: Matrix) => NetworkRows {
  const tables = new WeakMap<readonly string[], Int32Array>();
  return (matrix) => {
    const numbers = new Float32Array(matrix.rows * inputs.numbers);
    const codes: Int32Array[] = [];
    let arrays: Pick<NetworkRows, 'array' | 'present'> = {};
    let column = 0;
    features.forEach((completion, at) => {
      if (completion.kind === 'array') {
        arrays = standardised(cellsOf(matrix), completion, inputs.masked);
        return;
      }
      const feature = findFeature(matrix, completion.feature, at);
      if (completion.kind === 'category') codes.push(codesOf(categoriesOf(feature), completion, tables));
      else {
        fillNumbers(numbersOf(feature), completion, { numbers, column, width: inputs.numbers });
        column += completion.missing === undefined ? 1 : 2;
      }
    });
    return { rows: matrix.rows, numbers, codes, ...arrays };
  };
}

/** The numbers of an array, each a column. */
interface Cells {
  readonly column: string;
  readonly shape: Shape;
  readonly columns: readonly NumericFeature['values'][];
}

/** The array of a matrix, if it has one: its columns are sorted by name, which is by place. */
function cellsOf({ features }: Matrix): Cells | undefined {
  const found = features.flatMap((feature) => (feature.kind === 'numeric' && feature.cell !== undefined ? [{ ...feature.cell, values: feature.values }] : []));
  const [first] = found;
  return first && { column: first.column, shape: first.shape, columns: found.map(({ values }) => values) };
}

/** Mean and deviation of the values of each channel that are there. */
function learnArray({ column, shape, columns }: Cells): ArrayCompletion {
  const channels = shape.at(-1) as number;
  const standards = Array.from({ length: channels }, (_, channel): Standard => {
    const own = columns.filter((__, cell) => cell % channels === channel);
    const over = (of: (value: number) => number): { readonly sum: number; readonly count: number } => {
      let [sum, count] = [0, 0];
      for (const values of own) {
        for (let row = 0; row < values.length; row++) {
          const value = values[row] as number;
          if (Number.isNaN(value)) continue;
          if (!Number.isFinite(value)) throw infinite(column);
          sum += of(value);
          count++;
        }
      }
      return { sum, count };
    };
    const { sum, count } = over((value) => value);
    const mean = count === 0 ? 0 : sum / count;
    const squares = over((value) => (value - mean) ** 2).sum;
    return { mean, deviation: squares > 0 ? Math.sqrt(squares / count) : 1 };
  });
  return { kind: 'array', feature: column, shape, standards };
}

/** Shape (rows, …): a row's numbers side by side, standardised; where it is asked for, steps count that have any number. */
function standardised(cells: Cells | undefined, { feature, shape, standards }: ArrayCompletion, masked: true | undefined): Pick<NetworkRows, 'array' | 'present'> {
  if (cells === undefined) throw new TypeError(`the matrix has no array ${feature}`);
  const { columns } = cells;
  const rows = columns[0]?.length ?? 0;
  const array = new Float32Array(rows * columns.length);
  const steps = shape[0] as number;
  const present = new Float32Array(masked === undefined ? 0 : rows * steps);
  columns.forEach((values, cell) => {
    const { mean, deviation } = standards[cell % standards.length] as Standard;
    const step = Math.floor(cell / standards.length);
    for (let row = 0, at = cell; row < values.length; row++, at += columns.length) {
      const value = values[row] as number;
      if (value === Infinity || value === -Infinity) throw infinite(feature);
      array[at] = Number.isNaN(value) ? 0 : (value - mean) / deviation;
      if (masked !== undefined && !Number.isNaN(value)) present[row * steps + step] = 1;
    }
  });
  return { array, ...(masked === undefined ? {} : { present }) };
}

interface Place {
  readonly numbers: Float32Array;
  readonly column: number;
  readonly width: number;
}

function fillNumbers(values: ArrayLike<number>, { feature, fill, mean, deviation, missing }: NumericCompletion, { numbers, column, width }: Place): void {
  for (let row = 0, at = column; row < values.length; row++, at += width) {
    const value = values[row] as number;
    const absent = Number.isNaN(value);
    if (value === Infinity || value === -Infinity) throw infinite(feature);
    numbers[at] = ((absent ? fill : value) - mean) / deviation;
    if (missing !== undefined) numbers[at + 1] = ((absent ? 1 : 0) - missing.mean) / missing.deviation;
  }
}

/** Codes by the levels of training: a matrix may have its own. */
function codesOf({ codes, levels }: ReturnType<typeof categoriesOf>, completion: CategoryCompletion, tables: WeakMap<readonly string[], Int32Array>): Int32Array {
  const unknown = completion.levels.length;
  let table = tables.get(levels);
  if (table === undefined) {
    const places = new Map(completion.levels.map((level, place) => [level, place]));
    table = Int32Array.from(levels, (level) => places.get(level) ?? unknown);
    tables.set(levels, table);
  }
  const absent = missingCode(codes);
  const own = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    own[row] = code === absent ? unknown : (table[code] ?? unknown);
  }
  return own;
}
