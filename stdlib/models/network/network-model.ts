import type { Task } from '../../../compiler/types.ts';
import type { NetworkDescription, Shape } from '../../../runtime/networks/description.ts';
import { decodeNetworkBlob, type KeptNetwork } from '../../../runtime/networks/network-blob.ts';
import type { CategoryCompletion, NumericCompletion, Standard } from '../linear/linear-model.ts';

/** A trained network, with all that turns features into what its first layer sees, and outputs into answers. */
export type NetworkModel = KeptNetwork<NetworkAbout>;

/** What of a model is plain JSON. */
export interface NetworkAbout {
  readonly task: Task;
  /** For classifications. */
  readonly classes?: readonly string[];
  /** One for each feature, in the order of their names; numbers and categories are inputs in this order. */
  readonly features: readonly NetworkFeature[];
  /** Of a regression, the target's in training: the network answers in standard deviations from the mean. */
  readonly target?: Standard;
  readonly description: NetworkDescription;
}

/** What was learned of a feature before training: of a number its place among the others is one column, or two with an indicator of missing values. */
export type NetworkFeature = NumericCompletion | CategoryCompletion | ArrayCompletion;

/** What was learned of an array: its numbers are standardised by channels, and what is missing becomes the mean. */
export interface ArrayCompletion {
  readonly kind: 'array';
  /** The column that it comes from. */
  readonly feature: string;
  readonly shape: Shape;
  /** Of each channel. */
  readonly standards: readonly Standard[];
}

/** The network in a content that has to be one. */
export function decodeNetwork(bytes: Uint8Array): NetworkModel {
  const found = decodeNetworkBlob<NetworkAbout>(bytes);
  if (found === undefined) throw new Error('the content is no network');
  return found;
}
