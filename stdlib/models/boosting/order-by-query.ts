import { StepError } from '../../../compiler/kinds/run.ts';
import { queriesOf, type Labelled, type TrainerRows } from '../../../runtime/data/matrix.ts';
import { takeLabelled } from '../../../runtime/data/take-labelled.ts';

/**
 * Rows of a ranking, query after query, as engines take them; within one as they stood. Rows of other tasks stay as they
 * are. Throws a StepError where rows of one query have different weights: it is the query that counts.
 */
export function orderByQuery(rows: TrainerRows): TrainerRows {
  const queries = queriesOf(rows.target);
  if ('groups' in rows || queries === undefined) return rows;
  const ordered = queries.every((query, row) => row === 0 || (queries[row - 1] as number) <= query) ? rows : takeLabelled(rows, sortedPlaces(queries));
  checkQueryWeights(ordered);
  return ordered;
}

function sortedPlaces(queries: Uint32Array): Uint32Array {
  return Uint32Array.from(queries.keys()).sort((a, b) => (queries[a] as number) - (queries[b] as number) || a - b);
}

function checkQueryWeights({ target, weights }: Labelled): void {
  const queries = queriesOf(target);
  if (weights === undefined || queries === undefined) return;
  const torn = queries.some((query, row) => row > 0 && queries[row - 1] === query && weights[row - 1] !== weights[row]);
  if (torn) throw new StepError('rows of one query have different weights, and a ranking counts by queries', 'give all rows of a query the same weight in SQL, such as the mean: `avg(weight) OVER (PARTITION BY query)`');
}
