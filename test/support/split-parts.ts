import { readFileSync } from 'node:fs';
import type { SplitArtifact } from '../../compiler/plan/artifact.ts';
import type { PartName } from '../../compiler/types.ts';
import { loadParts } from '../../runtime/data/load-parts.ts';
import { connectDuckDB } from '../../runtime/engines/duckdb/connect.ts';
import { digestsOf, type Outcome, type Project } from '../end-to-end/program.ts';
import { filesBelow } from '../end-to-end/store-health.ts';

/** The positions in the table of the rows of each part of a split, which a step of an `apply --json` has made. */
export async function splitParts(project: Project, applied: Outcome, step: string): Promise<Record<PartName, number[]>> {
  const objects = filesBelow(project.path('.mlp/store/objects'));
  const blobPath = (digest: string): string => objects.find((path) => path.replace(/[^0-9a-f]/g, '').endsWith(digest)) ?? '';
  const split = JSON.parse(readFileSync(blobPath(digestsOf(applied)[step]?.['value'] ?? ''), 'utf8')) as SplitArtifact;
  const connection = await connectDuckDB({ threads: 1, memory: 2 ** 28 });
  try {
    const parts = await loadParts(connection, { blobPath: (digest) => Promise.resolve(blobPath(digest)) }, split, ['train', 'validate', 'test']);
    return { train: [...parts.train], validate: [...parts.validate], test: [...parts.test] };
  } finally {
    connection.closeSync();
  }
}
