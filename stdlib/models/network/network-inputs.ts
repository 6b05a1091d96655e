import { missingCode, type Matrix } from '../../../runtime/data/matrix.ts';
import type { CategoryInput, NetworkInputs } from '../../../runtime/networks/description.ts';
import type { NetworkRows } from '../../../runtime/networks/rows.ts';
import { designOf, infinite, type Completed } from '../linear/design.ts';
import type { CategoryCompletion, NumericCompletion } from '../linear/linear-model.ts';
import { categoriesOf, findFeature, numbersOf } from '../matrix-features.ts';
import type { NetworkFeature } from './network-model.ts';

const MOST_AUTOMATIC = 50;

/** How many numbers stand for a level where the author does not say: the rule of fastai, with a lower limit. */
export function embeddingSize(levels: number): number {
  return Math.max(1, Math.min(levels, MOST_AUTOMATIC, Math.round(1.6 * levels ** 0.56)));
}

/** Learns from training rows what completes each feature, as linear models do, and what the first layer sees of it. */
export function learnInputs(matrix: Matrix, embed: Readonly<Record<string, number>>): { readonly features: readonly NetworkFeature[]; readonly inputs: NetworkInputs } {
  const { completed } = designOf({ matrix });
  const numbers = completed.reduce((sum, { completion }) => sum + (completion.kind === 'category' ? 0 : completion.missing === undefined ? 1 : 2), 0);
  const categories = completed.flatMap((one) => ('missing' in one ? [categoryInput(one, matrix, embed)] : []));
  return { features: completed.map(({ completion }) => completion), inputs: { numbers, categories } };
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
    let column = 0;
    features.forEach((completion, at) => {
      const feature = findFeature(matrix, completion.feature, at);
      if (completion.kind === 'category') codes.push(codesOf(categoriesOf(feature), completion, tables));
      else {
        fillNumbers(numbersOf(feature), completion, { numbers, column, width: inputs.numbers });
        column += completion.missing === undefined ? 1 : 2;
      }
    });
    return { rows: matrix.rows, numbers, codes };
  };
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
