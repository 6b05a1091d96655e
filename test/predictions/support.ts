import { readFileSync } from 'node:fs';
import type { ModelArtifact, SplitArtifact } from '../../compiler/plan/artifact.ts';
import { decodeScores, type Scores } from '../../runtime/data/scores.ts';
import { connectDuckDB, sqlString } from '../../runtime/engines/duckdb/connect.ts';
import { openSession } from '../../apps/session/open-session.ts';
import { WORKER, type Project } from '../end-to-end/program.ts';

/** The rows that a query gives. */
export async function rowsOf(query: string): Promise<Record<string, unknown>[]> {
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 30 });
  try {
    return (await connection.runAndReadAll(query)).getRowObjectsJS();
  } finally {
    connection.closeSync();
  }
}

/** The rows of a Parquet file. */
export const parquetRows = (path: string): Promise<Record<string, unknown>[]> => rowsOf(`FROM read_parquet(${sqlString(path)})`);

/** What a model said of the test rows when it was trained, and where these stand in the table. */
export async function storedScores(project: Project, file: string, names: { readonly model: string; readonly split: string }): Promise<{ readonly scores: Scores; readonly rows: readonly number[] }> {
  const session = await openSession({ folder: project.folder, params: {}, targets: [], worker: WORKER });
  try {
    const { plan } = await session.compile(file);
    if (plan === undefined) throw new Error('the pipeline does not compile');
    const preview = await session.preview(plan);
    const artifact = async (name: string) => {
      const found = await session.find(preview, name);
      return found.found ? found.artifact('value') : undefined;
    };
    const store = await session.openStore();
    const model = (await artifact(names.model)) as ModelArtifact;
    const split = (await artifact(names.split)) as SplitArtifact;
    const codes = await parquetRows(await store.verifiedPath(split.codes.digest));
    const rows = codes.flatMap(({ part }, row) => (part === 2 ? [row] : []));
    return { scores: decodeScores(await store.readBlob(model.scores.test?.digest ?? '')), rows };
  } finally {
    await session.close();
  }
}

/** Values in the layout of `Scores.values`, of rows that were written. */
export function valuesOf(rows: readonly Record<string, unknown>[]): unknown[] {
  return rows.flatMap((row) => {
    const probabilities = Object.entries(row).filter(([name]) => name.startsWith('probability'));
    return probabilities.length > 0 ? probabilities.map(([, value]) => value) : [row['prediction']];
  });
}

/** The lines of a file of the project. */
export const linesOf = (project: Project, name: string): string[] => readFileSync(project.path(name), 'utf8').trimEnd().split('\n');
