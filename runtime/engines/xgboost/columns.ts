import { matrixColumns, type Column } from '../../data/columns.ts';
import type { Codes, IntegerArray, Matrix, Target } from '../../data/matrix.ts';
import type { XgboostLibrary } from './library.ts';

/** The arrays that XGBoost reads in place. */
export type FloatArray = Float32Array | IntegerArray;

/** The features of a matrix, in its order. Doubles become floats, which is what XGBoost compares. */
export function floatColumns(matrix: Matrix): Column<FloatArray>[] {
  return matrixColumns(matrix).map((column) => (column.type === 'c' ? column : { type: 'q', values: floats(column.values) }));
}

/** The truth as XGBoost takes it: codes of classes, or floats. */
export function targetColumn(target: Target): FloatArray {
  return target.kind === 'classes' ? target.codes : floats(target.values);
}

/**
 * Describes columns to XGBoost in the array interface's JSON, for the length of `use`. XGBoost reads the memory in
 * place, and the JSON holds addresses only: whatever they point at is kept alive here.
 */
export function withColumns<T>(library: XgboostLibrary, columns: readonly Column<FloatArray>[], use: (json: string) => T): T {
  const masks = columns.map((column) => (column.type === 'c' ? validityMask(column.values, column.highest) : undefined));
  const kept = [columns, masks];
  const described = columns.map((column, index) => {
    const values = arrayInterface(library, column.values);
    const mask = masks[index];
    if (mask === undefined) return values;
    // The shape counts bits.
    return { ...values, mask: { ...arrayInterface(library, mask), typestr: '|t1', shape: values.shape } };
  });
  try {
    return use(JSON.stringify(described));
  } finally {
    kept.length = 0;
  }
}

/** One array in the array interface's JSON. */
export function describeArray(library: XgboostLibrary, values: FloatArray, shape?: readonly number[]): string {
  return JSON.stringify({ ...arrayInterface(library, values), ...(shape === undefined ? {} : { shape }) });
}

/** The highest code that occurs and is not missing; −1 if there is none. */
export function highestCode({ values, highest }: Extract<Column, { type: 'c' }>): number {
  let found = -1;
  for (let row = 0; row < values.length; row++) {
    const code = values[row] as number;
    if (code <= highest && code > found) found = code;
  }
  return found;
}

function floats(values: Float64Array | FloatArray): FloatArray {
  return values instanceof Float64Array ? new Float32Array(values) : values;
}

/** A bit for each row, the lowest first, set where there is a value; `undefined` if there is one in every row. */
function validityMask(codes: Codes, highest: number): Uint8Array | undefined {
  let row = 0;
  while (row < codes.length && (codes[row] as number) <= highest) row++;
  if (row === codes.length) return undefined;
  const mask = new Uint8Array(Math.ceil(codes.length / 8)).fill(0xff);
  for (; row < codes.length; row++) {
    if ((codes[row] as number) > highest) mask[row >> 3] = (mask[row >> 3] as number) & ~(1 << (row & 7));
  }
  return mask;
}

function arrayInterface(library: XgboostLibrary, values: FloatArray) {
  return {
    data: [library.address(values), true],
    typestr: typeString(values),
    shape: [values.length],
    strides: null,
    version: 3,
  };
}

function typeString(values: FloatArray): string {
  const letter =
    values instanceof Float32Array
      ? 'f'
      : values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Uint32Array
        ? 'u'
        : 'i';
  return `${values.BYTES_PER_ELEMENT === 1 ? '|' : '<'}${letter}${values.BYTES_PER_ELEMENT}`;
}
