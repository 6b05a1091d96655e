/**
 * A network as plain JSON, apart from any engine that trains it. Its first layer sees one row of numbers: the
 * standardised numbers, then for each category its one-hot columns or its embedding. Where the inputs have an array, it
 * sees that instead, and the row of numbers stands beside what the first layer gives that is flat. The layers follow one
 * another, and a last dense layer with a unit for each output is implied.
 */
export interface NetworkDescription {
  readonly inputs: NetworkInputs;
  readonly layers: readonly Layer[];
  /** Units of the implied last layer: classes, or 1 for two classes and for a number. */
  readonly outputs: number;
  readonly loss: Loss;
  /** The share of a class' certainty that the loss takes to be spread over all classes (Szegedy et al. 2016); 0 unless given. */
  readonly smoothing?: number;
}

/** The shape of a row, without the axis of rows: columns; steps and channels; or height, width and channels. */
export type Shape = readonly number[];

/** What the first layer sees. */
export interface NetworkInputs {
  /** Columns of numbers. */
  readonly numbers: number;
  readonly categories: readonly CategoryInput[];
  /** Numbers in a shape: an image (height, width, channels), or a sequence (steps, channels). */
  readonly array?: Shape;
  /** Whether steps of a sequence of which all numbers are missing do not count. */
  readonly masked?: true;
}

/** A category as one column a level, or as an embedding of `size` numbers learned for each level. */
export interface CategoryInput {
  readonly kind: 'one_hot' | 'embedding';
  /** Levels, that of missing and unknown values included, which is the last. */
  readonly levels: number;
  /** Columns: the levels of a one-hot category, the width of an embedding. */
  readonly size: number;
}

/** One layer of a network. */
export type Layer =
  | DenseLayer
  | ConvolutionLayer
  | PoolLayer
  | GlobalPoolLayer
  | FlattenLayer
  | RecurrentLayer
  | BidirectionalLayer
  | AttentionLayer
  | DropoutLayer
  | BatchNormLayer
  | LayerNormLayer
  | ResidualLayer;

/** activation(x · kernel + bias) over the last axis, with a kernel of shape (inputs, units). */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly units: number;
  readonly activation: Activation;
}

/** What is done at the edges: `valid` windows lie within, `same` ones go beyond by zeros, and there is one for each stride. */
export type Padding = 'valid' | 'same';

/** Windows over the steps of a sequence, or over the height and width of an image. One number counts for each axis. */
interface Windowed {
  readonly size: readonly number[];
  /** From one window to the next. */
  readonly stride: readonly number[];
}

/**
 * activation(correlation with a kernel + bias): of images with a kernel of shape (height, width, channels, filters), of
 * sequences with one of shape (steps, channels, filters).
 */
export interface ConvolutionLayer extends Windowed {
  readonly kind: 'conv1d' | 'conv2d';
  readonly filters: number;
  readonly padding: Padding;
  readonly activation: Activation;
}

/** The largest or the mean of the values in each window, by channels; windows lie within. */
export interface PoolLayer extends Windowed {
  readonly kind: 'max_pool' | 'average_pool';
}

/** The largest or the mean of all values of a channel. */
export interface GlobalPoolLayer {
  readonly kind: 'global_max_pool' | 'global_average_pool';
}

/**
 * Goes through a sequence step by step, with a state of `units` numbers that begins with zeros. Its arrays are those of
 * Keras, gates side by side: a kernel of shape (channels, gates · units), a recurrent one of shape (units, gates · units)
 * and a bias. A GRU resets its state before the product with the recurrent kernel.
 */
export interface RecurrentLayer {
  readonly kind: 'lstm' | 'gru';
  readonly units: number;
  /** Whether it gives the state of every step, or that of the last one. */
  readonly sequence: boolean;
}

/**
 * Two recurrent layers of one form, the second of which goes through the sequence from its end (Schuster and Paliwal
 * 1997); what they give of a step, or each at its own last one, stands side by side. Its arrays are those of the first, then
 * those of the second.
 */
export interface BidirectionalLayer {
  readonly kind: 'bidirectional';
  readonly layer: RecurrentLayer;
}

/**
 * Self attention of several heads (Vaswani et al. 2017): of every step, what the steps have to give that answer to it.
 * Queries, keys and values have a kernel of shape (channels, heads · key_dim) and a bias each, heads side by side; a last
 * kernel and bias make of them as many channels as there were.
 */
export interface AttentionLayer {
  readonly kind: 'attention';
  readonly num_heads: number;
  readonly key_dim: number;
}

/** What is taken from the score of a step that does not count, so that nothing attends to it. */
export const HIDDEN = 1e9;

/** What it sees, with what its layers make of that added (He et al. 2016). */
export interface ResidualLayer {
  readonly kind: 'residual';
  readonly layers: readonly Layer[];
}

/** All numbers in one row. */
export interface FlattenLayer {
  readonly kind: 'flatten';
}

/** In training, sets a share of the values to zero, and divides the others by what is left. */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly rate: number;
}

/**
 * Normalises each column, or each channel, by the batch's mean and variance in training and by their running means afterwards, then scales
 * and shifts it (Ioffe and Szegedy 2015). Running means keep `momentum` of what they were at each step.
 */
export interface BatchNormLayer {
  readonly kind: 'batch_norm';
  readonly momentum: number;
  readonly epsilon: number;
}

/** Normalises the numbers along the last axis by their own mean and variance, then scales and shifts them (Ba et al. 2016). */
export interface LayerNormLayer {
  readonly kind: 'layer_norm';
  readonly epsilon: number;
}

/** The activations that a dense layer may have. */
export const ACTIVATIONS = ['relu', 'leaky_relu', 'elu', 'selu', 'gelu', 'swish', 'softplus', 'sigmoid', 'tanh', 'linear'] as const;

/** An activation by its name. */
export type Activation = (typeof ACTIVATIONS)[number];

/** The slope of `leaky_relu` below zero. */
export const LEAKY_SLOPE = 0.01;

/**
 * What training makes small, as a mean over rows: the cross entropy of two classes (of one logit) or of several (of the
 * softmax of their logits), or of a regression half the square, the absolute value, or Huber's function (threshold 1) of
 * the error in standard deviations of the target.
 */
export type Loss = 'binary' | 'multiclass' | 'squared' | 'absolute' | 'huber';

/** Numbers and columns of categories of a row. */
export function inputWidth({ numbers, categories }: NetworkInputs): number {
  return categories.reduce((width, { size }) => width + size, numbers);
}

/** The layers with the implied last one. */
export function allLayers({ layers, outputs }: Pick<NetworkDescription, 'layers' | 'outputs'>): readonly Layer[] {
  return [...layers, { kind: 'dense', units: outputs, activation: 'linear' }];
}
