import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import { NO_PART, PART_NAMES } from '../../runtime/data/load-parts.ts';
import type { OpenTable } from '../../runtime/data/load-table.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { groupKeys, hashKeys } from './hash-keys.ts';
import { refuseRows } from './refuse-rows.ts';
import type { SplitParams } from './split-params.ts';

/** The highest relevance: the gain of one is 2^relevance − 1, and engines have tables of so many. */
const HIGHEST = 30;

/** The query of each row of a ranking, numbered as they are met: rows that are equal in the columns of `group`. */
export async function findQueries(connection: DuckDBConnection, table: OpenTable, { target, group = [] }: SplitParams): Promise<Uint32Array> {
  const names = group.map(({ $column }) => $column);
  for (const name of names) {
    await refuseRows(connection, table, { condition: `${sqlName(name)} IS NULL`, what: `no \`${name}\`, which says among which rows it is ranked`, hint: `leave such rows out in SQL: \`WHERE ${name} IS NOT NULL\`` });
  }
  const relevance = `${sqlName(target.$column)}::DOUBLE`;
  await refuseRows(connection, table, {
    condition: `${relevance} NOT BETWEEN 0 AND ${HIGHEST}`,
    what: `a \`${target.$column}\` that is no relevance from 0 to ${HIGHEST}`,
    hint: 'grade rows in SQL, 0 for what is not relevant: few grades are the rule, as 0 to 4',
  });
  return groupKeys(await hashKeys(connection, table, names)).groups;
}

/** A ranking as it was dealt into parts. */
export interface DealtQueries {
  /** The part code of each row. */
  readonly parts: Uint8Array;
  readonly queries: Uint32Array;
  readonly relevance: Float64Array;
  /** The columns that say what a query is. */
  readonly names: readonly string[];
}

/** Fails where a cut has torn a query apart, or where no query of the training part has rows to be told apart. */
export function checkQueries({ parts, queries, relevance, names }: DealtQueries): void {
  const first = new Map<number, number>();
  let ordered = false;
  queries.forEach((query, row) => {
    const other = first.get(query);
    if (other === undefined) first.set(query, row);
    else if (parts[other] !== parts[row]) throw tornQuery([other, row], parts, names);
    else if (parts[row] === 0 && relevance[other] !== relevance[row]) ordered = true;
  });
  if (ordered) return;
  throw new StepError('in no query of the training part have two rows a different relevance: there is no order to learn', `look at \`group\`: rows that are equal in ${quoted(names)} are one query`);
}

function tornQuery(rows: readonly [number, number], parts: Uint8Array, names: readonly string[]): StepError {
  const places = rows.map((row) => `row ${(row + 1).toLocaleString('en')} in ${partName(parts[row])}`);
  return new StepError(`a cut tears rows apart that are equal in ${quoted(names)}: ${places.join(', ')}`, 'cut at times between two queries, with `validate_from` and `test_from`, or use `holdout`');
}

function partName(code: number | undefined): string {
  return code === undefined || code === NO_PART ? 'no part' : `\`${PART_NAMES[code] ?? ''}\``;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
