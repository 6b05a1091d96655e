import type { Digest } from '../../compiler/plan/artifact.ts';
import { openPool, type Pool, type PoolOptions } from './pool.ts';
import type { Share } from './shares.ts';

/**
 * Where steps are made: the worker processes, and what is being made in them. Runs that share a workshop make nothing
 * twice, and a run can take over what the one before it has begun.
 */
export interface Workshop {
  readonly pool: Pool;
  /** By key, from the start until the result is on the disk. */
  readonly underway: Map<Digest, Making>;
  /** Results on their way to the disk. */
  readonly commits: Set<Promise<void>>;
}

/** A step that is being made. */
export interface Making {
  /** The run that began it, to be compared only. */
  readonly run: unknown;
  readonly share: Share;
  /** Resolves when its result is on the disk, or when there will be none. */
  readonly ended: Promise<void>;
  /** Ends its process at once. What has finished is not touched. */
  readonly stop: () => void;
}

/** Opens a workshop; processes are started when they are needed, or kept from the step before. */
export function openWorkshop(workerScript: string, options: PoolOptions = {}): Workshop {
  return { pool: openPool(workerScript, options), underway: new Map(), commits: new Set() };
}

/** Stops the steps whose keys are not wanted any more; the others go on. */
export function keepWanted({ underway }: Workshop, wanted: ReadonlySet<Digest>): void {
  for (const [key, making] of underway) if (!wanted.has(key)) making.stop();
}
