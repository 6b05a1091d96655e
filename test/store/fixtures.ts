import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Artifact } from '../../compiler/plan/artifact.ts';
import { digestOf } from '../../runtime/store/digest.ts';
import { encodeManifest, RECORD_VERSION, type ActionRecord } from '../../runtime/store/record.ts';
import type { Stage } from '../../runtime/store/stage.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mlp-test-'));
  folders.push(folder);
  return folder;
}

/** Stages a model with this text for its bytes, and gives the record that names it. */
export async function stageRecord(stage: Stage, name: string, text = `the bytes of ${name}`): Promise<ActionRecord> {
  const model = await stage.putBytes(Buffer.from(text));
  const artifact: Artifact = {
    type: 'model',
    kind: 'test',
    task: 'binary',
    classes: ['false', 'true'],
    model,
    summary: { name },
    scores: {},
  };
  const manifest = await stage.putBytes(Buffer.from(encodeManifest(artifact)));
  return {
    version: RECORD_VERSION,
    key: digestOf(`key of ${name}`),
    fingerprint: digestOf(`fingerprint of ${name}`),
    kind: 'test',
    parts: { kind: 'test', 'param:text': text },
    outputs: { value: { digest: manifest.digest, artifact } },
    blobs: [model],
    seconds: 0.5,
    engines: {},
    warnings: [],
    made: '2026-01-01T00:00:00.000Z',
  };
}

/** Every file below a folder, as relative paths, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
