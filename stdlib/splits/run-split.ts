import type { DuckDBConnection } from '@duckdb/node-api';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { BlobRef, SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { NO_PART, PART_NAMES } from '../../runtime/data/load-parts.ts';
import { openTable, withDuckDB, type OpenTable } from '../../runtime/data/load-table.ts';
import { loadTarget } from '../../runtime/data/load-target.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { findClasses } from './find-classes.ts';
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
  const { dealt, target } = await withDuckDB(context, async (connection) => {
    await checkTarget(connection, table, params);
    const { positive } = params;
    const classes =
      task === 'regression' ? [] : await findClasses(connection, table, { target: name, task, ...(positive === undefined ? {} : { positive }) });
    const target = await loadTarget(connection, table, name, { task, classes });
    return { dealt: await deal({ connection, table, target }), target };
  });
  const parts = describeParts(dealt.parts, target);
  const classes = target.kind === 'classes' ? target.classes : [];
  const artifact: SplitArtifact = { type: 'split', task, rows: table.artifact.rows, codes: await writeCodes(context, dealt.parts), classes, parts };
  const warnings = [...(dealt.warnings ?? []), ...missingClasses(artifact, name)];
  return { outputs: { value: artifact }, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** Where SQL can see what no target may be. A NaN is a missing number. */
async function checkTarget(connection: DuckDBConnection, table: OpenTable, { target, task }: SplitParams): Promise<void> {
  const name = sqlName(target.$column);
  const missing = task === 'regression' ? `(${name} IS NULL OR isnan(${name}::DOUBLE))` : `${name} IS NULL`;
  await refuseRows(connection, table, { condition: missing, what: `no \`${target.$column}\``, hint: `leave such rows out in SQL: \`WHERE ${target.$column} IS NOT NULL\`` });
  if (task !== 'regression') return;
  await refuseRows(connection, table, { condition: `isinf(${name}::DOUBLE)`, what: `an infinite \`${target.$column}\``, hint: 'leave such rows out in SQL, or mend the query that makes them' });
}

/** Rows that a split cannot have. */
export interface RefusedRows {
  /** In SQL, true of such a row. */
  readonly condition: string;
  /** What such a row has, in the user's terms. */
  readonly what: string;
  readonly hint: string;
}

/** Fails, saying how many and where, if there are rows that a split cannot have. */
export async function refuseRows(connection: DuckDBConnection, table: OpenTable, { condition, what, hint }: RefusedRows): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE, array_to_string(min(${ROW_NUMBER} + 1, 3), ', ') FROM ${table.from} WHERE ${condition}`,
  );
  const [[count, first] = []] = reader.getRows();
  if (Number(count) === 0) return;
  const rows = String(first);
  throw new StepError(Number(count) === 1 ? `row ${rows} has ${what}` : `${Number(count).toLocaleString('en')} rows have ${what}, the first: ${rows}`, hint);
}

/** Rows and classes of each part; rows of no part are counted in none. */
function describeParts(codes: Uint8Array, target: Target): SplitArtifact['parts'] {
  const rows = PART_NAMES.map(() => 0);
  const classes = PART_NAMES.map(() => new Array<number>(target.kind === 'classes' ? target.classes.length : 0).fill(0));
  for (let i = 0; i < codes.length; i++) {
    const part = codes[i] as number;
    if (part === NO_PART) continue;
    rows[part] = (rows[part] as number) + 1;
    if (target.kind === 'numbers') continue;
    const counts = classes[part] as number[];
    const code = target.codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  const empty = rows.indexOf(0);
  if (empty >= 0) {
    throw new StepError(
      `${codes.length.toLocaleString('en')} ${codes.length === 1 ? 'row leaves' : 'rows leave'} nothing for the part \`${PART_NAMES[empty] ?? ''}\``,
      'split a table with more rows',
    );
  }
  const part = (code: number): SplitArtifact['parts'][PartName] => ({ rows: rows[code] ?? 0, classes: classes[code] ?? [] });
  return { train: part(0), validate: part(1), test: part(2) };
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

/** On one thread, so that the file is the same however many there are. */
async function writeCodes(context: RunContext, codes: Uint8Array): Promise<BlobRef> {
  const path = context.temporaryFile('.parquet');
  await withDuckDB(
    context,
    async (connection) => {
      await appendColumns(connection, 'codes', [codes]);
      await connection.run(`COPY (SELECT c0 AS part FROM codes) TO ${sqlString(path)} (FORMAT parquet, ROW_GROUP_SIZE 122880)`);
    },
    1,
  );
  return context.putFile(path);
}
