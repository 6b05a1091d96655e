import type { NetworkDescription } from './description.ts';
import type { LossResult } from './losses.ts';

/** A batch to learn from. */
export interface TrainingBatch {
  readonly parameters: Float32Array;
  readonly rows: number;
  /** Numbers and categories, shape (rows, inputs). */
  readonly inputs: Float32Array;
  /** Shape (rows, …), of a network whose inputs have an array. */
  readonly array?: Float32Array;
  /** Shape (rows, steps), of a network whose inputs are masked: 1 for a step that counts, 0 for another. */
  readonly present?: Float32Array;
  /** One for each layer of dropout, shape (rows, what it sees). */
  readonly masks: readonly Float32Array[];
  /** Shape (rows): codes of classes, or standardised numbers. */
  readonly truth: ArrayLike<number>;
  readonly weights?: Float32Array;
}

/** What a batch teaches. */
export interface BatchGradient extends Omit<LossResult, 'gradient'> {
  /** Of the mean loss, in the layout of the parameters; embeddings, which engines do not see, have zeros. */
  readonly gradient: Float32Array;
  /** Of the mean loss by the inputs, in their shape; empty where the network has no embedding. */
  readonly ofInputs: Float32Array;
  /** Means and variances of the batch, in the layout of the running statistics. */
  readonly statistics: Float32Array;
}

/** Rows to answer for. */
export interface ForwardRequest {
  readonly parameters: Float32Array;
  /** Running means and variances. */
  readonly statistics: Float32Array;
  readonly rows: number;
  /** Numbers and categories, shape (rows, inputs). */
  readonly inputs: Float32Array;
  /** Shape (rows, …), of a network whose inputs have an array. */
  readonly array?: Float32Array;
  /** Shape (rows, steps), of a network whose inputs are masked: 1 for a step that counts, 0 for another. */
  readonly present?: Float32Array;
}

/**
 * What computes a network: a function from parameters and rows to outputs, or to the gradient of the loss. All that
 * training is besides (order, batches, dropout masks, optimizer, early stopping) is the same for every engine.
 */
export interface NetworkEngine {
  readonly differentiate: (batch: TrainingBatch) => BatchGradient;
  /** Outputs of shape (rows, outputs): logits, or standardised numbers. */
  readonly forward: (request: ForwardRequest) => Float32Array;
  /** Gives back what it holds; it is not to be asked again. */
  readonly close: () => void;
}

/** Opens an engine for a network. */
export type OpenNetwork = (description: NetworkDescription) => NetworkEngine;
