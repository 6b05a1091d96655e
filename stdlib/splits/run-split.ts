import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { hasClasses } from '../../compiler/types.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { openTable, withDuckDB, type OpenTable } from '../../runtime/data/load-table.ts';
import { loadTarget } from '../../runtime/data/load-target.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { sqlName } from '../../runtime/engines/duckdb/connect.ts';
import { describeParts, queryCodes, writeCodes } from './describe-parts.ts';
import { findClasses } from './find-classes.ts';
import { checkQueries, findQueries } from './find-queries.ts';
import { refuseRows } from './refuse-rows.ts';
import type { SplitParams } from './split-params.ts';

/** What a kind of split deals out. */
export interface Deal {
  readonly connection: DuckDBConnection;
  readonly table: OpenTable;
  readonly target: Target;
}

/** The part code of each row, and what a person should know of it. */
export interface Dealt {
  readonly parts: Uint8Array;
  readonly warnings?: readonly string[];
}

/** Makes a split: one code a row, and what the parts hold. How rows are dealt out is the kind's own. */
export async function runSplit(context: RunContext, deal: (deal: Deal) => Promise<Dealt>): Promise<RunResult> {
  const params = context.step.params as unknown as SplitParams;
  const { task } = params;
  const name = params.target.$column;
  const table = await openTable(context, 'table');
  if (table.artifact.rows === 0) throw new StepError('the table has no rows: there is nothing to split', 'check what the queries above leave over');
  const { dealt, target, queries } = await withDuckDB(context, async (connection) => {
    await checkTarget(connection, table, params);
    const { positive } = params;
    const classes = hasClasses(task) ? await findClasses(connection, table, { target: name, task, ...(positive === undefined ? {} : { positive }) }) : [];
    const target = await loadTarget(connection, table, name, { task, classes });
    const queries = task === 'ranking' ? await findQueries(connection, table, params) : undefined;
    return { dealt: await deal({ connection, table, target }), target: queries === undefined || target.kind === 'classes' ? target : { ...target, queries }, queries };
  });
  if (queries !== undefined && target.kind === 'numbers') checkQueries({ parts: dealt.parts, queries, relevance: target.values, names: (params.group ?? []).map(({ $column }) => $column) });
  const parts = describeParts(dealt.parts, target);
  const classes = target.kind === 'classes' ? target.classes : [];
  const artifact: SplitArtifact = { type: 'split', task, rows: table.artifact.rows, codes: await writeCodes(context, { part: dealt.parts, ...queryCodes(target) }), classes, parts };
  const warnings = [...(dealt.warnings ?? []), ...missingClasses(artifact, name)];
  return { outputs: { value: artifact }, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** Where SQL can see what no target may be. A NaN is a missing number. */
async function checkTarget(connection: DuckDBConnection, table: OpenTable, { target, task }: SplitParams): Promise<void> {
  const name = sqlName(target.$column);
  const missing = hasClasses(task) ? `${name} IS NULL` : `(${name} IS NULL OR isnan(${name}::DOUBLE))`;
  await refuseRows(connection, table, { condition: missing, what: `no \`${target.$column}\``, hint: `leave such rows out in SQL: \`WHERE ${target.$column} IS NOT NULL\`` });
  if (hasClasses(task)) return;
  await refuseRows(connection, table, { condition: `isinf(${name}::DOUBLE)`, what: `an infinite \`${target.$column}\``, hint: 'leave such rows out in SQL, or mend the query that makes them' });
}

const LISTED = 5;

/** Says which classes a part lacks; a model cannot learn from rows of one class alone. */
function missingClasses({ classes, parts }: SplitArtifact, target: string): string[] {
  const trained = classes.filter((_, code) => (parts.train.classes[code] ?? 0) > 0);
  if (classes.length > 0 && trained.length < 2) {
    throw new StepError(
      `every training row has the same \`${target}\`, ${JSON.stringify(trained[0])}: there is nothing to tell apart`,
      'cut the table in other places, or give the training part more rows',
    );
  }
  return PART_NAMES.flatMap((part) => {
    const missing = classes.filter((_, code) => parts[part].classes[code] === 0).map((label) => JSON.stringify(label));
    if (missing.length === 0) return [];
    const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
    return [`the part \`${part}\` has no row of the ${missing.length === 1 ? 'class' : 'classes'} ${missing.slice(0, LISTED).join(', ')}${more}`];
  });
}
