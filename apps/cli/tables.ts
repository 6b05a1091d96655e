import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { RunInput } from '../../compiler/kinds/run.ts';
import type { PartName } from '../../compiler/types.ts';
import type { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import type { StoredTable } from '../../runtime/engines/duckdb/read-table.ts';
import type { Session } from '../session/session.ts';
import { failure } from './failure.ts';
import type { OpenPlan } from './open-plan.ts';

type Connection = Awaited<ReturnType<typeof connectDuckDB>>;

/** Looking at a table takes little: a mean is the same to its last digit on one thread. */
const SETTING = { threads: 1, memory: 2 ** 30 };

/** Opens DuckDB for as long as `use` takes; a signal ends what it is doing, as an error. */
export async function withConnection<T>(use: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const duckdb = await import('../../runtime/engines/duckdb/connect.ts');
  const connection = await duckdb.connectDuckDB(SETTING);
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    return await use(connection);
  } finally {
    signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

/** A table of the store, as something to be queried. */
export async function storedTable(session: Session, artifact: TableArtifact): Promise<StoredTable> {
  const store = await session.openStore();
  return { path: await store.verifiedPath(artifact.file.digest), columns: artifact.columns };
}

/** A part of prepared features, and the step that made them. */
export interface FeaturesPart {
  readonly step: PlanStep;
  readonly part: PartName;
}

/** Makes a file of a part of prepared features for as long as `use` takes: the columns as a trainer sees them. */
export async function withFeatures<T>(session: Session, opened: OpenPlan, { step, part }: FeaturesPart, use: (table: StoredTable) => Promise<T>): Promise<T> {
  const [{ exportFeatures }, store, inputs] = await Promise.all([
    import('../../stdlib/features/export-features.ts'),
    session.openStore(),
    featuresInputs(session, opened, step),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'mlp-'));
  try {
    const path = join(folder, 'features.parquet');
    await exportFeatures({ ...SETTING, inputs, blobPath: store.verifiedPath }, { slot: 'x', part, out: path });
    return await use({ path, columns: await describeFile(path) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a model would get as its input `x`: the features, the split and the table that they stand on. */
async function featuresInputs(session: Session, { preview }: OpenPlan, step: PlanStep): Promise<RunInput[]> {
  const inputs: RunInput[] = [];
  const add = async (slot: string, name: string, part: string): Promise<void> => {
    const found = await session.find(preview, name);
    const artifact = found.found ? found.artifact(part) : undefined;
    if (artifact === undefined) throw failure('not-made', { step: name, command: `mlp apply ${preview.plan.file} --target ${name}` });
    inputs.push({ slot, part, artifact });
  };
  await add('x', step.name, 'value');
  for (const input of step.inputs) {
    if (/^\w+$/.test(input.slot)) await add('x.split', input.step, input.part);
    if (/^\w+\.table$/.test(input.slot)) await add('x.table', input.step, input.part);
  }
  return inputs;
}

async function describeFile(path: string): Promise<StoredTable['columns']> {
  const { sqlString } = await import('../../runtime/engines/duckdb/connect.ts');
  return withConnection(async (connection) => {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${sqlString(path)})`);
    return described.getRows().map(([name, sql]) => ({ name: String(name), sql: String(sql) }));
  });
}
