import { viewOf, type Layout } from './parameters.ts';
import { uniformNumbers } from './random.ts';

/** The parameters that training starts from, as the layout says; the embedding of missing and unknown values is zero. */
export function initialParameters(layout: Layout, seed: string): Float32Array {
  const buffer = new Float32Array(layout.size);
  layout.parameters.forEach((spec, index) => {
    const view = viewOf(buffer, spec);
    const { limit } = spec;
    if (limit !== undefined) {
      const next = uniformNumbers(seed, `initial ${index}`);
      for (let at = 0; at < view.length; at++) view[at] = (2 * next() - 1) * limit;
    }
    if (spec.role === 'embedding') view.fill(0, view.length - (spec.shape[1] as number));
    if (spec.role === 'scale') view.fill(1);
    if (spec.ones !== undefined) view.fill(1, ...spec.ones);
  });
  return buffer;
}

/** The running statistics that training starts from: means 0 and variances 1. */
export function initialStatistics({ statistics, statisticsSize }: Layout): Float32Array {
  const buffer = new Float32Array(statisticsSize);
  for (const { offset, width } of statistics) buffer.fill(1, offset + width, offset + 2 * width);
  return buffer;
}
