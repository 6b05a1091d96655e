import type { BestRound } from '../data/early-stopping.ts';

/** For each part that is evaluated, for each metric, a value for each round. */
export type Curve = Readonly<Record<string, Readonly<Record<string, number[]>>>>;

/** The best round so far, and what the model was then. */
export interface BestModel extends BestRound {
  /** Rounds that the model had: fewer than were trained, where some could add nothing. */
  readonly size: number;
}

/** Where training stands between two segments: what going on needs, beside data and parameters. */
export interface TrainingState {
  /** Rounds that are done. */
  readonly round: number;
  readonly curve: Curve;
  readonly best?: BestModel;
  /** The model in the engine's own serialisation. */
  readonly booster: Uint8Array;
}

/** One blob: the length of the header (u32, little-endian), the header as JSON, the booster. `format` names who wrote it. */
export function encodeCheckpoint(format: string, { booster, ...header }: TrainingState): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify({ format, ...header }));
  const bytes = new Uint8Array(4 + text.length + booster.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(booster, 4 + text.length);
  return bytes;
}

/** The state in a blob, or `undefined` where it is none of the format: training then starts anew. */
export function decodeCheckpoint(format: string, bytes: Uint8Array): TrainingState | undefined {
  if (bytes.length < 4) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (4 + length >= bytes.length) return undefined;
  try {
    const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
    const { format: found, ...header } = JSON.parse(text) as Omit<TrainingState, 'booster'> & { format: string };
    return found === format ? { ...header, booster: bytes.slice(4 + length) } : undefined;
  } catch {
    return undefined;
  }
}
