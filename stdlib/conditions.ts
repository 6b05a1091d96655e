import { didYouMean } from '../grammar/index.ts';
import type { AnalysisNeed } from '../compiler/needs.ts';
import type { QueryFacts, SqlAnalysis } from '../compiler/sql/analysis.ts';
import { renderColumnType, type Column } from '../compiler/types.ts';

const ROWS = 'rows_of_table';

/** What has to be known of a condition over the rows of a table. */
export function conditionNeed(condition: string, columns: readonly Column[]): AnalysisNeed {
  return { need: 'analysis', text: `SELECT (${condition}\n) AS holds FROM ${ROWS}`, tables: [{ name: ROWS, columns: nameable(condition, columns) }] };
}

/** What may stand for columns without their names: the whole row, a place in it, and stars that multiply nothing. */
const UNNAMED = new RegExp(String.raw`\bcolumns\b|${ROWS}|#|(?:^|[^\w\s"')\]])\s*\*|\b(?:select|distinct)\s*\*`, 'i');

/**
 * The columns that a condition may read: those whose names its text holds, so that a thousand conditions on a thousand columns
 * are not a million. A table has a column at least.
 */
function nameable(condition: string, columns: readonly Column[]): readonly Column[] {
  if (UNNAMED.test(condition)) return columns;
  const text = asciiLower(condition);
  const named = columns.filter(({ name }) => text.includes(asciiLower(name).replaceAll('"', '""')) || text.includes(asciiLower(name)));
  return named.length === 0 ? columns.slice(0, 1) : named;
}

/** As DuckDB compares names. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A condition that can be asked of each row: its parse tree in one spelling, and the columns that it reads. */
export type CheckedCondition =
  | ({ readonly ok: true; readonly reads: readonly string[] } & Pick<QueryFacts, 'canonical' | 'portable'>)
  | { readonly ok: false; readonly message: string; readonly hint: string | undefined };

const OTHER_ROWS = { ok: false, message: 'it reads other rows', hint: 'a condition looks at one row; compare rows in SQL' } as const;

/** What the answer to `conditionNeed` says of the condition. */
export function checkCondition(answer: SqlAnalysis, columns: readonly Column[]): CheckedCondition {
  if (!answer.ok) {
    const { message, unknown, hint } = answer.problem;
    if (/must appear in the GROUP BY clause/.test(message)) return OTHER_ROWS;
    const suggestion = unknown?.kind === 'column' ? didYouMean(unknown.name, columns.map(({ name }) => name)) : undefined;
    return { ok: false, message, hint: suggestion ?? hint };
  }
  const { columns: made, rowwise, canonical, portable, reads } = answer.query;
  const [column] = made;
  if (column === undefined || made.length !== 1 || column.type.kind !== 'bool') {
    const type = column === undefined ? 'nothing' : renderColumnType(column.type);
    return { ok: false, message: `it is ${type}, not a condition`, hint: 'as in `"distance > 0"`' };
  }
  if (!rowwise) return OTHER_ROWS;
  return { ok: true, canonical, portable, reads: reads[ROWS] ?? [] };
}
