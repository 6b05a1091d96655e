import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableArtifact } from '../../compiler/plan/artifact.ts';
import type { PlanStep } from '../../compiler/plan/plan.ts';
import type { RunInput } from '../../compiler/kinds/run.ts';
import type { PartName } from '../../compiler/types.ts';
import type { CountedTable } from '../../runtime/engines/duckdb/table-statistics.ts';
import { blobsOf } from '../../runtime/store/record.ts';
import type { Session } from '../session/session.ts';
import { failure } from './failure.ts';
import type { OpenPlan } from './open-plan.ts';

/** A table of the store, as something to be queried. */
export async function storedTable(session: Session, artifact: TableArtifact): Promise<CountedTable> {
  const store = await session.openStore();
  return { path: await store.verifiedPath(artifact.file.digest), columns: artifact.columns, rows: artifact.rows };
}

/** A part of prepared features, and the step that made them. */
export interface FeaturesPart {
  readonly step: PlanStep;
  readonly part: PartName;
}

/** Makes a file of a part of prepared features for as long as `use` takes: the columns as a trainer sees them. */
export async function withFeatures<T>(session: Session, opened: OpenPlan, { step, part }: FeaturesPart, use: (table: CountedTable) => Promise<T>): Promise<T> {
  const [store, inputs] = await Promise.all([session.openStore(), featuresInputs(session, opened, step)]);
  const folder = await mkdtemp(join(tmpdir(), 'mlp-'));
  try {
    const digests = inputs.flatMap(({ artifact }) => blobsOf(artifact)).map(({ digest }) => digest);
    const blobs = Object.fromEntries(await Promise.all(digests.map(async (digest) => [digest, await store.verifiedPath(digest)] as const)));
    return await use(await session.duckdb.ask({ kind: 'features', inputs, blobs, part, out: join(folder, 'features.parquet') }));
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
