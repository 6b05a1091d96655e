import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlProblem, SqlReferences } from '../../../compiler/sql/analysis.ts';
import { functionProblem } from './sql-functions.ts';
import { parseQuery, placeOf } from './sql-parse.ts';
import { resolveTables, tableProblem } from './sql-scopes.ts';
import { descend, stringsAt, textAt, type TreeNode } from './tree.ts';

/** A query's tree and the tables that it reads, lower-cased, by first appearance; or why it may not be used. */
export type CheckedQuery =
  | { readonly ok: true; readonly query: TreeNode; readonly tables: readonly string[] }
  | { readonly ok: false; readonly problem: SqlProblem };

/** Parses one SELECT and checks what can be checked without columns: what it reads, and what it calls. */
export async function checkQuery(connection: DuckDBConnection, text: string): Promise<CheckedQuery> {
  const parsed = await parseQuery(connection, text);
  if (!parsed.ok) return parsed;
  const { query } = parsed;
  const problem = tableProblem(query, text) ?? functionProblem(query, text) ?? reservedName(query, text);
  if (problem !== undefined) return { ok: false, problem };
  const tables = new Set<string>();
  for (const reference of resolveTables(query).values()) if (reference.kind === 'table') tables.add(reference.name);
  return { ok: true, query, tables: [...tables] };
}

/** The declared tables that a query reads. */
export async function findReferences(connection: DuckDBConnection, text: string): Promise<SqlReferences> {
  const checked = await checkQuery(connection, text);
  return checked.ok ? { ok: true, tables: checked.tables } : checked;
}

/** Names that begin with `__mlp` are those of rewritten queries. */
function reservedName(query: TreeNode, text: string): SqlProblem | undefined {
  for (const node of descend(query)) {
    const lists = ['column_names', 'column_name_alias', 'aliases', 'exclude_list', 'using_columns'].flatMap((key) =>
      stringsAt(node, key),
    );
    const names = [...lists, ...['alias', 'table_name', 'key', 'relation_name'].map((key) => textAt(node, key))];
    const name = names.find((each) => each.toLowerCase().startsWith('__mlp'));
    if (name !== undefined) {
      return {
        kind: 'binding',
        message: `\`${name}\`: names that begin with \`__mlp\` are reserved`,
        hint: 'choose another name',
        ...placeOf(node, text),
      };
    }
  }
  return undefined;
}
