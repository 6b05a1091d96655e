import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../compiler/json.ts';
import { StepError, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { BlobRef, SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName, Task } from '../../compiler/types.ts';
import { deriveSalt } from '../../runtime/data/hash.ts';
import { PART_NAMES } from '../../runtime/data/load-parts.ts';
import { openTable, withDuckDB, type OpenTable } from '../../runtime/data/load-table.ts';
import { loadTarget } from '../../runtime/data/load-target.ts';
import type { Target } from '../../runtime/data/matrix.ts';
import { appendColumns } from '../../runtime/engines/duckdb/append-columns.ts';
import { sqlName, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { ROW_NUMBER } from '../../runtime/engines/duckdb/read-table.ts';
import { readColumns } from '../../runtime/engines/duckdb/read-columns.ts';
import { assignParts } from './assign-parts.ts';
import { findClasses } from './find-classes.ts';
import type { Shares } from './shares.ts';
import { countCodes, stratify } from './stratify.ts';

/** Parameters as inference completes them. */
interface HoldoutParams {
  readonly target: { readonly $column: string };
  readonly task: Task;
  readonly train: number;
  readonly validate: number;
  readonly test: number;
  readonly stratify: boolean;
  readonly key?: readonly { readonly $column: string }[];
  readonly positive?: string | number | boolean;
}

/** Makes a split: one code a row, and what the parts hold. */
export async function runHoldout(context: RunContext): Promise<RunResult> {
  const params = context.step.params as unknown as HoldoutParams & JsonObject;
  const { task } = params;
  const name = params.target.$column;
  const shares: Shares = [params.train, params.validate, params.test];
  const table = await openTable(context, 'table');
  if (table.artifact.rows === 0) throw new StepError('the table has no rows: there is nothing to split', 'check what the queries above leave over');
  const cut = await withDuckDB(context, async (connection) => {
    await checkTarget(connection, table, params);
    const { positive } = params;
    const classes =
      task === 'regression' ? [] : await findClasses(connection, table, { target: name, task, ...(positive === undefined ? {} : { positive }) });
    const target = await loadTarget(connection, table, name, { task, classes });
    const { codes: strata, quotas } = stratify(target, { name, shares, stratify: params.stratify });
    const keys = params.key === undefined ? undefined : await readKeys(connection, table, params.key.map((column) => column.$column));
    const parts = assignParts({
      rows: table.artifact.rows,
      quotas,
      salt: deriveSalt(context.seed ?? '0', 'split'),
      ...(strata === undefined ? {} : { strata }),
      ...(keys === undefined ? {} : { keys }),
    });
    return { parts, target };
  });
  const described = describeParts(cut.parts, cut.target);
  const artifact: SplitArtifact = {
    type: 'split',
    task,
    rows: table.artifact.rows,
    codes: await writeCodes(context, cut.parts),
    classes: cut.target.kind === 'classes' ? cut.target.classes : [],
    parts: described,
  };
  return { outputs: { value: artifact } };
}

/** Where SQL can see what no target may be. A NaN is a missing number. */
async function checkTarget(connection: DuckDBConnection, table: OpenTable, { target, task }: HoldoutParams): Promise<void> {
  const name = sqlName(target.$column);
  const missing = task === 'regression' ? `(${name} IS NULL OR isnan(${name}::DOUBLE))` : `${name} IS NULL`;
  await checkRows(connection, table, missing, `no \`${target.$column}\``, `leave such rows out in SQL: \`WHERE ${target.$column} IS NOT NULL\``);
  if (task !== 'regression') return;
  await checkRows(connection, table, `isinf(${name}::DOUBLE)`, `an infinite \`${target.$column}\``, 'leave such rows out in SQL, or mend the query that makes them');
}

async function checkRows(connection: DuckDBConnection, table: OpenTable, condition: string, what: string, hint: string): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE, array_to_string(min(${ROW_NUMBER} + 1, 3), ', ') FROM ${table.from} WHERE ${condition}`,
  );
  const [[count, first] = []] = reader.getRows();
  if (Number(count) === 0) return;
  const rows = String(first);
  throw new StepError(Number(count) === 1 ? `row ${rows} has ${what}` : `${Number(count).toLocaleString('en')} rows have ${what}, the first: ${rows}`, hint);
}

/**
 * 64 bits of the MD5 of the key's values: not DuckDB's own hash, which may change with its version. Different keys are
 * different texts: `\u0001` is doubled in values, and with a digit it is a NULL (0) or parts one value from the next (1).
 */
async function readKeys(connection: DuckDBConnection, table: OpenTable, columns: readonly string[]): Promise<Uint32Array> {
  const texts = columns.map((column) => `coalesce(replace(${sqlName(column)}::VARCHAR, chr(1), chr(1) || chr(1)), chr(1) || '0')`);
  const [keys] = await readColumns(connection, {
    from: table.from,
    rows: table.artifact.rows,
    columns: [{ sql: `md5_number(concat(${texts.join(", chr(1) || '1', ")})) >> 64`, as: 'pair' }],
  });
  return keys as Uint32Array;
}

function describeParts(codes: Uint8Array, target: Target): SplitArtifact['parts'] {
  const rows = countCodes(codes, PART_NAMES.length);
  const empty = rows.indexOf(0);
  if (empty >= 0) {
    throw new StepError(
      `${codes.length} ${codes.length === 1 ? 'row leaves' : 'rows leave'} nothing for the part \`${PART_NAMES[empty] ?? ''}\``,
      'split a table with more rows',
    );
  }
  const classes = PART_NAMES.map(() => new Array<number>(target.kind === 'classes' ? target.classes.length : 0).fill(0));
  if (target.kind === 'classes') {
    for (let i = 0; i < codes.length; i++) {
      const counts = classes[codes[i] as number] as number[];
      const code = target.codes[i] as number;
      counts[code] = (counts[code] as number) + 1;
    }
  }
  const part = (code: number): SplitArtifact['parts'][PartName] => ({ rows: rows[code] ?? 0, classes: classes[code] ?? [] });
  return { train: part(0), validate: part(1), test: part(2) };
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
