import type { DuckDBConnection } from '@duckdb/node-api';
import type { RunContext } from '../../compiler/kinds/run.ts';
import type { ColumnManifest, SplitArtifact, TableArtifact } from '../../compiler/plan/artifact.ts';
import { connectDuckDB, sqlString } from '../engines/duckdb/connect.ts';
import { selectTable } from '../engines/duckdb/read-table.ts';

/** What a helper that reads tables needs of a step's context. */
export type TableContext = Pick<RunContext, 'inputs' | 'blobPath' | 'threads' | 'memory'>;

/** A table that can be queried. */
export interface OpenTable {
  readonly artifact: TableArtifact;
  /** What stands behind FROM: its rows in order, the columns in their types, and `ROW_NUMBER` beside them. */
  readonly from: string;
}

/** Finds the table that arrives in a slot. */
export async function openTable(context: TableContext, slot: string): Promise<OpenTable> {
  const artifact = inputOf(context, slot, 'table');
  const path = await context.blobPath(artifact.file.digest);
  return { artifact, from: `(${selectTable({ path, columns: artifact.columns }, true)})` };
}

/** The artifact that arrives in a slot; of another type than asked for, the plan is wrong. */
export function inputOf<T extends RunContext['inputs'][number]['artifact']['type']>(context: Pick<RunContext, 'inputs'>, slot: string, type: T) {
  const artifact = context.inputs.find((input) => input.slot === slot)?.artifact;
  if (artifact?.type !== type) throw new Error(`the input \`${slot}\` is ${artifact === undefined ? 'missing' : `a ${artifact.type}, not a ${type}`}`);
  return artifact as Extract<RunContext['inputs'][number]['artifact'], { type: T }>;
}

/** The inputs by which sets of features arrive where a model may look at several: `x[0]`, `x[1]`. */
export function featureSlots({ inputs }: Pick<RunContext, 'inputs'>): string[] {
  return inputs.map(({ slot }) => slot).filter((slot) => /^x\[\d+\]$/.test(slot));
}

/** The manifest of a column that the plan says is there. */
export function columnOf(table: TableArtifact, name: string): ColumnManifest {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`the table has no column \`${name}\``);
  return column;
}

/** FROM for a table's rows of the training part alone, in order, as `data`. */
export async function trainingRows(context: TableContext, table: OpenTable, split: SplitArtifact): Promise<string> {
  const codes = await context.blobPath(split.codes.digest);
  return `(SELECT data.* FROM ${table.from} AS data POSITIONAL JOIN read_parquet(${sqlString(codes)}) AS codes WHERE codes.part = 0)`;
}

/** Opens DuckDB for as long as `use` takes. One thread, where an order of additions would show in a result. */
export async function withDuckDB<T>(
  context: Pick<RunContext, 'threads' | 'memory'>,
  use: (connection: DuckDBConnection) => Promise<T>,
  threads = context.threads,
): Promise<T> {
  const connection = await connectDuckDB({ threads, memory: context.memory });
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
  }
}
