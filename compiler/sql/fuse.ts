import { sqlTokens, statementText } from './sql-text.ts';

/** A query whose table another query reads, to be taken into that one. */
export interface InnerQuery {
  /** The declared name under which the outer query reads it. */
  readonly name: string;
  readonly text: string;
  /** The declared names that it reads, lower-cased. */
  readonly tables: readonly string[];
}

/** The query that takes in the other. */
export interface OuterQuery {
  readonly text: string;
  /** The declared names that it reads, lower-cased; the inner query's is one of them. */
  readonly tables: readonly string[];
}

/**
 * The outer query with the inner one as its first CTE, so that both run as one. The inner query has to be rowwise.
 * Undefined where a name could come to mean another table: the inner query reads one of its own name, or the outer query
 * may have a CTE that is called so.
 */
export function fuseQueries(outer: OuterQuery, inner: InnerQuery): string | undefined {
  const name = inner.name.toLowerCase();
  if (!outer.tables.includes(name) || inner.tables.includes(name)) return undefined;
  if (namesCte(outer.text, name)) return undefined;
  const cte = `"${inner.name.replaceAll('"', '""')}" AS (\n${statementText(inner.text)}\n)`;
  const text = statementText(outer.text);
  const [first, second] = sqlTokens(text);
  switch (first?.text.toLowerCase()) {
    case 'select':
    case 'from':
      return `WITH ${cte}\n${text}`;
    case 'with': {
      // The end of the query stays outermost: its ORDER BY is the table's.
      const start = second?.text.toLowerCase() === 'recursive' ? second : first;
      return `${text.slice(0, start.end)} ${cte},${text.slice(start.end)}`;
    }
    default:
      return undefined;
  }
}

/** Whether the text may define a CTE of this name: the name, a list of columns or none, `AS`, `[NOT] MATERIALIZED`, `(`. */
function namesCte(text: string, name: string): boolean {
  const words = sqlTokens(text).map((token) => unquoted(token.text));
  return words.some((word, i) => {
    if (word !== name) return false;
    let next = i + 1;
    if (words[next] === '(') next = words.indexOf(')', next) + 1;
    if (words[next] === 'using') return true;
    return words[next] === 'as' && ['(', 'not', 'materialized'].includes(words[next + 1] ?? '');
  });
}

function unquoted(text: string): string {
  const inside = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  return inside.toLowerCase();
}
