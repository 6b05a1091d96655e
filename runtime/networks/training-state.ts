import { decodeArrays, encodeArrays } from '../data/arrays-blob.ts';
import type { BestRound } from '../data/early-stopping.ts';

/** By part, then by metric: a value for each epoch. */
export type Curve = Readonly<Record<'train' | 'validate', Readonly<Record<string, readonly number[]>>>>;

/** What training has made of a network. */
export interface Weights {
  readonly parameters: Float32Array;
  /** Running means and variances. */
  readonly statistics: Float32Array;
}

/** Where training stands between two epochs: all that going on needs, beside data and settings. */
export interface TrainingState extends Weights {
  /** Epochs that are done. */
  readonly epoch: number;
  readonly curve: Curve;
  readonly best?: BestRound & Weights;
  /** The optimizer's arrays. */
  readonly slots: readonly Float32Array[];
}

interface Header {
  readonly epoch: number;
  readonly curve: Curve;
  readonly best?: BestRound;
}

const FORMAT = 'mlp-network-checkpoint-1';

/** The state as a blob. */
export function encodeState({ epoch, curve, best, slots, parameters, statistics }: TrainingState): Uint8Array {
  const header: Header = { epoch, curve, ...(best === undefined ? {} : { best: { value: best.value, round: best.round } }) };
  return encodeArrays(FORMAT, { header, arrays: [parameters, statistics, ...(best === undefined ? [] : [best.parameters, best.statistics]), ...slots] });
}

/** The state in a blob, or `undefined` where it is none that this version wrote: training then starts anew. */
export function decodeState(bytes: Uint8Array): TrainingState | undefined {
  const found = decodeArrays<Header>(FORMAT, bytes);
  if (found === undefined) return undefined;
  const { epoch, curve, best } = found.header;
  const [parameters, statistics, ...rest] = found.arrays as [Float32Array, Float32Array, ...Float32Array[]];
  if (best === undefined) return { epoch, curve, parameters, statistics, slots: rest };
  const [bestParameters, bestStatistics, ...slots] = rest as [Float32Array, Float32Array, ...Float32Array[]];
  return { epoch, curve, parameters, statistics, slots, best: { ...best, parameters: bestParameters, statistics: bestStatistics } };
}
