import type { Column } from '../types.ts';

/** Changes whenever an analysis may say something else of the same query: what was kept of an older one is void. */
export const ANALYSIS_VERSION = 4;

/** What can be said of a query from its text alone. */
export type SqlReferences =
  | {
      readonly ok: true;
      /** Names of the tables it reads that are not its own CTEs, lower-cased, in order of first appearance. */
      readonly tables: readonly string[];
    }
  | { readonly ok: false; readonly problem: SqlProblem };

/** What can be said once the columns of its tables are known. */
export type SqlAnalysis = { readonly ok: true; readonly query: QueryFacts } | { readonly ok: false; readonly problem: SqlProblem };

/** What the compiler knows of a query that is sound. */
export interface QueryFacts {
  /** DuckDB's parse tree in one spelling: no locations, numbers as text, tables by their input's number. */
  readonly canonical: string;
  readonly columns: readonly Column[];
  /** Columns read of each table, by its lower-cased name, sorted; empty where only rows are counted. */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /** One table, and each output row is made from one input row in its order: no join, aggregate, window, order, limit. */
  readonly rowwise: boolean;
  /** Whether threads can change no value: false where floats are aggregated. */
  readonly parallel: boolean;
  /** Whether another platform gives the same bytes: false where DuckDB calls the system's mathematics. */
  readonly portable: boolean;
  /**
   * The query that is run: like the text, with a total order of rows at its end. It reads each table under its own name,
   * by its declared columns and, where rows are told apart, the hidden BIGINT column `__mlp_row`, the number of the row.
   */
  readonly ordered: string;
}

/** Why a query cannot be used. */
export interface SqlProblem {
  readonly kind: 'syntax' | 'not-a-query' | 'forbidden-function' | 'forbidden-table' | 'order-dependent' | 'no-name' | 'binding';
  /** In the user's terms, without DuckDB's prefix and without the line that it repeats. */
  readonly message: string;
  readonly hint?: string;
  /** Where in the text, in UTF-16 units. */
  readonly offset?: number;
  /** A name that does not exist, as written, for the compiler to find the nearest one. */
  readonly unknown?: { readonly kind: 'column' | 'table' | 'function'; readonly name: string };
}
