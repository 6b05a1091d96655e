import type { Floats } from '../../runtime/data/sort-floats.ts';

/** The rows of a query in the order that a model puts them into, the highest score first. */
export interface RankedQuery {
  /** Shape (rows): how relevant each row is, 0 for not at all. */
  readonly relevance: Float64Array;
  /** Where rows of one score end, the last one with the rows: they share their places. */
  readonly ends: readonly number[];
}

/** What is ranked: shape (rows) each. */
export interface RankingScores {
  /** The number of each row's query. */
  readonly queries: Uint32Array;
  readonly relevance: Float64Array;
  readonly values: Floats;
}

/** The rows of each query, in the order in which queries are met. */
export function rowsOfQueries(queries: Uint32Array): number[][] {
  const found = new Map<number, number[]>();
  queries.forEach((query, row) => {
    const rows = found.get(query);
    if (rows === undefined) found.set(query, [row]);
    else rows.push(row);
  });
  return [...found.values()];
}

/** Puts the rows of each query into order. Queries come in the order in which they are met. */
export function rankQueries({ queries, relevance, values }: RankingScores): RankedQuery[] {
  return rowsOfQueries(queries).map((rows) => {
    const ranked = rows.sort((a, b) => values[b]! - values[a]!);
    const ends = ranked.flatMap((row, at) => (at + 1 < ranked.length && values[ranked[at + 1]!] === values[row] ? [] : [at + 1]));
    return { relevance: Float64Array.from(ranked, (row) => relevance[row]!), ends };
  });
}
