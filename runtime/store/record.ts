import { canonicalJson, type JsonObject } from '../../compiler/json.ts';
import { modelBlobs, type Artifact, type BlobRef, type Digest } from '../../compiler/plan/artifact.ts';
import { digestOf } from './digest.ts';

/** Records of another version are not read: their steps run again. */
export const RECORD_VERSION = 1;

/** What is known of one finished step: the result by which the same key never runs again. */
export interface ActionRecord {
  readonly version: typeof RECORD_VERSION;
  readonly key: Digest;
  readonly fingerprint: Digest;
  readonly kind: string;
  /** The key's preimage, part by part: identity and inputs, such as `column:0.distance` → `BIGINT:<digest>`. */
  readonly parts: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, RecordedOutput>>;
  /** Every blob that the manifests name. */
  readonly blobs: readonly BlobRef[];
  readonly seconds: number;
  /** Rows of the first table or split among the outputs. */
  readonly rows?: number;
  /** Bytes; the most that the step's process had in memory. */
  readonly peakMemory?: number;
  /** Versions by name. */
  readonly engines: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly statistics?: JsonObject;
  /** When, as ISO 8601. */
  readonly made: string;
  /** When its blobs were collected, or found to be lost: what the record tells stays, and the step counts as not made. */
  readonly collected?: string;
}

/** An artifact and the digest of its manifest, which is its canonical JSON. */
export interface RecordedOutput {
  readonly digest: Digest;
  readonly artifact: Artifact;
}

/** The bytes of an artifact's manifest. */
export function encodeManifest(artifact: Artifact): string {
  return canonicalJson(artifact);
}

/** The blobs that a manifest names. */
export function blobsOf(artifact: Artifact): readonly BlobRef[] {
  switch (artifact.type) {
    case 'table':
      return [artifact.file];
    case 'split':
      return [artifact.codes];
    case 'model':
      return [...modelBlobs(artifact), ...Object.values(artifact.scores)];
    case 'features':
    case 'report':
    case 'choice':
    case 'check':
    case 'measure':
      return [];
  }
}

/** The number of rows that a person would ask for. */
export function rowsOf(outputs: Readonly<Record<string, RecordedOutput>>): number | undefined {
  for (const { artifact } of Object.values(outputs)) {
    if (artifact.type === 'table' || artifact.type === 'split') return artifact.rows;
  }
  return undefined;
}

const HEAD = /^\{"checksum":"([0-9a-f]{64})","record":/;
const TAIL = '}\n';

/** A record as its file has it: JSON, with a checksum over the exact text of the record in it. */
export function encodeRecord(record: ActionRecord): string {
  const text = canonicalJson(record);
  return `{"checksum":"${digestOf(text)}","record":${text}${TAIL}`;
}

/** Reads a record's file; `undefined` if it is not, byte for byte, what `encodeRecord` made. */
export function decodeRecord(bytes: Uint8Array): ActionRecord | undefined {
  // `ignoreBOM` keeps a mark at the start as a character, which is then an error like any other.
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const head = HEAD.exec(text);
  if (head === null || !text.endsWith(TAIL)) return undefined;
  const body = text.slice(head[0].length, -TAIL.length);
  return digestOf(body) === head[1] ? (JSON.parse(body) as ActionRecord) : undefined;
}
