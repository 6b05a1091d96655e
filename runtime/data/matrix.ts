/**
 * Rows as trainers take them: one typed array a feature, in the narrowest type that holds it, sorted by name.
 * Arrays lie over SharedArrayBuffers or plain ones alike.
 */
export interface Matrix {
  readonly rows: number;
  readonly features: readonly Feature[];
}

/** One column of a matrix. */
export type Feature = NumericFeature | CategoryFeature;

/** An array of integers of up to 32 bits. */
export type IntegerArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;

/** A column of numbers. */
export interface NumericFeature {
  readonly kind: 'numeric';
  readonly name: string;
  /** Shape (rows). In float arrays NaN is missing; integer arrays have no missing values. */
  readonly values: Float64Array | Float32Array | IntegerArray;
  /** Of one number of an array: the column that it comes from, and the shape in which they lie, in the order of their names. */
  readonly cell?: ArrayCell;
}

/** What the numbers of an array have in common. */
export interface ArrayCell {
  readonly column: string;
  readonly shape: readonly number[];
}

/** A column of categories, as codes. */
export interface CategoryFeature {
  readonly kind: 'category';
  readonly name: string;
  /** Shape (rows). An index into `levels`, or `missingCode` of the array for a missing or unseen value. */
  readonly codes: Codes;
  readonly levels: readonly string[];
  /** Whether the author asked for one column a level: trainers split one level against the rest. */
  readonly oneHot: boolean;
}

/** An array of codes, in the narrowest type that holds them. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** The code of a missing value: the largest number of the array's type. */
export function missingCode(codes: Codes): number {
  return codes instanceof Uint8Array ? 0xff : codes instanceof Uint16Array ? 0xffff : 0xffffffff;
}

/** What is to be predicted, row by row. */
export type Target =
  | { readonly kind: 'classes'; readonly classes: readonly string[]; readonly codes: Codes }
  /** Of a ranking, `queries` says which rows are ranked among themselves: shape (rows), one number a query. */
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly queries?: Uint32Array };

/** The query of each row of a ranking; `undefined` of other targets. */
export function queriesOf(target: Target): Uint32Array | undefined {
  return target.kind === 'numbers' ? target.queries : undefined;
}

/** A matrix with its truth, and weights where rows count differently. */
export interface Labelled {
  readonly matrix: Matrix;
  readonly target: Target;
  readonly weights?: Float32Array;
}

/** Labelled rows of which many are equal in all features: those that differ, and which of them each row is. */
export interface GroupedRows {
  /** Rows that differ, of these rows and perhaps of others. */
  readonly distinct: Matrix;
  /** Shape (rows): a row of `distinct`. */
  readonly groups: Uint32Array;
  readonly target: Extract<Target, { kind: 'classes' }>;
  readonly weights?: Float32Array;
}

/** What a trainer learns from: all rows, or those that differ. */
export type TrainerRows = Labelled | GroupedRows;

/** The matrix that rows lie in, one each or grouped: what features there are. */
export function matrixOf(rows: TrainerRows): Matrix {
  return 'groups' in rows ? rows.distinct : rows.matrix;
}

/** How many rows there are, with those that are equal. */
export function rowCount(rows: TrainerRows): number {
  return 'groups' in rows ? rows.groups.length : rows.matrix.rows;
}
