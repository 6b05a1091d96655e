import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenNetwork } from '../../runtime/networks/engine.ts';
import { openParallelNetwork } from '../../runtime/networks/replicas/parallel-network.ts';
import { startReplica } from '../../runtime/networks/replicas/serve-replica.ts';
import { WORKER } from '../end-to-end/program.ts';
import { engineLibrary } from '../support/engine-library.ts';
import { engines } from './engines.ts';
import { layerCases, makeCase, ROWS } from './layer-cases.ts';
import { backendFolder } from './tfjs.ts';

/** Networks with each thing that is cut: numbers, categories, arrays, steps that count, masks of dropout, weights. */
const CUT = ['binary', 'dropout', 'categories', 'gru, every step, with steps that do not count', 'steps that do not count, with numbers and categories beside them', 'an array with numbers and categories beside it'];

describe.each(engines)('slices of a batch on threads with $name', ({ name, open }) => {
  let openNetwork: OpenNetwork;
  let folders: Readonly<Record<string, string>>;
  beforeAll(async () => {
    openNetwork = await open();
    folders = name === 'TensorFlow' ? { tensorflow: await engineLibrary('tensorflow') } : { tensorflowjs: backendFolder() };
  });

  const parallel = (made: ReturnType<typeof makeCase>, workers: number) =>
    openParallelNetwork({ open: openNetwork, description: made.description, workers, batch: ROWS, start: (slice, description) => startReplica({ slice, description, engines: folders }, WORKER) });
  const caseOf = (wanted: string) => {
    const found = layerCases.find((one) => one.name === wanted);
    if (found === undefined) throw new Error(`there is no case ${wanted}`);
    return makeCase(found);
  };

  it.each(CUT)('teach what the batch does: %s', (wanted) => {
    const made = caseOf(wanted);
    const batch = made.batchOf(made.parameters);
    const whole = openNetwork(made.description).differentiate(batch);
    const engine = parallel(made, 3);
    try {
      const cut = engine.differentiate(batch);
      for (const key of ['gradient', 'ofInputs'] as const) {
        expect(cut[key].length).toBe(whole[key].length);
        cut[key].forEach((slope, at) => expect(Math.abs(slope - (whole[key][at] ?? NaN)), `${key} ${at}`).toBeLessThan(1e-5));
      }
      expect(cut.sum).toBeCloseTo(whole.sum, 4);
      expect(cut.weight).toBeCloseTo(whole.weight, 5);
      expect(engine.differentiate(batch)).toEqual(cut);
      expect(cut.gradient.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
    } finally {
      engine.close();
    }
  });

  it('normalise by themselves, and the running statistics follow their mean', () => {
    const made = caseOf('batch_norm of the inputs');
    const engine = parallel(made, 2);
    try {
      const { statistics } = engine.differentiate(made.batchOf(made.parameters));
      const { inputs } = made.batchOf(made.parameters);
      const width = inputs.length / ROWS;
      const slices = [[0, 3], [3, 7]] as const;
      const means = Array.from({ length: width }, (_, column) =>
        slices.reduce((sum, [start, end]) => {
          const values = Array.from({ length: end - start }, (_row, row) => inputs[(start + row) * width + column] ?? NaN);
          return sum + (values.reduce((a, b) => a + b, 0) / values.length) * (values.length / ROWS);
        }, 0),
      );
      means.forEach((mean, column) => expect(statistics[column]).toBeCloseTo(mean, 5));
    } finally {
      engine.close();
    }
  });

  it('are one slice where there are fewer rows than workers', () => {
    const made = caseOf('binary');
    const batch = made.batchOf(made.parameters);
    const engine = parallel(made, ROWS + 1);
    try {
      expect(engine.differentiate(batch)).toEqual(openNetwork(made.description).differentiate(batch));
    } finally {
      engine.close();
    }
  });

  it('fail with the reason of the worker that fails', () => {
    const made = caseOf('binary');
    const engine = openParallelNetwork({ open: openNetwork, description: made.description, workers: 2, batch: ROWS, start: (slice, description) => startReplica({ slice, description, engines: {} }, WORKER) });
    try {
      expect(() => engine.differentiate(made.batchOf(made.parameters))).toThrow('a worker of the training failed: neither TensorFlow nor TensorFlow.js is there');
    } finally {
      engine.close();
    }
  });
});
