import { viewOf, type Layout } from './parameters.ts';

/**
 * How gradients change parameters. `weight_decay` pulls kernels and embeddings towards zero: `adamw` takes its share of
 * the parameter itself off (Loshchilov and Hutter 2019), the others add it to the gradient, as PyTorch does. Biases,
 * scales and shifts do not decay.
 */
export type Optimizer = OptimizerRule & GradientBounds & { readonly weight_decay: number };

type OptimizerRule =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly epsilon: number }
  | { readonly kind: 'adam' | 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number };

/** How far a gradient may go, before weights decay. */
interface GradientBounds {
  /** Each slope is brought within ± this. */
  readonly clip_value?: number;
  /** A longer gradient, of all parameters together (Euclid's norm), is shortened to this (Pascanu et al. 2013). */
  readonly clip_norm?: number;
}

/** Arrays that an optimizer keeps beside the parameters, each in their layout. */
export function slotCount({ kind }: Optimizer): number {
  return { sgd: 0, momentum: 1, rmsprop: 1, adam: 2, adamw: 2 }[kind];
}

/** One step of an optimizer. */
export interface OptimizerStep {
  readonly parameters: Float32Array;
  /** Of the mean loss, in the layout of the parameters; it is overwritten. */
  readonly gradient: Float32Array;
  /** As many as `slotCount` says, zero at first. */
  readonly slots: readonly Float32Array[];
  readonly rate: number;
  /** Steps done before this one. */
  readonly step: number;
}

/** Changes parameters and slots in place, in floats of 32 bits. */
export function applyOptimizer(optimizer: Optimizer, layout: Layout, step: OptimizerStep): void {
  clipGradient(optimizer, step.gradient);
  decayWeights(optimizer, layout, step);
  const [first, second] = step.slots;
  switch (optimizer.kind) {
    case 'sgd':
      return applySgd(step);
    case 'momentum':
      return applyMomentum(optimizer, step, first as Float32Array);
    case 'rmsprop':
      return applyRmsprop(optimizer, step, first as Float32Array);
    case 'adam':
    case 'adamw':
      return applyAdam(optimizer, step, { mean: first as Float32Array, square: second as Float32Array });
  }
}

function clipGradient({ clip_value: bound, clip_norm: longest }: GradientBounds, gradient: Float32Array): void {
  if (bound !== undefined) for (let at = 0; at < gradient.length; at++) gradient[at] = Math.min(bound, Math.max(-bound, gradient[at] as number));
  if (longest === undefined) return;
  let squares = 0;
  for (const slope of gradient) squares += slope * slope;
  const norm = Math.sqrt(squares);
  if (norm > longest) for (let at = 0; at < gradient.length; at++) (gradient[at] as number) *= longest / norm;
}

function decayWeights({ kind, weight_decay: decay }: Optimizer, layout: Layout, { parameters, gradient, rate }: OptimizerStep): void {
  if (decay === 0) return;
  for (const spec of layout.parameters) {
    if (spec.role !== 'kernel' && spec.role !== 'recurrent' && spec.role !== 'embedding') continue;
    const values = viewOf(parameters, spec);
    const slopes = viewOf(gradient, spec);
    for (let at = 0; at < values.length; at++) {
      if (kind === 'adamw') (values[at] as number) -= rate * decay * (values[at] as number);
      else (slopes[at] as number) += decay * (values[at] as number);
    }
  }
}

function applySgd({ parameters, gradient, rate }: OptimizerStep): void {
  for (let at = 0; at < parameters.length; at++) (parameters[at] as number) -= rate * (gradient[at] as number);
}

/** v ← momentum · v + g, then a step along v, or with Nesterov's along g + momentum · v, as PyTorch's SGD. */
function applyMomentum({ momentum, nesterov }: Extract<Optimizer, { kind: 'momentum' }>, { parameters, gradient, rate }: OptimizerStep, velocity: Float32Array): void {
  for (let at = 0; at < parameters.length; at++) {
    const slope = gradient[at] as number;
    const speed = (velocity[at] = momentum * (velocity[at] as number) + slope);
    (parameters[at] as number) -= rate * (nesterov ? slope + momentum * speed : speed);
  }
}

/** Tieleman and Hinton 2012: the gradient over the root of the running mean of its squares. */
function applyRmsprop({ decay, epsilon }: Extract<Optimizer, { kind: 'rmsprop' }>, { parameters, gradient, rate }: OptimizerStep, square: Float32Array): void {
  for (let at = 0; at < parameters.length; at++) {
    const slope = gradient[at] as number;
    const mean = (square[at] = decay * (square[at] as number) + (1 - decay) * slope * slope);
    (parameters[at] as number) -= (rate * slope) / (Math.sqrt(mean) + epsilon);
  }
}

/** Kingma and Ba 2015, algorithm 1. */
function applyAdam(
  { beta1, beta2, epsilon }: Extract<Optimizer, { kind: 'adam' | 'adamw' }>,
  { parameters, gradient, rate, step }: OptimizerStep,
  { mean, square }: { readonly mean: Float32Array; readonly square: Float32Array },
): void {
  const meanBias = 1 - beta1 ** (step + 1);
  const rootBias = Math.sqrt(1 - beta2 ** (step + 1));
  for (let at = 0; at < parameters.length; at++) {
    const slope = gradient[at] as number;
    const m = (mean[at] = beta1 * (mean[at] as number) + (1 - beta1) * slope);
    const s = (square[at] = beta2 * (square[at] as number) + (1 - beta2) * slope * slope);
    (parameters[at] as number) -= ((rate / meanBias) * m) / (Math.sqrt(s) / rootBias + epsilon);
  }
}
