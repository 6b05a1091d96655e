import { decodeArrays, encodeArrays } from '../data/arrays-blob.ts';
import type { NetworkDescription } from './description.ts';
import type { Weights } from './training-state.ts';

/** A trained network as it is kept; `about` is plain JSON, and has the description beside what its maker adds. */
export interface KeptNetwork<About extends { readonly description: NetworkDescription }> extends Weights {
  readonly about: About;
}

const FORMAT = 'mlp-network-1';

/** A network as a blob: its JSON, the parameters, the running statistics. */
export function encodeNetworkBlob<About extends { readonly description: NetworkDescription }>({ about, parameters, statistics }: KeptNetwork<About>): Uint8Array {
  return encodeArrays(FORMAT, { header: about, arrays: [parameters, statistics] });
}

/** The network in a blob, or `undefined` where it is none. */
export function decodeNetworkBlob<About extends { readonly description: NetworkDescription }>(bytes: Uint8Array): KeptNetwork<About> | undefined {
  const found = decodeArrays<About>(FORMAT, bytes);
  if (found === undefined) return undefined;
  const [parameters, statistics] = found.arrays as [Float32Array, Float32Array];
  return { about: found.header, parameters, statistics };
}
