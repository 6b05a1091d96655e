import type { Span } from '../../grammar/index.ts';
import type { Column } from '../types.ts';

/** A `test` block, ready to be run: plain data, with all that is needed of the pipeline. */
export interface TableTest {
  readonly title: string;
  readonly doc?: string;
  readonly span: Span;
  readonly given: readonly TestRows[];
  /** What is run on what is given, each after what it reads. */
  readonly queries: readonly TestQuery[];
  readonly expected: readonly ExpectedRows[];
}

/** Rows that stand for a table. */
export interface TestRows {
  /** The step whose table it is. */
  readonly step: string;
  readonly columns: readonly Column[];
  /** Each has one cell a column. */
  readonly rows: readonly (readonly Cell[])[];
}

/** The rows that a table must have, in their order; of its columns those that the rows name. */
export interface ExpectedRows extends TestRows {
  readonly span: Span;
}

/** A step's query. */
export interface TestQuery {
  readonly step: string;
  /** With a total order of rows at its end. */
  readonly text: string;
  /** The steps whose tables it reads, under the names that these have in its text. */
  readonly tables: readonly { readonly name: string; readonly step: string }[];
}

/** A value as SQL can cast it to its column's type: numbers, dates and times are texts, and keep every digit. */
export type Cell = null | boolean | string | readonly Cell[] | { readonly [field: string]: Cell };
