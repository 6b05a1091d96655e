import type { SqlProblem } from '../../../compiler/sql/analysis.ts';
import { placeOf } from './sql-parse.ts';
import { ctesOf, descend, foldName, isNode, isQuery, nodeAt, textAt, type Tree, type TreeNode } from './tree.ts';

/** What a name in FROM stands for: a table from outside, or a CTE. */
export type Reference =
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'cte'; readonly body: TreeNode; readonly aliases: readonly string[]; readonly recursive: boolean };

type Scope = ReadonlyMap<string, Reference>;

/**
 * What each BASE_TABLE node of a query stands for, in the order of the text's tree. A CTE is seen by those that follow it
 * in its list and by the query itself, in any case of letters; the recursive part of a recursive CTE sees itself too.
 */
export function resolveTables(query: TreeNode): ReadonlyMap<TreeNode, Reference> {
  const found = new Map<TreeNode, Reference>();
  visit(query, new Map(), found);
  return found;
}

function visit(tree: Tree | undefined, scope: Scope, found: Map<TreeNode, Reference>): void {
  if (Array.isArray(tree)) {
    for (const item of tree) visit(item, scope, found);
  } else if (isNode(tree)) {
    if (isQuery(tree)) visitQuery(tree, scope, found);
    else if (tree['type'] === 'BASE_TABLE') resolve(tree, scope, found);
    else for (const value of Object.values(tree)) visit(value, scope, found);
  }
}

function visitQuery(query: TreeNode, outer: Scope, found: Map<TreeNode, Reference>): void {
  const scope = new Map(outer);
  for (const { name, body, aliases } of ctesOf(query)) {
    const recursive = body['type'] === 'RECURSIVE_CTE_NODE';
    const entry: Reference = { kind: 'cte', body, aliases, recursive };
    if (recursive) {
      visit(body['left'], scope, found);
      visit(body['right'], new Map(scope).set(foldName(name), entry), found);
    } else {
      visit(body, scope, found);
    }
    scope.set(foldName(name), entry);
  }
  for (const [key, value] of Object.entries(query)) if (key !== 'cte_map') visit(value, scope, found);
}

function resolve(table: TreeNode, scope: Scope, found: Map<TreeNode, Reference>): void {
  const name = foldName(textAt(table, 'table_name'));
  const qualified = textAt(table, 'schema_name') !== '' || textAt(table, 'catalog_name') !== '';
  found.set(table, (qualified ? undefined : scope.get(name)) ?? { kind: 'table', name });
  visit(table['sample'], scope, found);
}

/** A name of the language, or one with a loop's value behind it: `legs.eu`. Whether it is declared shows later. */
const declared = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[^]+)?$/;
const fileName = /[*:]|\.(?:csv|tsv|txt|parquet|json|jsonl|ndjson|arrow|feather|avro|xlsx?|duckdb|db)(?:\.(?:gz|zst))?$/i;
const catalogue = /^(sqlite_(temp_)?(master|schema)|duckdb_\w+|pragma_\w+|pg_\w+)$/;

/** The first thing in FROM that cannot be a declared table. */
export function tableProblem(query: TreeNode, text: string): SqlProblem | undefined {
  const hint = 'declare a `source` for it, and name that here';
  for (const [node, reference] of resolveTables(query)) {
    if (reference.kind === 'cte') continue;
    const parts = ['catalog_name', 'schema_name', 'table_name']
      .map((key) => textAt(node, key))
      .filter((part) => part !== '');
    const name = parts.join('.');
    const place = placeOf(node, text);
    const forbidden = (message: string): SqlProblem => ({ kind: 'forbidden-table', message, hint, ...place });
    if (parts.length > 1) return forbidden(`\`${name}\` is a table of a database, not one that is declared`);
    if (catalogue.test(reference.name)) return forbidden(`\`${name}\` is DuckDB's own catalogue, not data`);
    if (!declared.test(name) || fileName.test(name)) return forbidden(`\`${name}\` is not the name of a declaration; queries read no files`);
    if (nodeAt(node, 'at_clause') !== undefined) return forbidden(`\`${name}\` has no versions for AT to choose from`);
  }
  for (const node of descend(query)) {
    if (node['type'] === 'SHOW_REF') {
      const message = 'DESCRIBE, SHOW and SUMMARIZE tell of tables and are no queries';
      return {
        kind: 'not-a-query',
        message,
        hint: 'write one SELECT: a step only makes a table',
        ...placeOf(node, text),
      };
    }
  }
  return undefined;
}
