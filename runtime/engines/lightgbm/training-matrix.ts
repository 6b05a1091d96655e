import { rowColumns, sliceColumns, type Column } from '../../data/columns.ts';
import { matrixOf, rowCount, type TrainerRows } from '../../data/matrix.ts';
import { orderedQueries } from '../../data/query-sizes.ts';
import { modelFeatureNames } from '../../trainers/feature-names.ts';
import { denseRows } from './dense-rows.ts';
import type { Handle, LightgbmLibrary, SampledColumns } from './library.ts';

/** LightGBM takes no characters of JSON in names of features, and its models are read by white space. */
const REFUSED_IN_NAMES = /[[\]{}":,\s]/g;

/** Values nearer to 0 than this are 0 to LightGBM (`kZeroThreshold` of `include/LightGBM/meta.h`), and in no sample. */
const ZERO = 1e-35;

/** Numbers that are handed over at once. */
const BLOCK = 2 ** 20;

/**
 * Makes a matrix of bins of rows; `reference` is the matrix whose bins it takes. Bins are made of a sample, and rows follow a
 * block at a time, so that there is no copy of them all: as `LGBM_DatasetCreateFromMat` does it, and of the same bins.
 */
export function createMatrix(library: LightgbmLibrary, rows: TrainerRows, settings: string, reference: Handle | null): Handle {
  const columns = rowColumns(rows);
  const count = rowCount(rows);
  const handle = reference === null ? library.createFromSample(sampleOf(columns, library.sampleRows(count, settings)), count, settings) : library.createByReference(reference, count);
  try {
    pushRows(library, handle, columns, count);
    return handle;
  } catch (error) {
    library.freeMatrix(handle);
    throw error;
  }
}

/**
 * Tells a matrix the truth of its rows, their weights and queries, and the names of its features. After every matrix that
 * takes its bins is made: those would have places for weights and queries where it has them, whether they are filled or not.
 */
export function describeMatrix(library: LightgbmLibrary, handle: Handle, rows: TrainerRows): void {
  const { target, weights } = rows;
  library.setField(handle, 'label', Float32Array.from(target.kind === 'classes' ? target.codes : target.values));
  if (weights !== undefined) library.setField(handle, 'weight', weights);
  const queries = orderedQueries(target);
  if (queries !== undefined) library.setField(handle, 'group', queries.sizes);
  library.setFeatureNames(handle, modelFeatureNames(matrixOf(rows).features.map((feature) => feature.name), REFUSED_IN_NAMES));
}

function pushRows(library: LightgbmLibrary, handle: Handle, columns: readonly Column[], rows: number): void {
  for (const { start, end } of blocksOf(columns, rows)) library.pushRows(handle, denseRows(sliceColumns(columns, start, end), end - start, 'rows'), start);
}

/** Which rows are dense at once. */
export function blocksOf(columns: readonly Column[], rows: number): { readonly start: number; readonly end: number }[] {
  const size = Math.max(1, Math.floor(BLOCK / Math.max(1, columns.length)));
  return Array.from({ length: Math.ceil(rows / size) }, (_, block) => ({ start: block * size, end: Math.min(rows, (block + 1) * size) }));
}

/** What of each column stands in some rows and is not 0, and where among these rows. */
function sampleOf(columns: readonly Column[], sampled: Int32Array): SampledColumns {
  const values: Float64Array[] = [];
  const places: Int32Array[] = [];
  for (const column of columns) {
    const own = new Float64Array(sampled.length);
    const at = new Int32Array(sampled.length);
    let found = 0;
    for (let place = 0; place < sampled.length; place++) {
      const value = valueAt(column, sampled[place] as number);
      if (Math.abs(value) <= ZERO) continue;
      own[found] = value;
      at[found++] = place;
    }
    values.push(own.subarray(0, found));
    places.push(at.subarray(0, found));
  }
  return { values, places, rows: sampled.length };
}

function valueAt(column: Column, row: number): number {
  const value = column.values[row] as number;
  return column.type === 'c' && value > column.highest ? NaN : value;
}
