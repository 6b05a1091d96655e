import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import { bareCalls, whyForbidden } from '../../../compiler/sql/functions.ts';
import { forbidden } from './sql-functions.ts';
import { relationOf, type Knowledge } from './sql-infer.ts';
import { descend, foldName, isQuery, nodeAt, ownNodes, stringsAt, type TreeNode } from './tree.ts';

/**
 * The first word such as `current_date` that DuckDB would take for a call. It does so only where no column is called so:
 * a column of the same FROM counts. Where it is hard to tell, the qualified name is asked for.
 */
export function bareCallProblem(query: TreeNode, known: Knowledge, text: string): SqlProblem | undefined {
  for (const select of descend(query)) {
    if (!isQuery(select)) continue;
    for (const node of ownNodes(select)) {
      const name = bareCall(node);
      if (name === undefined || hasColumn(select, name, known)) continue;
      const why = whyForbidden(/date|time/.test(name) ? 'clock' : 'session');
      if (why === undefined) continue;
      const hint = `${why.hint}; if a column is meant, say whose: \`t.${name}\``;
      return forbidden(name, { reason: why.reason, hint }, node, text);
    }
  }
  return undefined;
}

function bareCall(node: TreeNode): string | undefined {
  const names = node['class'] === 'COLUMN_REF' ? stringsAt(node, 'column_names') : [];
  const name = names.length === 1 && names[0] !== undefined ? foldName(names[0]) : undefined;
  return name !== undefined && bareCalls.has(name) ? name : undefined;
}

function hasColumn(select: TreeNode, name: string, known: Knowledge): boolean {
  const from = nodeAt(select, 'from_table');
  const columns = from === undefined ? undefined : relationOf(from, known);
  return columns?.some((column) => foldName(column.name) === name) ?? false;
}
