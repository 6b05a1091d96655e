import type { Salt } from '../../runtime/data/hash.ts';
import type { Feature } from '../../runtime/data/matrix.ts';
import type { ReadArray } from '../../runtime/engines/duckdb/read-columns.ts';
import type { FittedFeature } from './fitted.ts';

/** The rows that features are made for. */
export interface ApplyOptions {
  /** The number of rows of every raw column. */
  readonly rows: number;
  /** Given for training rows alone: where they stand in the table, and the salt that deals them into folds. */
  readonly training?: { readonly positions: Uint32Array; readonly salt: Salt | undefined };
}

/** A fitted column made ready to be applied. */
export interface CompiledFeature {
  readonly fitted: FittedFeature;
  /** Makes its features of a raw column. An array that nothing changes is shared with it. */
  readonly apply: (raw: ReadArray, options: ApplyOptions) => readonly Feature[];
}
