import { queriesOf, type Target } from './matrix.ts';

/** The queries of a ranking whose rows stand query after query. */
export interface OrderedQueries {
  /** Shape (queries): how many rows each has. */
  readonly sizes: Int32Array;
  /** Shape (queries): the first row of each. */
  readonly starts: Uint32Array;
}

/** Which rows are of one query, for engines that are told sizes; `undefined` where the target is not that of a ranking. */
export function orderedQueries(target: Target): OrderedQueries | undefined {
  const queries = queriesOf(target);
  if (queries === undefined) return undefined;
  const starts = Uint32Array.from(queries.keys()).filter((row) => row === 0 || queries[row] !== queries[row - 1]);
  const sizes = Int32Array.from(starts, (start, query) => (starts[query + 1] ?? queries.length) - start);
  return { sizes, starts };
}
