import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError } from '../../compiler/kinds/run.ts';
import type { Task } from '../../compiler/types.ts';
import { nearest } from '../../grammar/diagnostics/nearest.ts';
import type { OpenTable } from '../../runtime/data/load-table.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';

const MOST_CLASSES = 65_536;

/** The target whose classes are to be found. */
export interface ClassesQuestion {
  readonly target: string;
  readonly task: Task;
  /** The positive class as the author wrote it. */
  readonly positive?: string | number | boolean;
}

/** The classes of a target as text, in the order of its values; for a binary task the positive class is the last. */
export async function findClasses(connection: DuckDBConnection, table: OpenTable, question: ClassesQuestion): Promise<readonly string[]> {
  const { target, task } = question;
  const name = sqlName(target);
  const reader = await connection.runAndReadAll(
    `SELECT ${name}::VARCHAR FROM ${table.from} GROUP BY ${name} ORDER BY ${name} LIMIT ${MOST_CLASSES + 1}`,
  );
  const classes = reader.getRows().map(([label]) => String(label));
  if (classes.length === 1) {
    throw new StepError(
      `every row has the same \`${target}\`, ${quote(classes[0])}: there is nothing to tell apart`,
      'choose another target, or check the query that makes it',
    );
  }
  if (classes.length > MOST_CLASSES) {
    throw new StepError(
      `\`${target}\` has more than ${MOST_CLASSES.toLocaleString('en')} different values: too many to be classes`,
      'choose another target, or say `task: regression` if it is a number',
    );
  }
  if (task === 'multiclass') return severalClasses(classes, target);
  const positive = positiveClass(classes, question);
  return [...classes.filter((label) => label !== positive), positive];
}

function severalClasses(classes: readonly string[], target: string): readonly string[] {
  if (classes.length > 2) return classes;
  throw new StepError(
    `\`${target}\` has two classes, ${classes.map(quote).join(' and ')}, and nothing says which is the positive one`,
    `add \`positive: ${JSON.stringify(classes.at(-1))}\` to the split`,
  );
}

function positiveClass(classes: readonly string[], { target, positive }: ClassesQuestion): string {
  if (classes.length > 2) {
    throw new StepError(
      `\`${target}\` has ${classes.length.toLocaleString('en')} classes (${classes.slice(0, 3).map(quote).join(', ')}, …), and a binary task has two`,
      'make the target a condition in SQL, or say `task: multiclass` without `positive:`',
    );
  }
  if (positive !== undefined) {
    const text = String(positive);
    if (classes.includes(text)) return text;
    const meant = nearest(text, classes);
    throw new StepError(
      `\`positive\` is ${quote(text)}, and \`${target}\` is only ever ${classes.map(quote).join(' or ')}`,
      meant === undefined ? `write one of these, as they stand here: a file's reader may have spelled them otherwise` : `did you mean ${quote(meant)}?`,
    );
  }
  if (classes.includes('true')) return 'true';
  if (classes.join() === '0,1') return '1';
  throw new StepError(
    `\`${target}\` is ${classes.map(quote).join(' or ')}, and nothing says which is the positive class`,
    `add \`positive: ${classes.at(-1) ?? ''}\` to the split`,
  );
}

function quote(text: string | undefined): string {
  return JSON.stringify(text);
}
