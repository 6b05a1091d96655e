import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import type { Reason } from '../../compiler/plan/describe-change.ts';
import type { Preview, StepPreview } from '../../compiler/plan/preview.ts';
import type { DuckDBHelper } from '../../runtime/duckdb-helper.ts';
import { readPastRuns, type PastRun } from '../../runtime/store/past-run.ts';
import type { Store } from '../../runtime/store/store.ts';
import type { ChangedColumn, Found } from './session.ts';

/** What of its session a comparison works with. */
export interface InputsSetting {
  readonly find: (preview: Preview, name: string) => Promise<Found>;
  readonly store: Store;
  readonly helper: DuckDBHelper;
}

/** How far back the version of a table is looked for that a step has read. */
const RUNS_BACK = 20;

/**
 * Compares the columns that a step reads with those that it read in the last apply, row by row, by the parts of its reasons:
 * of the tables that have as many rows as they had, where the store has both versions.
 */
export async function compareInputs(preview: Preview, { step, reasons }: StepPreview, { find, store, helper }: InputsSetting): Promise<ReadonlyMap<string, ChangedColumn>> {
  const runs = (await readPastRuns(store, preview.plan.pipeline, RUNS_BACK)).toReversed();
  const found = new Map<string, ChangedColumn>();
  for (const input of step.inputs) {
    const changed = (input.columns ?? []).flatMap((column) => {
      const reason = reasons.find(({ part, before, after }) => part === `column:${input.step}.${column}` && before !== null && after !== null);
      return reason === undefined ? [] : [{ column, reason }];
    });
    const now = changed.length === 0 ? undefined : await find(preview, input.step);
    const after = now?.found === true ? now.artifact(input.part) : undefined;
    for (const { column, reason } of changed) {
      const before = tableRead(store, runs, { ...input, column, reason });
      if (before === undefined || !isTable(after) || before.rows !== after.rows) continue;
      const comparison = { before: await store.verifiedPath(before.file.digest), after: await store.verifiedPath(after.file.digest), columns: [column] };
      const [difference] = await helper.ask({ kind: 'compare', comparison });
      if (difference !== undefined) found.set(reason.part, { differ: difference.rows, of: after.rows, ...(difference.first === undefined ? {} : { first: difference.first }) });
    }
  }
  return found;
}

/** The table of which a column was read: the last one that has the column as the reason says it was. */
function tableRead(store: Store, runs: readonly PastRun[], { step, part, column, reason }: { readonly step: string; readonly part: string; readonly column: string; readonly reason: Reason }): TableArtifact | undefined {
  for (const run of runs) {
    const past = run.steps.find((one) => one.name === step);
    const record = past?.end?.key === undefined ? undefined : store.lookup(past.fingerprint, past.end.key);
    const artifact = record?.outputs[part]?.artifact;
    if (record !== undefined && isTable(artifact) && artifact.columns.some(({ name, sql, digest }) => name === column && `${sql}:${digest}` === reason.before) && store.isWhole(record)) return artifact;
  }
  return undefined;
}

function isTable(artifact: { readonly type: string } | undefined): artifact is TableArtifact {
  return artifact?.type === 'table';
}
