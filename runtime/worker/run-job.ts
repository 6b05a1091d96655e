import { join } from 'node:path';
import type { Kind } from '../../compiler/kinds/kind.ts';
import { StepError, type Progress, type RunContext, type RunResult } from '../../compiler/kinds/run.ts';
import type { BlobRef } from '../../compiler/plan/artifact.ts';
import { loadKinds } from '../packages/load-kinds.ts';
import { openCheckpoints } from '../store/checkpoints.ts';
import type { Files } from '../store/files.ts';
import { openKeptFiles } from '../store/kept-files.ts';
import { openLocalDisk } from '../store/local-disk.ts';
import { openObjects, type Objects, type Verified } from '../store/objects.ts';
import { blobsOf, encodeManifest, type RecordedOutput } from '../store/record.ts';
import { openStaging, type Staging } from '../store/staging.ts';
import { StoreError } from '../store/store-error.ts';
import type { DoneMessage, FailedMessage, Job } from './job.ts';
import { peakMemory, resetPeakMemory } from './peak-memory.ts';
import { revealsSecret, secretName } from './secrets.ts';
import { throttleProgress } from './throttle.ts';

/** The part of a kind that a worker needs. */
export type RunnableKinds = ReadonlyMap<string, Pick<Kind, 'run'>>;

/** What a worker keeps from job to job. */
export interface WorkerMemory {
  readonly files: Files;
  /** Blobs that it has verified stay so, by store. */
  readonly verified: Map<string, Verified>;
}

/** What is kept of rows that were read, in all. */
const KEPT_BYTES = 2 ** 30;

/** Runs one step in this process. Never rejects: a failure is a message too. */
export async function runJob(
  kinds: RunnableKinds,
  job: Job,
  memory: WorkerMemory,
  onProgress: (progress: Progress) => void,
): Promise<DoneMessage | FailedMessage> {
  resetPeakMemory();
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const throttle = throttleProgress(onProgress);
  try {
    const kind = await findKind(kinds, job);
    const staging = openStaging(job.staging, memory.files);
    const result = await kind.run(contextOf(job, { staging, files: memory.files, objects: objectsOf(job, memory), progress: throttle.push }));
    throttle.flush();
    return { type: 'done', ...(await stageResult(job, result, staging)), seconds: seconds(), peakMemory: peakMemory() };
  } catch (error) {
    throttle.flush();
    return { type: 'failed', ...describeFailure(error), seconds: seconds() };
  }
}

/** The kind of a step, of the standard library or of a package whose code is what the plan was made with. */
async function findKind(kinds: RunnableKinds, { step, project }: Job): Promise<Pick<Kind, 'run'>> {
  if (step.package === undefined) {
    const kind = kinds.get(step.kind);
    if (kind === undefined) throw new Error(`the worker has no kind \`${step.kind}\``);
    return kind;
  }
  const { name, digest } = step.package;
  const { loaded } = await loadKinds(name, project);
  if (!loaded.ok) throw new StepError(loaded.message, loaded.hint);
  const kind = Array.isArray(loaded.kinds) ? (loaded.kinds as readonly Kind[]).find((one) => one.name === step.kind) : undefined;
  if (loaded.digest !== digest || kind === undefined) throw new StepError(`the package \`${name}\` has changed since the plan was made`, 'run `mlp apply` again');
  return kind;
}

function objectsOf({ store, staging }: Job, memory: WorkerMemory): Objects {
  const { files } = memory;
  const verified = memory.verified.get(store) ?? (new Map() as Verified);
  memory.verified.set(store, verified);
  return openObjects({ disk: openLocalDisk(store, files), files, mend: true, staging, verified });
}

interface Equipment {
  readonly files: Files;
  readonly staging: Staging;
  readonly objects: Objects;
  readonly progress: (progress: Progress) => void;
}

function contextOf(job: Job, { files, staging, objects, progress }: Equipment): RunContext {
  const seed = job.step.identity['seed'];
  return {
    step: job.step,
    inputs: job.inputs,
    ...(seed === undefined ? {} : { seed }),
    blobPath: objects.verifiedPath,
    readBlob: objects.readBlob,
    temporaryFile: staging.temporaryFile,
    putFile: staging.putFile,
    putBytes: staging.putBytes,
    progress,
    checkpoint: openCheckpoints(job.cache, files, job.key),
    kept: openKeptFiles(join(job.cache, 'rows'), files, { bytes: KEPT_BYTES }),
    threads: job.threads,
    memory: job.memory,
    engines: job.engines,
    secret: (value) => {
      const name = secretName(value);
      const secret = name === undefined ? undefined : job.secrets[name];
      if (secret === undefined) throw new Error('this parameter is not a credential');
      return secret;
    },
  };
}

/** Stages the manifests of a result, and lists the blobs that they name. */
async function stageResult(
  { step, secrets }: Pick<Job, 'step' | 'secrets'>,
  result: RunResult,
  staging: Staging,
): Promise<Pick<DoneMessage, 'outputs' | 'blobs' | 'warnings' | 'statistics'>> {
  const outputs: Record<string, RecordedOutput> = {};
  const blobs = new Map<string, BlobRef>();
  for (const { part } of step.outputs) {
    const artifact = result.outputs[part];
    if (artifact === undefined) throw new Error(`the kind \`${step.kind}\` made no \`${part}\``);
    const text = encodeManifest(artifact);
    if (revealsSecret(text, secrets)) throw new StepError(`the kind \`${step.kind}\` put a credential into its result, which is not kept`);
    const manifest = await staging.putBytes(Buffer.from(text));
    outputs[part] = { digest: manifest.digest, artifact };
    for (const blob of blobsOf(artifact)) blobs.set(blob.digest, blob);
  }
  return {
    outputs,
    blobs: [...blobs.values()],
    warnings: result.warnings ?? [],
    ...(result.statistics === undefined ? {} : { statistics: result.statistics }),
  };
}

function describeFailure(error: unknown): Pick<FailedMessage, 'message' | 'hint' | 'diagnostic' | 'stack'> {
  if (isStepError(error)) {
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  if (error instanceof StoreError) return { message: error.message, diagnostic: error.diagnostic };
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

/** A package of kinds may have been written against another copy of this program, whose classes are not these. */
function isStepError(error: unknown): error is StepError {
  return error instanceof Error && error.name === StepError.name;
}
