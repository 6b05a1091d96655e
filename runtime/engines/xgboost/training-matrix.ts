import { columnBits, pickColumns, type Column } from '../../data/columns.ts';
import { queriesOf, type GroupedRows, type TrainerRows } from '../../data/matrix.ts';
import { MERGE_PAYS, mergeClasses, mergeRows, type MergedRows } from '../../data/merge-rows.ts';
import { orderedQueries } from '../../data/query-sizes.ts';
import { takeRows } from '../../data/take-rows.ts';
import { describeArray, floatColumns, highestCode, targetColumn, withColumns, type FloatArray } from './columns.ts';
import type { Handle, XgboostLibrary } from './library.ts';

/** Rows as they go into a matrix of XGBoost's, equal ones merged. */
export interface PreparedRows {
  readonly columns: readonly Column<FloatArray>[];
  /** Absent where the matrix is only to be predicted for. */
  readonly label?: FloatArray;
  /** Shape (rows); of a ranking, shape (queries). */
  readonly weights?: Float32Array;
  /** Of a ranking, whose rows stand query after query: the number of each row's query. */
  readonly queries?: Uint32Array;
  readonly rows: number;
}

/**
 * Makes rows ready, and merges those that are equal in features and truth into one with the sum of their weights:
 * gradients and Hessians are the same sums. `auto` merges where it pays; `true` in any case.
 */
export function prepareRows(given: TrainerRows, merge: 'auto' | boolean): PreparedRows {
  const { columns, groups } = 'groups' in given ? distinctColumns(given) : { columns: floatColumns(given.matrix), groups: undefined };
  const label = targetColumn(given.target);
  const { weights } = given;
  const queries = queriesOf(given.target);
  if (queries !== undefined) {
    // XGBoost weighs whole queries.
    const { starts = new Uint32Array() } = orderedQueries(given.target) ?? {};
    return { columns, label, queries, rows: label.length, ...(weights === undefined ? {} : { weights: takeRows(weights, starts) }) };
  }
  const merged = merge === false ? undefined : mergeEqual(given, { columns, groups, label }, merge === 'auto' ? MERGE_PAYS : 1);
  if (merged === undefined) {
    return { columns: groups === undefined ? columns : pickColumns(columns, groups), label, rows: label.length, ...(weights === undefined ? {} : { weights }) };
  }
  const size = merged.first.length;
  return {
    columns: pickColumns(columns, groups === undefined ? merged.first : takeRows(groups, merged.first)),
    label: takeRows(label, merged.first),
    weights: weights === undefined ? Float32Array.from(merged.counts) : sumWeights(weights, merged.groups, size),
    rows: size,
  };
}

interface GroupedColumns {
  readonly columns: readonly Column<FloatArray>[];
  /** For each row of the matrix, its row in the columns; absent where it is its own. */
  readonly groups: Uint32Array | undefined;
}

/** Columns of rows that differ as XGBoost sees them: what is made of different values may be equal. */
function distinctColumns({ distinct, groups }: GroupedRows): GroupedColumns {
  const columns = floatColumns(distinct);
  const merged = mergeRows({ columns: columns.flatMap(({ values }) => columnBits(values)), rows: distinct.rows });
  if (merged === undefined || merged.first.length === distinct.rows) return { columns, groups };
  return { columns: pickColumns(columns, merged.first), groups: takeRows(merged.groups, groups) };
}

function mergeEqual(given: TrainerRows, { columns, groups, label }: GroupedColumns & { readonly label: FloatArray }, atMost: number): MergedRows | undefined {
  if (groups !== undefined && 'groups' in given) {
    const { codes, classes } = given.target;
    return mergeClasses({ groups, size: columns[0]?.values.length ?? 0, codes, classes: classes.length, atMost });
  }
  return mergeRows({ columns: [...columns, { values: label }].flatMap(({ values }) => columnBits(values)), rows: label.length, atMost });
}

/** Rows, and how XGBoost is to bin them. */
export interface TrainingMatrixRequest {
  readonly rows: PreparedRows;
  /** The training matrix, whose bins a validation matrix takes. */
  readonly reference?: Handle;
  readonly maxBin: number;
  readonly threads: number;
}

/** Makes a matrix of bins. XGBoost keeps a copy: the arrays may go when this returns. The handle is the caller's. */
export function createTrainingMatrix(library: XgboostLibrary, request: TrainingMatrixRequest): Handle {
  const { rows } = request;
  // JSON has no NaN, and XGBoost takes no null here.
  const config = `{"missing":NaN,"nthread":${request.threads},"max_bin":${request.maxBin}}`;
  const proxy = library.createProxy();
  try {
    return withColumns(library, rows.columns, (json) =>
      library.createQuantileMatrix(proxy, request.reference ?? null, config, () => {
        library.setColumns(proxy, json);
        if (rows.label !== undefined) library.setInfo(proxy, 'label', describeArray(library, rows.label));
        if (rows.queries !== undefined) library.setInfo(proxy, 'qid', describeArray(library, rows.queries));
        if (rows.weights !== undefined) library.setInfo(proxy, 'weight', describeArray(library, rows.weights));
        library.setFeatureTypes(proxy, rows.columns.map((column) => column.type));
      }),
    );
  } finally {
    library.freeMatrix(proxy);
  }
}

/**
 * Validation rows with categories above the highest that training saw set to missing. XGBoost has no bin for them and
 * would take them for the highest one.
 */
export function limitCategories(validate: PreparedRows, train: PreparedRows): PreparedRows {
  const columns = validate.columns.map((column, index): Column<FloatArray> => {
    const trained = train.columns[index];
    return column.type === 'c' && trained?.type === 'c' ? { ...column, highest: highestCode(trained) } : column;
  });
  return { ...validate, columns };
}

function sumWeights(weights: Float32Array, groups: Uint32Array, size: number): Float32Array {
  // In double precision: a float stops counting ones at 2^24.
  const sums = new Float64Array(size);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] as number;
    sums[group] = (sums[group] as number) + (weights[row] as number);
  }
  return Float32Array.from(sums);
}
