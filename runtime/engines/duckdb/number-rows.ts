import type { DuckDBConnection } from '@duckdb/node-api';
import { parseQuery, printQuery } from './sql-parse.ts';
import { ROW_COLUMN } from './sql-row-numbers.ts';
import { nodeAt, nodesAt, type TreeNode } from './tree.ts';

/**
 * A row-wise query whose rows carry the number of the row that they were made from, as `__mlp_row`, in place of being put
 * in its order, which they already have. `ordered` is the query as the plan has it: its one key is that number.
 */
export async function numberRows(connection: DuckDBConnection, ordered: string): Promise<string> {
  const parsed = await parseQuery(connection, ordered);
  if (!parsed.ok) throw new Error(`a query of the plan does not parse: ${parsed.problem.message}`);
  const order = nodesAt(parsed.query, 'modifiers').find((modifier) => modifier['type'] === 'ORDER_MODIFIER');
  const keys = order === undefined ? [] : nodesAt(order, 'orders');
  const key = keys[0] === undefined ? undefined : nodeAt(keys[0], 'expression');
  if (key === undefined || keys.length > 1) throw new Error('a row-wise query is ordered by the number of its row alone');
  const numbered: TreeNode = { ...parsed.query, modifiers: [], select_list: [...nodesAt(parsed.query, 'select_list'), { ...key, alias: ROW_COLUMN }] };
  const text = await printQuery(connection, numbered);
  if (text === undefined) throw new Error('a row-wise query cannot be written with the numbers of its rows');
  return text;
}
