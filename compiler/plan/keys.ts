import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../json.ts';
import type { Artifact, Digest } from './artifact.ts';
import type { PlanInput, PlanStep } from './plan.ts';

/** Changes whenever the mapping from plan to key does: every cache in the world is then void. Golden keys hold it. */
export const KEY_VERSION = 2;

/** What a step's result is kept under: the digest of what it does and of the content that it reads. */
export interface StepKey {
  readonly key: Digest;
  /** The key's preimage by parts: `eta` changed, this column has another digest. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Says what a step does, without the content that it reads. */
export function fingerprintOf(identity: PlanStep['identity']): Digest {
  return sha256(canonicalJson({ version: KEY_VERSION, identity }));
}

/**
 * The key of a step whose inputs are all there: what it does and the content that it reads, down to the columns.
 * `artifacts` has one for each of the step's inputs, in their order.
 */
export function keyOf(step: PlanStep, artifacts: readonly Artifact[]): StepKey {
  const parts: Record<string, string> = { ...step.identity };
  step.roots.forEach((root, index) => {
    parts[`source:${index}`] = root.digest;
  });
  step.inputs.forEach((input, index) => {
    const artifact = artifacts[index];
    if (artifact === undefined) throw new Error(`step ${step.name} lacks the content of input ${input.slot}`);
    Object.assign(parts, inputParts(input, artifact));
  });
  return { key: sha256(canonicalJson({ version: KEY_VERSION, parts })), parts };
}

function inputParts(input: PlanInput, artifact: Artifact): Record<string, string> {
  if (artifact.type !== 'table') return { [`value:${input.slot}`]: sha256(canonicalJson(artifact)) };
  const parts: Record<string, string> = { [`rows:${input.slot}`]: String(artifact.rows) };
  for (const column of artifact.columns) {
    if (input.columns === undefined || input.columns.includes(column.name)) {
      parts[`column:${input.slot}.${column.name}`] = `${column.sql}:${column.digest}`;
    }
  }
  return parts;
}

/** What tells the random numbers of two steps of one kind apart. */
export interface SeedParts {
  readonly stream: number;
  /** For what is fitted again in a fold: its number. */
  readonly fold?: number;
}

/** A seed of 64 bits, as a decimal string: of the pipeline's seed, the kind, the stream and the fold, never of a name. */
export function deriveSeed(pipelineSeed: number, kind: string, { stream, fold }: SeedParts): string {
  const digest = createHash('sha256').update(canonicalJson([pipelineSeed, kind, stream, ...(fold === undefined ? [] : [fold])])).digest();
  return digest.readBigUInt64LE(0).toString();
}

/** Of a text in UTF-8. */
export function sha256(text: string): Digest {
  return hash('sha256', text);
}
