import type { RunContext, RunResult } from '../../compiler/kinds/run.ts';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import { tableView } from '../../runtime/engines/duckdb/read-table.ts';
import { stepFailure } from '../../runtime/engines/duckdb/table-errors.ts';
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
        throw stepFailure(error, explain);
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

function explain(message: string): { message: string; hint?: string } {
  const conversion = /^Could not convert (?:string )?['"]([\s\S]*)['"] to '?([\w() ,]+?)'?(?: when casting.*)?$/.exec(message);
  if (conversion !== null) {
    return { message: `the query meets \`${conversion[1]}\`, which is no ${conversion[2]}`, hint: 'TRY_CAST gives null where a value cannot be converted' };
  }
  if (/[Oo]verflow|out of range/.test(message)) return { message: `the query fails: ${message}`, hint: 'cast to a wider type first, as in `x::DOUBLE`' };
  return { message: `the query fails: ${message}` };
}
