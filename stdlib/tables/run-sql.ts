import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { tableView } from '../../runtime/engines/duckdb/read-table.ts';
import { queryFailure } from '../../runtime/engines/duckdb/table-errors.ts';
import { keepTable, withTables } from '../../runtime/engines/duckdb/table-session.ts';

/** Runs a query over its tables. On one thread where the order of additions of floats would show. */
export async function runSql(context: RunContext): Promise<RunResult> {
  const { query } = context.step;
  if (query === undefined) throw new Error('a step of the kind `sql` has no query');
  return withTables(
    context,
    async (connection) => {
      for (const [index, name] of query.tables.entries()) {
        const { artifact, path } = await tableAt(context, `[${index}]`);
        // All columns, whatever is read of them: a query may name columns that it then does not read.
        await tableView(connection, name, { path, columns: artifact.columns }, { rowNumber: true });
      }
      context.progress({ phase: 'querying' });
      try {
        return { outputs: { value: await keepTable(context, connection, query.ordered) } };
      } catch (error) {
        throw queryFailure(error);
      }
    },
    query.parallel ? context.threads : 1,
  );
}

async function tableAt(context: RunContext, slot: string): Promise<{ artifact: TableArtifact; path: string }> {
  const artifact = context.inputs.find((input) => input.slot === slot)?.artifact;
  if (artifact?.type !== 'table') throw new Error(`no table arrives at ${slot}`);
  return { artifact, path: await context.blobPath(artifact.file.digest) };
}
