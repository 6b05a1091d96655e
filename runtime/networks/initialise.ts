import { allLayers, type Activation, type NetworkDescription } from './description.ts';
import { viewOf, type Layout, type ParameterSpec } from './parameters.ts';
import { uniformNumbers } from './random.ts';

/**
 * The parameters that training starts from. Kernels are uniform within ±√(6 / (inputs + units)) (Glorot and Bengio
 * 2010), or ±√(6 / inputs) before rectifiers (He et al. 2015); embeddings uniform within ±0.05, that of missing and
 * unknown values zero; biases and shifts 0, scales 1.
 */
export function initialParameters(description: NetworkDescription, layout: Layout, seed: string): Float32Array {
  const buffer = new Float32Array(layout.size);
  layout.parameters.forEach((spec, index) => {
    const view = viewOf(buffer, spec);
    const limit = limitOf(description, spec);
    if (limit > 0) {
      const next = uniformNumbers(seed, `initial ${index}`);
      for (let at = 0; at < view.length; at++) view[at] = (2 * next() - 1) * limit;
    }
    if (spec.role === 'embedding') view.fill(0, view.length - spec.shape[1]);
    if (spec.role === 'scale') view.fill(1);
  });
  return buffer;
}

/** The running statistics that training starts from: means 0 and variances 1. */
export function initialStatistics({ statistics, statisticsSize }: Layout): Float32Array {
  const buffer = new Float32Array(statisticsSize);
  for (const { offset, width } of statistics) buffer.fill(1, offset + width, offset + 2 * width);
  return buffer;
}

const EMBEDDING_LIMIT = 0.05;
const RECTIFIERS: readonly Activation[] = ['relu', 'leaky_relu', 'elu', 'selu', 'gelu', 'swish', 'softplus'];

function limitOf(description: NetworkDescription, { role, owner, shape: [inputs, units] }: ParameterSpec): number {
  if (role === 'embedding') return EMBEDDING_LIMIT;
  if (role !== 'kernel' || !('layer' in owner)) return 0;
  const layer = allLayers(description)[owner.layer];
  const rectified = layer?.kind === 'dense' && RECTIFIERS.includes(layer.activation);
  return Math.sqrt(6 / (rectified ? inputs : inputs + units));
}
