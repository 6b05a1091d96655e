import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { addEmbeddingGradient } from '../../runtime/networks/rows.ts';
import { engines } from './engines.ts';
import { layerCases, makeCase, ROWS } from './layer-cases.ts';

describe.each(engines)('gradients of $name are what differences of the loss say', ({ open }) => {
  let openNetwork: OpenNetwork;
  beforeAll(async () => {
    openNetwork = await open();
  });

  it.each(layerCases)('$name', (one) => {
    const { description, layout, parameters, rows, picked, batchOf } = makeCase(one);
    const engine = openNetwork(description);
    const at = (values: Float32Array) => engine.differentiate(batchOf(values));
    const { gradient, ofInputs } = at(parameters);
    addEmbeddingGradient({ description, layout, rows, picked }, ofInputs, gradient);
    const step = 2 ** -8;
    const differences = Float32Array.from(parameters, (_, index) => {
      const mean = (sign: number): number => at(parameters.map((value, other) => (other === index ? value + sign * step : value))).sum / ROWS;
      return (mean(1) - mean(-1)) / (2 * step);
    });
    expect(differences.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
    differences.forEach((slope, index) => expect(Math.abs((gradient[index] ?? NaN) - slope), `parameter ${index}: ${gradient[index]} and ${slope}`).toBeLessThan(1e-3));
  });
});
