import type { DuckDBConnection } from '@duckdb/node-api';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { hasClasses } from '../../compiler/types.ts';
import { sqlName } from '../engines/duckdb/connect.ts';
import { readColumns, requestLevels, type ColumnRequest, type ReadArray } from '../engines/duckdb/read-columns.ts';
import { columnOf, type OpenTable } from './load-table.ts';
import type { Codes, Target } from './matrix.ts';
import { takeRows } from './take-rows.ts';

/** What of a split says how its target is read. */
type TargetSplit = Pick<SplitArtifact, 'task' | 'classes'>;

/** Reads the target of every row of a table: codes of the split's classes, or numbers. */
export async function loadTarget(connection: DuckDBConnection, table: OpenTable, name: string, split: TargetSplit): Promise<Target> {
  const request = await requestTarget(connection, table, name, split);
  const [values] = await readColumns(connection, { from: table.from, rows: table.artifact.rows, columns: [request] });
  return targetOf(values, split);
}

/** What to ask a table for, so that `targetOf` understands it: for readers of other columns too, in one query. */
export async function requestTarget(connection: DuckDBConnection, table: OpenTable, name: string, { task, classes }: TargetSplit): Promise<ColumnRequest> {
  if (!hasClasses(task)) return { sql: sqlName(name), as: 'f8' };
  return requestLevels(connection, { column: name, boolean: columnOf(table.artifact, name).sql === 'BOOLEAN', levels: classes });
}

/** The target in the array that was read for `requestTarget`. */
export function targetOf(values: ReadArray | undefined, { task, classes }: TargetSplit): Target {
  return hasClasses(task) ? { kind: 'classes', classes, codes: values as Codes } : { kind: 'numbers', values: values as Float64Array };
}

/** The target of some rows, by their positions. */
export function selectTarget(target: Target, rows: Uint32Array): Target {
  if (target.kind === 'classes') return { ...target, codes: takeRows(target.codes, rows) };
  return { ...target, values: takeRows(target.values, rows), ...(target.queries === undefined ? {} : { queries: takeRows(target.queries, rows) }) };
}
