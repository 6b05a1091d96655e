import { didYouMean } from '../grammar/index.ts';
import type { AnalysisNeed } from '../compiler/needs.ts';
import type { QueryFacts, SqlAnalysis } from '../compiler/sql/analysis.ts';
import { renderColumnType, type Column } from '../compiler/types.ts';

/** What has to be known of a condition over the rows of a table. */
export function conditionNeed(condition: string, columns: readonly Column[]): AnalysisNeed {
  return { need: 'analysis', text: `SELECT (${condition}\n) AS holds FROM rows_of_table`, tables: [{ name: 'rows_of_table', columns }] };
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
  return { ok: true, canonical, portable, reads: reads['rows_of_table'] ?? [] };
}
