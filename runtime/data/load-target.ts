import type { DuckDBConnection } from '@duckdb/node-api';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import { sqlName } from '../engines/duckdb/connect.ts';
import { readColumns, requestLevels } from '../engines/duckdb/read-columns.ts';
import { columnOf, type OpenTable } from './load-table.ts';
import type { Codes, Target } from './matrix.ts';

/** Reads the target of every row of a table: codes of the split's classes, or numbers. */
export async function loadTarget(
  connection: DuckDBConnection,
  table: OpenTable,
  name: string,
  split: Pick<SplitArtifact, 'task' | 'classes'>,
): Promise<Target> {
  const column = columnOf(table.artifact, name);
  const { rows } = table.artifact;
  if (split.task === 'regression') {
    const [values] = await readColumns(connection, { from: table.from, rows, columns: [{ sql: sqlName(name), as: 'f8' }] });
    return { kind: 'numbers', values: values as Float64Array };
  }
  const request = await requestLevels(connection, { column: name, boolean: column.sql === 'BOOLEAN', levels: split.classes });
  const [codes] = await readColumns(connection, { from: table.from, rows, columns: [request] });
  return { kind: 'classes', classes: split.classes, codes: codes as Codes };
}

/** The target of some rows, by their positions. */
export function selectTarget(target: Target, rows: Uint32Array): Target {
  return target.kind === 'classes' ? { ...target, codes: takeRows(target.codes, rows) } : { ...target, values: takeRows(target.values, rows) };
}

/** The values at some positions, in their order, in an array of the same type. */
export function takeRows<A extends Codes | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array>(values: A, rows: Uint32Array): A {
  const taken = new (values.constructor as new (length: number) => A)(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] as number] as number;
  return taken;
}
