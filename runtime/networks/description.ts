/**
 * A network as plain JSON, apart from any engine that trains it. Its first layer sees one row of numbers: the
 * standardised numbers, then for each category its one-hot columns or its embedding. The layers follow one another, and
 * a last dense layer with a unit for each output is implied.
 */
export interface NetworkDescription {
  readonly inputs: NetworkInputs;
  readonly layers: readonly Layer[];
  /** Units of the implied last layer: classes, or 1 for two classes and for a number. */
  readonly outputs: number;
  readonly loss: Loss;
}

/** What the first layer sees. */
export interface NetworkInputs {
  /** Columns of numbers. */
  readonly numbers: number;
  readonly categories: readonly CategoryInput[];
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
export type Layer = DenseLayer | DropoutLayer | BatchNormLayer;

/** activation(x · kernel + bias), with a kernel of shape (inputs, units). */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly units: number;
  readonly activation: Activation;
}

/** In training, sets a share of the values to zero, and divides the others by what is left. */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly rate: number;
}

/**
 * Normalises each column by the batch's mean and variance in training and by their running means afterwards, then scales
 * and shifts it (Ioffe and Szegedy 2015). Running means keep `momentum` of what they were at each step.
 */
export interface BatchNormLayer {
  readonly kind: 'batch_norm';
  readonly momentum: number;
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

/** Numbers that the first layer sees of a row. */
export function inputWidth({ numbers, categories }: NetworkInputs): number {
  return categories.reduce((width, { size }) => width + size, numbers);
}

/** The layers with the implied last one. */
export function allLayers({ layers, outputs }: Pick<NetworkDescription, 'layers' | 'outputs'>): readonly Layer[] {
  return [...layers, { kind: 'dense', units: outputs, activation: 'linear' }];
}

/** Columns that a layer makes of those that it sees. */
export function widthAfter(layer: Layer, width: number): number {
  return layer.kind === 'dense' ? layer.units : width;
}
